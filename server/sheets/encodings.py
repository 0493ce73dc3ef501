"""In what encoding a text file is: marks first, then patterns, then proof, and Windows' own as the last resort."""

import codecs
from pathlib import Path
from typing import NamedTuple

BLOCK = 1 << 20
_START = 4096

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNDEFINED = frozenset(b"\x81\x8d\x8f\x90\x9d")
"""Bytes that Windows-1252 gives no meaning."""

REPLACED = "\ufffd"


class Encoding(NamedTuple):
    """A name that Python knows; `broken` when some bytes do not fit it and are read as U+FFFD."""

    name: str
    broken: bool = False


def detect(path: Path) -> Encoding:
    """The encoding of a whole file, read block by block."""
    with path.open("rb") as file:
        start = file.read(_START)
    name = next((name for mark, name in _MARKS if start.startswith(mark)), None) or _by_nulls(start)
    if name:
        return Encoding(name, broken=not _fits(path, name))
    if _fits(path, "utf-8"):
        return Encoding("utf-8")
    if _mostly_utf8(path):
        return Encoding("utf-8", broken=True)
    return Encoding("latin-1" if _has_undefined(path) else "cp1252")


def _by_nulls(start: bytes) -> str | None:
    """UTF-16 without a mark shows by every other byte being zero (of e-mail addresses, delimiters, line ends)."""
    pairs = len(start) // 2
    if not pairs:
        return None
    even, odd = start[::2].count(0) / pairs, start[1::2].count(0) / pairs
    likely, unlikely = 0.3, 0.05
    if odd > likely and even < unlikely:
        return "utf-16-le"
    return "utf-16-be" if even > likely and odd < unlikely else None


def _fits(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _mostly_utf8(path: Path) -> bool:
    """Whether what is not ASCII is nearly all good UTF-8: then a few bytes are broken, not the encoding another."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            text = decoder.decode(block)
            wrong = text.count(REPLACED)
            bad += wrong
            good += len(text) - len(text.encode("ascii", "ignore")) - wrong
    often = 4
    return good > often * bad


def _has_undefined(path: Path) -> bool:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if not _UNDEFINED.isdisjoint(block):
                return True
    return False
