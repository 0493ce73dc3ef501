"""What to do about an error: a sentence for screens, one for the command line, and the exit code, in one table.

The server says what is wrong; this says what helps. docs/errors.md is made from it. No sentence for the command line
names a key or a screen, and none for a screen names an option.
"""

from typing import NamedTuple

from client.errors import (
    Conflict,
    HeadcountError,
    Invalid,
    NoDeviceSignIn,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NoToken,
    NotThisApi,
    PaymentRefused,
    ReadOnly,
    Refused,
    ServerBusy,
    ServerFault,
    SignInRefused,
    TooManyRequests,
    Unreachable,
    UnreadableUpload,
    UnsafeAddress,
)
from contract.problems import ProblemCode

__all__ = [
    "CONFLICT",
    "FAILED",
    "KINDS",
    "NOT_ALLOWED",
    "PAYMENT_REFUSED",
    "REMEDIES",
    "UNREACHABLE",
    "USAGE",
    "Remedy",
    "advice",
    "exit_code_of",
]

FAILED, USAGE, NOT_ALLOWED, CONFLICT, PAYMENT_REFUSED, UNREACHABLE = range(1, 7)


class Remedy(NamedTuple):
    """What to do, where keys are pressed and where commands are typed, and the exit code of a command that ends so."""

    screen: str
    command: str
    exit_code: int


def _both(sentence: str, exit_code: int) -> Remedy:
    return Remedy(sentence, sentence, exit_code)


_CORRECT = Remedy("Correct what is marked, then send it again.", "Correct it, then run the command again.", USAGE)
_NEWER = Remedy(
    "The app and the server don't fit together: update this program.",
    "This program and the server don't fit together: update this program.",
    FAILED,
)
_LOOK = Remedy(
    "Press r to see how things are now, then decide again.",
    "Look at how things are now, then run the command again.",
    CONFLICT,
)
_LIST = Remedy("Press r to see the list as it is now.", "List what there is, then run the command again.", CONFLICT)
_WAIT = Remedy("Wait until it is finished, then press r.", "Wait until it is finished, then look again.", CONFLICT)
_QUOTE = Remedy("Ask for a new price.", "Run the command again: it asks for a new price.", CONFLICT)
_OTHER = Remedy("Choose something else.", "Use something else.", FAILED)
_VENDOR = _both("Write to the vendor.", FAILED)
_SLOWER = Remedy("Wait a moment, then try again.", "Wait a moment, then run the command again.", FAILED)
_REPORT = _both("Try again; if it stays like this, report it with the request id.", FAILED)
_GIVER = "Ask the person who gave it to you for another."

