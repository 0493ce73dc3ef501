"""Which error an answer of the server becomes: by the code of its problem, or by its status when that is all."""

from client.errors import (
    Conflict,
    HeadcountError,
    InProgress,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotPossible,
    PaymentRefused,
    QuoteExpired,
    QuoteStale,
    Refused,
    ServerBusy,
    ServerFault,
    SpendingLimitReached,
    TooManyRequests,
    VersionConflict,
)
from contract.problems import ProblemCode

CLASSES: dict[ProblemCode, type[HeadcountError]] = {
    ProblemCode.BAD_REQUEST: Invalid,
    ProblemCode.VALIDATION_FAILED: Invalid,
    ProblemCode.BODY_TOO_LARGE: Invalid,
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: Invalid,
    ProblemCode.NOT_AUTHENTICATED: NotAuthenticated,
    ProblemCode.NOT_ALLOWED: NotAllowed,
    ProblemCode.SPENDING_LIMIT_REACHED: SpendingLimitReached,
    ProblemCode.NOT_FOUND: NotFound,
    ProblemCode.METHOD_NOT_ALLOWED: Invalid,
    ProblemCode.IDEMPOTENCY_KEY_REQUIRED: Invalid,
    ProblemCode.IDEMPOTENCY_KEY_REUSED: Invalid,
    ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS: InProgress,
    ProblemCode.VERSION_CONFLICT: VersionConflict,
    ProblemCode.PAYMENT_FAILED: PaymentRefused,
    ProblemCode.PAYMENT_IN_PROGRESS: InProgress,
    ProblemCode.QUOTE_EXPIRED: QuoteExpired,
    ProblemCode.QUOTE_STALE: QuoteStale,
    ProblemCode.QUOTE_ALREADY_CONFIRMED: Conflict,
    ProblemCode.NOTHING_TO_CHANGE: NotPossible,
    ProblemCode.SEATS_BELOW_USERS: NotPossible,
    ProblemCode.SEATS_FOLLOW_USERS: NotPossible,
    ProblemCode.SUBSCRIPTION_NOT_ACTIVE: Conflict,
    ProblemCode.REDUCTION_NEEDS_CONTACT: NotPossible,
    ProblemCode.SET_BY_CONTRACT: NotPossible,
    ProblemCode.CYCLE_NOT_OFFERED: NotPossible,
    ProblemCode.ALREADY_SUBSCRIBED: Conflict,
    ProblemCode.USER_NOT_UNPAID: Conflict,
    ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS: NotPossible,
    ProblemCode.USER_LIMIT_REACHED: Conflict,
    ProblemCode.UNSAFE_TEXT: Invalid,
    ProblemCode.INVALID_EMAIL: Invalid,
    ProblemCode.ALREADY_USER: Conflict,
    ProblemCode.NEEDS_TRANSFER: Conflict,
    ProblemCode.NO_SEAT_AVAILABLE: Conflict,
    ProblemCode.USER_REMOVED: Conflict,
    ProblemCode.NOT_RESTORABLE: Conflict,
    ProblemCode.CODE_NOT_ACCEPTED: NotFound,
    ProblemCode.CODE_USED_UP: Conflict,
    ProblemCode.CODE_EXPIRED: Conflict,
    ProblemCode.CODE_OFF: Conflict,
    ProblemCode.CODE_TAKEN: Conflict,
    ProblemCode.TOO_MANY_GUESSES: TooManyRequests,
    ProblemCode.TRANSFER_PENDING: Conflict,
    ProblemCode.TRANSFER_NOT_PENDING: Conflict,
    ProblemCode.TRANSFER_CHANGED: Conflict,
    ProblemCode.TRANSFER_WRONG_SIDE: Conflict,
    ProblemCode.ACCOUNT_NOT_AVAILABLE: Conflict,
    ProblemCode.OWN_SUBSCRIPTION_ENDS: Conflict,
    ProblemCode.NOT_A_USER: Conflict,
    ProblemCode.RESEND_TOO_SOON: TooManyRequests,
    ProblemCode.UNDO_NOT_POSSIBLE: Conflict,
    ProblemCode.NOT_DONE: Conflict,
    ProblemCode.UNREADABLE_FILE: Invalid,
    ProblemCode.IMPORT_NOT_READY: Conflict,
    ProblemCode.TOO_MANY_FOR_ATOMIC: NotPossible,
    ProblemCode.RATE_LIMITED: TooManyRequests,
    ProblemCode.SERVER_BUSY: ServerBusy,
    ProblemCode.INTERNAL_ERROR: ServerFault,
}
"""Which error a problem becomes."""

BY_STATUS: dict[int, type[HeadcountError]] = {
    401: NotAuthenticated,
    402: PaymentRefused,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: Conflict,
    412: VersionConflict,
    429: TooManyRequests,
    503: ServerBusy,
}
"""Which error a status becomes when a newer server names a code that is not known here."""


def class_for_status(status: int) -> type[HeadcountError]:
    """The error a 4xx or 5xx status becomes when nothing more is known."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    return ServerFault if status >= 500 else Refused  # noqa: PLR2004 - the servers' own faults start there
