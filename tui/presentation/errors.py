"""What an error says on a screen: what failed, why, what to do, and the request id, in one place for all screens."""

from client.errors import HeadcountError, Invalid
from tui.presentation.text import clean

__all__ = ["told", "told_beside_field"]

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


def told_beside_field(error: BaseException) -> str:
    """The same where it stands beside the one field it is about: only what is wrong with it."""
    if isinstance(error, Invalid) and error.fields:
        return clean(" ".join(field.detail for field in error.fields), _LONGEST)
    return told(error)
