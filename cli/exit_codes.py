"""What the exit codes of commands without a screen say about an error."""

from client.errors import HeadcountError, NotAllowed, NotAuthenticated, NoToken, Unreachable

__all__ = ["exit_code"]


def exit_code(error: HeadcountError) -> int:
    """3 for a token or a role that does not do, 6 for no answer, 1 for everything else."""
    if isinstance(error, NotAuthenticated | NotAllowed | NoToken):
        return 3
    return 6 if isinstance(error, Unreachable) else 1
