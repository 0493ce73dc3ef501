"""Public ids: a prefix that names the kind, an underscore, and 20 random letters and digits (119 bits)."""

import secrets
import string

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
LENGTH = 20
COMMON = 4
"""Characters that ids of one draw have in common."""

_FAIR = 256 // len(ALPHABET) * len(ALPHABET)
_TO_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNFAIR = bytes(range(_FAIR, 256))


def random_text(length: int = LENGTH) -> str:
    """That many letters and digits that nobody can guess."""
    return _letters(length)


def new_id(prefix: str) -> str:
    """An id that was never given before: `new_id("usr")`."""
    return f"{prefix}_{random_text()}"


def new_ids(prefix: str, count: int) -> list[str]:
    """Many at once, from one draw of randomness (a batch of 10,000 asks for that).

    They begin alike, so that they lie together in every index instead of each on a page of its own, which would have to
    be written for it. The 16 letters and digits that are left (95 bits) are each id's own.
    """
    own = LENGTH - COMMON
    text = _letters(count * own)
    begin = f"{prefix}_{random_text(COMMON)}"
    return [begin + text[start : start + own] for start in range(0, count * own, own)]


def _letters(count: int) -> str:
    """So many letters and digits; bytes that would favour some of them are thrown away."""
    found = b""
    while len(found) < count:
        missing = count - len(found)
        found += secrets.token_bytes(missing + missing // 16 + 16).translate(_TO_LETTERS, _UNFAIR)
    return found[:count].decode()
