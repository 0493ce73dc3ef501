"""In what encoding a text file is: marks and proof first; without proof a guess, which is told as one."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from contract.encodings import said
from server.sheets.guessing import UNMARKED, likely
from server.sheets.sheet import SheetFault, UnreadableSheet

BLOCK = 1 << 20
_START = 1 << 16

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

REPLACED = "\ufffd"

MOST_LIKELY = 8
"""Encodings to choose from."""

MOST_LINES = 400
"""Lines with other letters than ASCII's that are looked at."""

_LONGEST = 2000
"""Bytes of such a line."""

_MOST_BYTES = 1 << 16
"""Bytes of all these lines."""

_ASCII_SHARE = 0.3
"""Of a file of addresses, at least so many characters are of ASCII."""


class Encoding(NamedTuple):
    """How a file is read: a name that Python knows.

    `broken`: some bytes do not fit it, and are read as U+FFFD. `guessed`: nothing proves it. `likely` are those to
    choose from, the present one among them, the likeliest first; empty where there is proof. `lines` are lines of the
    file with other letters than ASCII's, as bytes, to show what comes out of them.
    """

    name: str
    broken: bool = False
    guessed: bool = False
    likely: tuple[str, ...] = ()
    lines: tuple[bytes, ...] = ()


def detect(path: Path) -> Encoding:
    """The encoding of a whole file, read block by block. A mark, nothing but ASCII, and good UTF-8 are proof.

    A file that is UTF-8 for the most part is UTF-8, and its other lines are damaged.
    """
    with path.open("rb") as file:
        start = file.read(_START)
    if mark := _mark(start):
        return Encoding(mark, broken=not _fits(path, mark))
    if b"\0" in start and (unmarked := _unmarked(start)):
        name, broken = unmarked[0], not _fits(path, unmarked[0])
        if not broken and _is_ascii(path, name):
            return Encoding(name)
        return Encoding(name, broken, guessed=True, likely=unmarked, lines=tuple(_pieces(start, name)))
    if _fits(path, "utf-8"):
        return Encoding("utf-8")
    return _without_proof(path)


def named(path: Path, codec: str) -> Encoding:
    """The encoding that somebody named; what was likely besides can still be chosen.

    Raises:
        UnreadableSheet: the file's own mark says otherwise.
    """
    with path.open("rb") as file:
        mark = _mark(file.read(4))
    if mark:
        if not codec.startswith(mark.removesuffix("-sig")):
            detail = f"The file is marked as {said(mark)}, so it can't be read as {said(codec)}."
            raise UnreadableSheet(SheetFault.ANOTHER_ENCODING, detail)
        return Encoding(mark, broken=not _fits(path, mark))
    found = detect(path)
    if codec == found.name:
        return found._replace(guessed=False)
    others = [each for each in found.likely or (found.name,) if each != codec]
    lines = found.lines or tuple(_Lines(path).odd)
    return Encoding(codec, not _fits(path, codec), likely=(codec, *others), lines=lines)


def _mark(start: bytes) -> str:
    return next((name for mark, name in _MARKS if start.startswith(mark)), "")


def _unmarked(start: bytes) -> tuple[str, ...]:
    """The encodings of two or four bytes a character that make a table of the start, the one with most ASCII first."""
    shares: dict[str, float] = {}
    for name in UNMARKED:
        text = start.decode(name, "replace")
        wrong = text.count(REPLACED) + text.count("\0")
        plain = sum(map(str.isascii, text)) - text.count("\0")
        if text and wrong * 10 <= len(text) and plain >= _ASCII_SHARE * len(text):
            shares[name] = plain / len(text)
    return tuple(sorted(shares, key=lambda name: -shares[name]))


def _pieces(start: bytes, name: str) -> list[bytes]:
    odd = (line for line in start.decode(name, "ignore").splitlines(keepends=True) if not line.isascii())
    return [line[:_LONGEST].encode(name) for line, _ in zip(odd, range(MOST_LINES), strict=False)]


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


def _is_ascii(path: Path, name: str) -> bool:
    with path.open(encoding=name, newline="") as file:
        return all(iter(lambda: (text := file.read(BLOCK)) and text.isascii(), ""))


def _without_proof(path: Path) -> Encoding:
    found = _Lines(path)
    ranked = likely(found.damaged if found.mostly_utf8 else found.odd)[:MOST_LIKELY]
    if found.mostly_utf8:
        return Encoding("utf-8", broken=True, likely=("utf-8", *ranked), lines=tuple(found.odd))
    name = ranked[0] if ranked else "cp1252"
    others = [*(["utf-8"] if found.good else []), *ranked[1:]]
    return Encoding(name, not _fits(path, name), guessed=True, likely=(name, *others), lines=tuple(found.odd))


class _Lines:
    """The lines of a file that are not ASCII: how many are good UTF-8 and how many are not, and the first of them."""

    def __init__(self, path: Path) -> None:
        self.good = self.bad = self._letters = self._holes = self._kept = 0
        self._odd: dict[bytes, bool] = {}
        for line in _split(path):
            if not line.isascii():
                self._note(line)

    def _note(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        holes = text.count(REPLACED)
        if len(self._odd) < MOST_LINES and self._kept < _MOST_BYTES and line[:_LONGEST] not in self._odd:
            self._odd[line[:_LONGEST]] = holes > 0
            self._kept += min(len(line), _LONGEST)
        self._holes += holes
        self._letters += len(text) - len(text.encode("ascii", "ignore")) - holes
        if holes:
            self.bad += 1
        else:
            self.good += 1

    @property
    def odd(self) -> list[bytes]:
        """The first of them, each once."""
        return list(self._odd)

    @property
    def damaged(self) -> list[bytes]:
        """Those of them that are not UTF-8."""
        return [line for line, is_damaged in self._odd.items() if is_damaged]

    @property
    def mostly_utf8(self) -> bool:
        """Whether as many lines, or as many letters, are good UTF-8 as are not."""
        return self.good >= self.bad or self._letters >= self._holes


def _split(path: Path) -> Iterator[bytes]:
    """The lines of a file, however they end."""
    rest = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            *lines, rest = (rest + block).splitlines() or [b""]
            if block.endswith((b"\n", b"\r")) or len(rest) > BLOCK:
                lines, rest = [*lines, rest], b""
            yield from lines
    yield rest
