"""What to do about a refusal, where its code says more than its kind."""

from contract.problems import ProblemCode

ADVICE: dict[ProblemCode, str] = {
    ProblemCode.OWN_SIGN_IN_NEEDED: "Whoever runs the server makes people tokens of their own: headcount server token.",
    ProblemCode.NOTHING_TO_CHANGE: "There is nothing to do.",
    ProblemCode.SEATS_BELOW_USERS: "Or ask for more seats.",
    ProblemCode.SEATS_FOLLOW_USERS: "Add or remove users: the seats follow.",
    ProblemCode.SUBSCRIPTION_NOT_ACTIVE: "Then try again.",
    ProblemCode.REDUCTION_NEEDS_CONTACT: "Write to the vendor.",
    ProblemCode.SET_BY_CONTRACT: "Write to the vendor.",
    ProblemCode.CYCLE_NOT_OFFERED: "Choose another cycle or another plan.",
    ProblemCode.ALREADY_SUBSCRIBED: "Change its seats, plan or billing cycle instead.",
    ProblemCode.USER_NOT_UNPAID: "Look at the list again: somebody may have paid or removed users.",
    ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS: "Move to a plan with seats first.",
    ProblemCode.NEEDS_TRANSFER: "Send a transfer request to this address.",
    ProblemCode.ALREADY_MEMBER: "Add them in Members, or by their address: no request is needed.",
    ProblemCode.MAIN_ACCOUNT_DECIDES: "Ask the owner to add themselves.",
    ProblemCode.TRANSFER_TO_ONESELF: "Add your own address in Users: no request is needed.",
    ProblemCode.NO_SEAT_AVAILABLE: "Buy a seat or remove a user first.",
    ProblemCode.SELECTION_EXPIRED: "Count again: d asks the server once more.",
    ProblemCode.CODE_NOT_ACCEPTED: "Read it letter by letter, or ask whoever gave it to you.",
    ProblemCode.CODE_USED_UP: "Ask whoever gave it to you for another.",
    ProblemCode.CODE_EXPIRED: "Ask whoever gave it to you for another.",
    ProblemCode.CODE_OFF: "Ask whoever gave it to you.",
    ProblemCode.OWN_SUBSCRIPTION_ENDS: "Look at your profile again: it says what ends.",
    ProblemCode.NOT_A_USER: "Nothing to do: you use no subscription.",
    ProblemCode.QUOTE_ALREADY_CONFIRMED: "Nothing to do: refresh to see it.",
    ProblemCode.ALREADY_USER: "Nothing to do: search for the address in the list.",
    ProblemCode.TRANSFER_PENDING: "Wait for the answer, or send the pending request again.",
    ProblemCode.UNREADABLE_FILE: "Then send it again.",
    ProblemCode.IMPORT_NOT_READY: "Look at the import again: it has moved on.",
    ProblemCode.TOO_SLOW: "The network is slow or loses packets: try again in a moment.",
    ProblemCode.CANNOT_SAVE: "Tell whoever runs the server, and try again later.",
    ProblemCode.TOO_MANY_FOR_ATOMIC: "Import it as best effort, or cut the file into smaller ones.",
}
"""A sentence by code; kinds of errors have their own for the rest."""
