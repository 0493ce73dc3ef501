"""What the exit codes of commands without a screen say about an error."""

from client.errors import (
    Conflict,
    HeadcountError,
    NotAllowed,
    NotAuthenticated,
    NoToken,
    PaymentRefused,
    ReadOnly,
    Unreachable,
)

__all__ = [
    "CANCELLED",
    "CONFLICT",
    "DONE",
    "FAILED",
    "NOT_ALLOWED",
    "PAYMENT_REFUSED",
    "UNREACHABLE",
    "USAGE",
    "exit_code",
]

DONE, FAILED, USAGE, NOT_ALLOWED, CONFLICT, PAYMENT_REFUSED, UNREACHABLE = range(7)
CANCELLED = 130

_CODES: dict[type[HeadcountError], int] = {
    NotAuthenticated: NOT_ALLOWED,
    NotAllowed: NOT_ALLOWED,
    NoToken: NOT_ALLOWED,
    ReadOnly: NOT_ALLOWED,
    Conflict: CONFLICT,
    PaymentRefused: PAYMENT_REFUSED,
    Unreachable: UNREACHABLE,
}


def exit_code(error: HeadcountError) -> int:
    """3 for a token or a role that does not do, 4 for a conflict, 5 for a refused payment, 6 for no answer, else 1."""
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), FAILED)
