"""What an error says on a screen: what failed, why, what to do, and the request id, in one place for all screens."""

from client.errors import HeadcountError, Invalid
from tui.text import clean

_LONGEST = 600


def told(error: BaseException) -> str:
    """One or two sentences for a person; harmless on any terminal."""
    if not isinstance(error, HeadcountError):
        return clean(str(error) or type(error).__name__, _LONGEST)
    parts = [error.message]
    if isinstance(error, Invalid):
        parts += [field.detail for field in error.fields if field.detail not in error.message]
    parts.append(error.advice)
    if error.request_id:
        parts.append(f"(request {error.request_id})")
    return clean(" ".join(filter(None, parts)), _LONGEST)
