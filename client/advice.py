"""What to do about a refusal, where its code says more than its kind."""

from contract.problems import ProblemCode

ADVICE: dict[ProblemCode, str] = {
    ProblemCode.SEATS_BELOW_USERS: "Remove users first, or ask for more seats than that.",
    ProblemCode.SEATS_FOLLOW_USERS: "Add or remove users: the seats follow.",
    ProblemCode.REDUCTION_NEEDS_CONTACT: "Write to the vendor.",
    ProblemCode.SET_BY_CONTRACT: "Write to the vendor.",
    ProblemCode.CYCLE_NOT_OFFERED: "Choose another cycle or another plan.",
    ProblemCode.ALREADY_SUBSCRIBED: "Change its seats, plan or billing cycle instead.",
    ProblemCode.USER_NOT_UNPAID: "Look at the list again: somebody may have paid or removed users.",
    ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS: "Move to a plan with sub-accounts first.",
    ProblemCode.NEEDS_TRANSFER: "Send a transfer request to this address.",
    ProblemCode.NO_SEAT_AVAILABLE: "Buy a seat or remove a user first.",
    ProblemCode.QUOTE_ALREADY_CONFIRMED: "Nothing to do: refresh to see it.",
    ProblemCode.ALREADY_USER: "Nothing to do: search for the address in the list.",
    ProblemCode.TRANSFER_PENDING: "Wait for the answer, or send the pending request again.",
}
"""A sentence by code; kinds of errors have their own for the rest."""