REMEDIES: dict[ProblemCode, Remedy] = {
    ProblemCode.BAD_REQUEST: _NEWER,
    ProblemCode.VALIDATION_FAILED: _CORRECT,
    ProblemCode.BODY_TOO_LARGE: Remedy("Do it in smaller parts.", "Do it in smaller parts.", USAGE),
    ProblemCode.ADDRESS_TOO_LONG: Remedy("Use a shorter filter.", "Use shorter words to search for.", USAGE),
    ProblemCode.HEADERS_TOO_LARGE: _both("Check the token of this profile: it is too long.", USAGE),
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: _NEWER,
    ProblemCode.NOT_AUTHENTICATED: _both(
        "Check the token of this profile; an owner, or the person who runs the server, can create a new one.",
        NOT_ALLOWED,
    ),
    ProblemCode.NOT_ALLOWED: Remedy(
        "Owners give roles, in Members.",
        "Owners give roles: headcount members role.",
        NOT_ALLOWED,
    ),
    ProblemCode.OWN_SIGN_IN_NEEDED: _both(
        "The person who runs the server creates people tokens of their own: headcount server token.", NOT_ALLOWED
    ),
    ProblemCode.SPENDING_LIMIT_REACHED: Remedy(
        "Owners set limits in Members, with e.",
        "Owners set limits with headcount members role EMAIL admin --limit AMOUNT.",
        NOT_ALLOWED,
    ),
    ProblemCode.NOT_FOUND: Remedy(
        "It may be gone: press r to see the list as it is now.", "List what there is to see how it is called.", FAILED
    ),
    ProblemCode.METHOD_NOT_ALLOWED: _NEWER,
    ProblemCode.IDEMPOTENCY_KEY_REQUIRED: _NEWER,
    ProblemCode.IDEMPOTENCY_KEY_REUSED: _NEWER,
    ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS: _WAIT,
    ProblemCode.VERSION_CONFLICT: _LOOK,
    ProblemCode.PAYMENT_FAILED: Remedy(
        "Check the payment method (an owner or billing can change it), then ask for a new price.",
        "Check the payment method (an owner or billing can change it), then run the command again.",
        PAYMENT_REFUSED,
    ),
    ProblemCode.PAYMENT_IN_PROGRESS: _WAIT,
    ProblemCode.QUOTE_EXPIRED: _QUOTE,
    ProblemCode.QUOTE_STALE: Remedy("Read the new price, then confirm that one.", _QUOTE.command, CONFLICT),
    ProblemCode.QUOTE_ALREADY_CONFIRMED: Remedy(
        "Nothing to do: press r to see it.", "Nothing to do: it is done already.", CONFLICT
    ),
    ProblemCode.NOTHING_TO_CHANGE: _both("Nothing to do.", FAILED),
    ProblemCode.SEATS_BELOW_USERS: Remedy(
        "Or ask for more seats.", "Or ask for more seats: headcount users list shows who is listed.", FAILED
    ),
    ProblemCode.SEATS_FOLLOW_USERS: _both("Add or remove users: the seats follow.", FAILED),
    ProblemCode.SUBSCRIPTION_NOT_ACTIVE: Remedy("Then try again.", "Then run the command again.", CONFLICT),
    ProblemCode.REDUCTION_NEEDS_CONTACT: _VENDOR,
    ProblemCode.SET_BY_CONTRACT: _VENDOR,
    ProblemCode.CYCLE_NOT_OFFERED: _both("Choose another cycle or another plan.", FAILED),
    ProblemCode.ALREADY_SUBSCRIBED: Remedy(
        "Change its seats, plan or billing cycle instead.",
        "Change it instead: headcount seats, headcount plan or headcount billing.",
        CONFLICT,
    ),
    ProblemCode.SOLD_BY_HAND: _VENDOR,
    ProblemCode.NAME_NOT_AVAILABLE: Remedy("Choose another name.", "Use another --name.", CONFLICT),
    ProblemCode.USER_NOT_UNPAID: Remedy(
        "Look at the list again: somebody may have paid or removed users.",
        "See who is NOT PAID: headcount users list --status not_paid.",
        CONFLICT,
    ),
    ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS: Remedy(
        "Move to a plan with seats first.", "Move to a plan with seats first: headcount plan set.", FAILED
    ),
    ProblemCode.USER_LIMIT_REACHED: Remedy(
        "Remove somebody first, or ask the vendor for more.",
        "Remove somebody first, or ask the vendor for more.",
        CONFLICT,
    ),
    ProblemCode.UNSAFE_TEXT: _CORRECT,
    ProblemCode.INVALID_EMAIL: _CORRECT,
    ProblemCode.ALREADY_USER: Remedy(
        "Nothing to do: search for the address in the list.", "Nothing to do: headcount users list --search.", CONFLICT
    ),
    ProblemCode.NEEDS_TRANSFER: Remedy(
        "Send a transfer request to this address.",
        "Send a transfer request: headcount users import --ask does, and so does the app.",
        CONFLICT,
    ),
    ProblemCode.ALREADY_MEMBER: Remedy(
        "Add them in Members, or by their address: no request is needed.",
        "Add them: headcount members add.",
        CONFLICT,
    ),
    ProblemCode.MAIN_ACCOUNT_DECIDES: Remedy(
        "It does so signed in as itself: its own seat in Users, the handover in Members.",
        "It does so signed in as itself: headcount seats own, headcount ownership offer.",
        CONFLICT,
    ),
    ProblemCode.MAIN_ACCOUNT_STAYS: Remedy(
        "Hand the subscription over first: the main account offers that in Members.",
        "Hand the subscription over first: the main account does with headcount ownership offer.",
        CONFLICT,
    ),
    ProblemCode.LAST_OWNER: Remedy(
        "Make another member an owner first.",
        "Make another member an owner first: headcount members role.",
        CONFLICT,
    ),
    ProblemCode.OWNERSHIP_PENDING: Remedy(
        "Wait for the answer, or withdraw that offer.",
        "Wait for the answer, or withdraw that offer: headcount ownership cancel.",
        CONFLICT,
    ),
    ProblemCode.OWNERSHIP_NOT_PENDING: Remedy(_LIST.screen, "See how it is now: headcount ownership show.", CONFLICT),
    ProblemCode.NO_SEAT_AVAILABLE: Remedy(
        "Buy a seat or remove a user first.",
        "Buy a seat first: headcount seats set. Or remove somebody: headcount users remove.",
        CONFLICT,
    ),
    ProblemCode.USER_REMOVED: _LIST,
    ProblemCode.NOT_RESTORABLE: Remedy("Add them again instead.", "Add them again instead.", CONFLICT),
    ProblemCode.SELECTION_EXPIRED: Remedy(
        "Count again: d asks the server once more.", "Run the command again: it counts anew.", CONFLICT
    ),
    ProblemCode.CODE_NOT_ACCEPTED: _both("Read it letter by letter, or ask the person who gave it to you.", FAILED),
    ProblemCode.CODE_USED_UP: _both(_GIVER, CONFLICT),
    ProblemCode.CODE_EXPIRED: _both(_GIVER, CONFLICT),
    ProblemCode.CODE_OFF: _both("Ask the person who gave it to you.", CONFLICT),
    ProblemCode.CODE_TAKEN: Remedy(
        "Choose another word.", "Use another word, or none: one is created for you.", CONFLICT
    ),
    ProblemCode.TOO_MANY_GUESSES: _SLOWER,
    ProblemCode.TRANSFER_PENDING: _both("Wait for the answer, or send the pending request again.", CONFLICT),
    ProblemCode.TRANSFER_NOT_PENDING: Remedy(
        _LIST.screen, "See which requests are pending: headcount transfers list.", CONFLICT
    ),
    ProblemCode.TRANSFER_CHANGED: Remedy(
        "Press r to see it as it is now, then decide again.",
        "See it as it is now: headcount transfers list. Then run the command again.",
        CONFLICT,
    ),
    ProblemCode.TRANSFER_WRONG_SIDE: _both("Wait for the other side's answer.", CONFLICT),
    ProblemCode.TRANSFER_TO_ONESELF: Remedy(
        "Add your own address in Users: no request is needed.",
        "Add your own address as a user: no request is needed.",
        CONFLICT,
    ),
    ProblemCode.ACCOUNT_NOT_AVAILABLE: _both("Try again later, or ask them.", CONFLICT),
    ProblemCode.OWN_SUBSCRIPTION_ENDS: Remedy(
        "Look at your profile again: it says what ends.", "See what ends: headcount profile show.", CONFLICT
    ),
    ProblemCode.NOT_A_USER: _both("Nothing to do: you use no subscription.", CONFLICT),
    ProblemCode.RESEND_TOO_SOON: _SLOWER,
    ProblemCode.UNDO_NOT_POSSIBLE: Remedy("Decide anew instead.", "Decide anew instead.", CONFLICT),
    ProblemCode.NOT_DONE: Remedy(
        "Correct or leave out what failed, then try again.",
        "Correct or leave out what failed, then run the command again.",
        CONFLICT,
    ),
    ProblemCode.UNREADABLE_FILE: Remedy("Then send it again.", "Then run the command again.", USAGE),
    ProblemCode.IMPORT_NOT_READY: _both("Look at the import again: it has moved on.", CONFLICT),
    ProblemCode.TOO_MANY_FOR_ATOMIC: Remedy(
        "Import it as best effort, or cut the file into smaller ones.",
        "Use --mode best_effort, or cut the file into smaller ones.",
        FAILED,
    ),
    ProblemCode.RATE_LIMITED: _SLOWER,
    ProblemCode.TOO_SLOW: _both("The network is slow or loses packets: try again in a moment.", FAILED),
    ProblemCode.CANNOT_SAVE: _both("Tell the person who runs the server, and try again later.", FAILED),
    ProblemCode.SERVER_BUSY: _SLOWER,
    ProblemCode.INTERNAL_ERROR: _REPORT,
}
"""What helps against each problem that a server may answer."""

