"""Say one sentence to a person and end with a code."""

import sys


def say(message: str, code: int) -> int:
    """Print on standard error, where no pipe takes it for data; answers the exit code."""
    print(message, file=sys.stderr)
    return code
