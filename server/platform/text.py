"""Text from outside: what is unsafe in it, how it is folded for sorting and searching, what an address is."""

import re
import unicodedata
from functools import lru_cache

_UNSAFE = re.compile(
    "[\u0000-\u001f\u007f-\u009f"  # controls
    "\u2028\u2029"  # line and paragraph separators
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides, isolates
    "\ud800-\udfff\ufeff\ufff9-\ufffb"  # halves of characters, the byte order mark, annotations
    "\U000e0000-\U000e007f]"  # tags
)

_EMAIL = re.compile(
    r"""(?P<local>[^\s@"(),:;<>\[\\\].]+(?:\.[^\s@"(),:;<>\[\\\].]+)*)
        @(?P<domain>(?:[^\W_](?:[^\W_]|-)*(?<!-)\.)+[^\W_](?:[^\W_]|-)*(?<!-))""",
    re.VERBOSE,
)
_MAX_ADDRESS = 254
"""Characters of an address: what makes two the same takes longer than their length, so longer ones are none."""
_MAX_LOCAL = 64
_MAX_LABEL = 63

_PIECE = 100
"""Characters that are taken apart at once: the marks behind one letter are put in order two by two."""

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})


def is_unsafe(value: str) -> bool:
    """Whether a text holds characters that control a terminal or turn the reading direction (ZWJ and ZWNJ are fine)."""
    return _UNSAFE.search(value) is not None


def made_safe(value: str) -> str:
    """A text on one line, with a blank for whatever would be unsafe in it."""
    return " ".join(_UNSAFE.sub(" ", value).split())


@lru_cache(maxsize=4096)
def fold(value: str) -> str:
    """A text without accents or case, its blanks single: what is sorted by and searched."""
    if value.isascii():
        return " ".join(value.lower().split())
    pieces = (unicodedata.normalize("NFKD", value[at : at + _PIECE]) for at in range(0, len(value), _PIECE))
    plain = "".join(char for piece in pieces for char in piece if not unicodedata.combining(char))
    return " ".join(plain.casefold().translate(_LETTERS).split())


def email_key(address: str) -> str | None:
    """What makes two addresses the same (case, composition, the domain's ASCII form); None for what is no address."""
    found = _EMAIL.fullmatch(address) if len(address) <= _MAX_ADDRESS else None
    if found is None or len(found["local"]) > _MAX_LOCAL:
        return None
    if address.isascii():
        domain = found["domain"]
        fits = len(domain) <= _MAX_LABEL or all(len(label) <= _MAX_LABEL for label in domain.split("."))
        return address.lower() if fits else None
    try:
        domain = found["domain"].encode("idna").decode()
    except UnicodeError:
        return None
    return f"{unicodedata.normalize('NFC', found['local']).casefold()}@{domain.lower()}"


def code_key(typed: str) -> str:
    """What makes two invitation codes the same: their letters and digits, without case, accents or separators."""
    return "".join(filter(str.isalnum, fold(typed)))


def name_key(first_name: str, last_name: str, email: str) -> str:
    """What a person is sorted by: first and last name, or the address of somebody who gave neither."""
    return fold(f"{first_name} {last_name}") or fold(email)


def keys_of(first_name: str, last_name: str, email: str, position: str) -> tuple[str, str]:
    """What a person is sorted by, and what a search looks through: `name_key` and `search_key` at once."""
    name, address = fold(f"{first_name} {last_name}"), fold(email)
    return name or address, f"{name}\n{address}\n{fold(position)}"


def search_key(first_name: str, last_name: str, email: str, position: str) -> str:
    """What a search looks through."""
    return "\n".join((fold(f"{first_name} {last_name}"), fold(email), fold(position)))