_ASK_WHO_MANAGES = "Ask the person who manages that subscription."
_FOR_ONESELF: dict[ProblemCode | None, str] = {
    ProblemCode.NO_SEAT_AVAILABLE: "Ask the person who gave you the code, and try again when a seat is free.",
    ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS: _ASK_WHO_MANAGES,
    ProblemCode.USER_LIMIT_REACHED: _ASK_WHO_MANAGES,
    ProblemCode.SUBSCRIPTION_NOT_ACTIVE: _ASK_WHO_MANAGES,
    ProblemCode.SPENDING_LIMIT_REACHED: _ASK_WHO_MANAGES,
    ProblemCode.NOT_ALLOWED: _ASK_WHO_MANAGES,
    ProblemCode.ALREADY_USER: "Nothing to do: you are on the list.",
    ProblemCode.ALREADY_MEMBER: "Ask the person who manages that subscription to add you: no request is needed.",
    ProblemCode.MAIN_ACCOUNT_DECIDES: "Only the main account decides this, signed in as itself.",
    ProblemCode.NEEDS_TRANSFER: "Look at your profile: a request has to be agreed to.",
    ProblemCode.TRANSFER_PENDING: "Wait for the answer.",
    ProblemCode.NOT_RESTORABLE: _ASK_WHO_MANAGES,
    ProblemCode.SEATS_BELOW_USERS: _ASK_WHO_MANAGES,
    ProblemCode.SEATS_FOLLOW_USERS: _ASK_WHO_MANAGES,
    ProblemCode.SET_BY_CONTRACT: _ASK_WHO_MANAGES,
    ProblemCode.REDUCTION_NEEDS_CONTACT: _ASK_WHO_MANAGES,
    ProblemCode.PAYMENT_FAILED: _ASK_WHO_MANAGES,
    ProblemCode.SOLD_BY_HAND: "Ask the vendor: the answer says how to reach them.",
}
"""What to do about it for somebody who minds their own account, and may manage nothing; the exit code stays."""

