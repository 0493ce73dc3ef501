"""Text from outside: what is unsafe in it, and how it is folded for sorting and searching."""

import re
import unicodedata
from functools import lru_cache

from contract.mailbox import described, left_out, with_readable_domains, without_around, without_invisible

_UNSAFE = re.compile(
    "[\u0000-\u001f\u007f-\u009f"  # controls
    "\u2028\u2029"  # line and paragraph separators
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides, isolates
    "\ud800-\udfff\ufeff\ufff9-\ufffb"  # halves of characters, the byte order mark, annotations
    "\U000e0000-\U000e007f]"  # tags
)

_JOINERS = "\u200c\u200d"

_PIECE = 100
"""Characters that are taken apart at once: the marks behind one letter are put in order two by two."""

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})


def is_unsafe(value: str) -> bool:
    """Whether a text holds characters that control a terminal or turn the reading direction (ZWJ and ZWNJ are fine)."""
    return _UNSAFE.search(value) is not None


def made_safe(value: str) -> str:
    """A text on one line, with a blank for whatever would be unsafe in it."""
    return " ".join(_UNSAFE.sub(" ", value).split())


def first_unsafe(value: str) -> str:
    """The first unsafe character by its number and name; empty when there is none."""
    found = _UNSAFE.search(value)
    return described(found[0]) if found else ""


def trimmed_name(value: str, what: str) -> tuple[str, str]:
    """A name without blanks and empty characters around it, and a remark on those that are no ordinary blanks.

    Joiners stay, which scripts and emoji need, and so does what is unsafe: it is refused. `what` is the name's name.
    """
    inner, around = without_around(value, _is_around)
    return inner, left_out(what, "".join(char for char in around if not char.isascii()))


def _is_around(char: str) -> bool:
    if char.isascii():
        return char.isspace()
    around = unicodedata.category(char) in {"Cf", "Zs", "Zl", "Zp"} or char == "\u3164"
    return around and char not in _JOINERS and not _UNSAFE.match(char)


@lru_cache(maxsize=4096)
def fold(value: str) -> str:
    """A text without accents, case and what is not drawn, its blanks single: what is sorted by and searched.

    Domains are read in their own letters, so that an address is found by either form.
    """
    if value.isascii() and "xn--" not in value.lower():
        return " ".join(value.lower().split())
    value = without_invisible(with_readable_domains(value))
    pieces = (unicodedata.normalize("NFKD", value[at : at + _PIECE]) for at in range(0, len(value), _PIECE))
    plain = "".join(char for piece in pieces for char in piece if not unicodedata.combining(char))
    return " ".join(plain.casefold().translate(_LETTERS).split())


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
