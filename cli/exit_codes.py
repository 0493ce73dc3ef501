"""What the exit codes of commands without a screen say about an error."""

from client.errors import HeadcountError
from tui.presentation.remedies import (
    CONFLICT,
    FAILED,
    NOT_ALLOWED,
    PAYMENT_REFUSED,
    UNREACHABLE,
    USAGE,
    exit_code_of,
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

DONE = 0
CANCELLED = 130


def exit_code(error: HeadcountError) -> int:
    """2 for a value that is refused, by whomever, 3 for a token or a role that does not do, and so on; else 1."""
    return exit_code_of(error)