KINDS: dict[type[HeadcountError], Remedy] = {
    NotAuthenticated: REMEDIES[ProblemCode.NOT_AUTHENTICATED],
    NotAllowed: REMEDIES[ProblemCode.NOT_ALLOWED],
    NotFound: REMEDIES[ProblemCode.NOT_FOUND],
    PaymentRefused: REMEDIES[ProblemCode.PAYMENT_FAILED],
    Conflict: _LOOK,
    Invalid: _CORRECT,
    TooManyRequests: _SLOWER,
    Refused: _OTHER,
    ServerBusy: _SLOWER,
    ServerFault: _REPORT,
}
"""The same for a problem whose code only a newer server knows, by what its status means; the first kind that fits."""

_LOCAL: dict[type[HeadcountError], int] = {
    NoToken: NOT_ALLOWED,
    ReadOnly: NOT_ALLOWED,
    NoDeviceSignIn: NOT_ALLOWED,
    SignInRefused: NOT_ALLOWED,
    Unreachable: UNREACHABLE,
    NotThisApi: UNREACHABLE,
    UnsafeAddress: USAGE,
    UnreadableUpload: USAGE,
}
"""Exit codes of what goes wrong on this machine or on the way; such an error brings its own advice."""

_UNCERTAIN = Remedy(
    "It is not certain whether this was done: look at Activity before you do it again.",
    "It is not certain whether this was done: look at headcount events before you do it again.",
    FAILED,
)


def _remedy(error: HeadcountError) -> Remedy | None:
    if error.code is not None:
        return REMEDIES[error.code]
    return next((remedy for kind, remedy in KINDS.items() if isinstance(error, kind)), None)


def advice(error: HeadcountError, *, on_screen: bool) -> str:
    """What to do next, in one sentence: where keys are pressed, or where commands are typed."""
    remedy = _UNCERTAIN if error.uncertain else _remedy(error)
    if remedy is None or error.waits:
        return error.advice
    if error.about_oneself and not error.uncertain and error.code in _FOR_ONESELF:
        return _FOR_ONESELF[error.code]
    return remedy.screen if on_screen else remedy.command


def exit_code_of(error: HeadcountError) -> int:
    """How a command ends: the same for the same mistake, wherever it was found."""
    if remedy := _remedy(error):
        return remedy.exit_code
    return next((code for kind, code in _LOCAL.items() if isinstance(error, kind)), FAILED)
