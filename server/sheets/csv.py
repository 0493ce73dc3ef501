"""Reading text files of cells, record by record, with a bound on everything that is held."""

import csv
import io
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import count, islice
from pathlib import Path
from typing import TextIO

from contract.encodings import said
from server.sheets.encodings import REPLACED, Encoding, detect, named
from server.sheets.headers import has_address, is_address, mapping_of
from server.sheets.sheet import MAX_CELL, MOST_COLUMNS, Record, SheetFault, UnreadableSheet, too_many_rows

DELIMITERS = (",", ";", "\t", "|")

MAX_LINE = 1 << 18
"""Characters of one line."""

KEPT_CELLS = MOST_COLUMNS + 1
"""Cells of a record that are looked at: one more than there may be shows that there are too many."""

BLOCK = 1 << 16
"""Characters that are read at once."""

SNIFFED = 16
"""Blocks in which the delimiter is looked for."""

MAX_LINES = 1_000_000
"""Lines of a file, those with nothing in them too: as many as a spreadsheet program has rows."""

MAX_RECORD = 1 << 17
"""Characters of one record with line breaks inside quotes."""

RESCUES = 20
"""So often records of several lines that come to nothing are read again; then every line is a record of its own."""

MOST_WASTED = 1 << 22
"""Characters that are read to no end in search of another way to read a record; then it is looked for in one line."""

LOOKED_AT = 20

TOO_LONG = f"A cell is longer than {MAX_CELL:,} characters."
STRAY = 'A quotation mark inside a cell is written once: write it twice ("") or remove it.'

_ESCAPES = re.compile(r"\\(.?)")


@dataclass(frozen=True)
class CommaFile:
    """A text file of cells."""

    path: Path
    encoding: Encoding
    delimiter: str
    skip: int = 0
    blocks: int = 0
    """How many blocks are read; 0: all."""

    def records(self) -> Generator[Record, None, None]:
        """All records that hold something. `number` is the line a record begins on.

        Raises:
            UnreadableSheet: a line is longer than any table has.
        """
        with self.path.open(encoding=self.encoding.name, errors="replace", newline="") as file:
            lines = _Lines(file)
            for _ in islice(lines, self.skip):
                lines.begin()
            blocks = count(1)
            while (next(blocks) <= self.blocks or not self.blocks) and (block := lines.block()):
                if lines.number > MAX_LINES:
                    raise too_many_rows()
                if '"' not in block and not block.strip(f"{self.delimiter} \t\r\n"):
                    lines.number += block.count("\n") or block.count("\r")
                    continue
                number, plain = lines.number + 1, self._plain(block)
                if plain is not None:
                    lines.number += len(plain)
                    yield from (Record(*row) for row in enumerate(plain, number) if any(map(str.strip, row[1])))
                else:
                    lines.put_back(block)
                    found = self._read(lines)
                    yield from (self._checked(record) for record in found if any(map(str.strip, record.cells)))

    def _plain(self, block: str) -> list[list[str]] | None:
        """The records of whole lines when each line is one, as most are; None when they have to be looked at closer."""
        if REPLACED in block or block.count("\r") != block.count("\r\n"):
            return None
        if '"' in block and ('\\"' in block or _before(self.delimiter).search(block)):
            return None
        lines = block.removesuffix("\n").split("\n")
        if max(map(len, lines)) > MAX_CELL:
            return None
        if max(line.count(self.delimiter) for line in lines) >= KEPT_CELLS:
            return None
        try:
            found = list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        return found if len(found) == len(lines) else None

    def _read(self, lines: "_Lines") -> Iterator[Record]:
        """The records of the lines that were put back, and of those that belong to the last of them."""
        ways = _Ways(self.delimiter, lines)
        while lines.put:
            number = lines.number + 1
            cells, problem = ways.next_record()
            holes = [line for line, text in enumerate(lines.record, number) if REPLACED in text]
            yield Record(number, cells, problem or (self._damage(holes[0]) if holes else ""))

    def _damage(self, line: int) -> str:
        if self.encoding.broken:
            return f"Line {line:,} is damaged: it is not {said(self.encoding.name)}."
        return f"Letters of line {line:,} are lost: it has \N{REPLACEMENT CHARACTER} in their place."

    def _checked(self, record: Record) -> Record:
        number, cells, problem = record.number, record.cells[:KEPT_CELLS], record.problem
        if max(map(len, cells)) > MAX_CELL:
            return Record(number, [cell[:MAX_CELL] for cell in cells], problem or TOO_LONG)
        return Record(number, cells, problem)


class _Ways:
    """The ways in which programs write quotation marks, tried on a record until one leaves nothing over.

    First as the standard says; then with a backslash before a quotation mark that is text; then with blanks around the
    quotation marks of a cell.
    """

    def __init__(self, delimiter: str, lines: "_Lines") -> None:
        blank = _blank(delimiter)
        mark = re.escape(delimiter)
        around = rf'((?:^|{mark})){blank}*("(?:{{}})*(?:"|$))(?:{blank}+(?={mark}|[\r\n]|$))?'
        tidy = partial(re.compile(around.format('[^"]|""')).sub, r"\1\2")
        tidy_escaped = partial(re.compile(around.format(r'[^"\\]|""|\\.')).sub, r"\1\2")
        self._before = _before(delimiter)
        self._delimiter, self._lines = delimiter, lines
        self._wasted = 0
        self._standard = self._reader(lines)
        self._others = (
            ('\\"', self._reader(map(_escaped, lines), "\\")),
            ("", self._reader(map(tidy, lines))),
            ('\\"', self._reader(map(tidy_escaped, map(_escaped, lines)), "\\")),
        )

    def next_record(self) -> tuple[list[str], str]:
        """The cells of the next record, and what is wrong with its quotation marks."""
        lines = self._lines
        cells, error = self._attempt(self._standard)
        text = "".join(lines.record)
        if cells is not None and not self._leaves_over(cells, text):
            return cells, ""
        begun = lines.record
        for needed, reader in self._others:
            if needed in text:
                lines.give_back()
                lines.alone = self._wasted > MOST_WASTED
                found, _ = self._attempt(reader)
                lines.alone = False
                if found is not None and not self._leaves_over(found, text):
                    return found, ""
                self._wasted += lines.size
        lines.give_back()
        if cells is not None:
            return self._attempt(self._standard)[0] or cells, ""
        return self._refused(error, begun)

    def _refused(self, error: str, begun: Sequence[str]) -> tuple[list[str], str]:
        """Of a record that no way makes sense of, the first line; those behind it are records of their own."""
        lines = self._lines
        lines.begin()
        line = next(lines)
        cells = [cell.strip().strip('"') for cell in line[:MAX_RECORD].rstrip("\r\n").split(self._delimiter)]
        if "field limit" in error and len(begun) == 1:
            return cells, TOO_LONG
        if "expected after" in error and len(begun) == 1:
            return cells, STRAY
        if len(begun) > 1:
            lines.rescues -= 1
        opened = lines.number if "expected after" in error else lines.number + _opened(begun)
        return cells, f"The quotation mark opened on line {opened:,} is never closed."

    def _attempt(self, reader: Iterator[list[str]]) -> tuple[list[str] | None, str]:
        self._lines.begin()
        try:
            return next(reader), ""
        except (csv.Error, _EndlessError, StopIteration) as error:
            return None, str(error)

    def _leaves_over(self, cells: list[str], text: str) -> bool:
        """Whether what is left in the cells looks like another way of writing quotation marks."""
        if "\\" in text and any('\\"' in cell for cell in cells):
            return True
        return any(cell[:1].isspace() and cell.lstrip()[:1] == '"' for cell in cells) and bool(
            self._before.search(text)
        )

    def _reader(self, lines: Iterable[str], escape: str | None = None) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._delimiter, strict=True, escapechar=escape)


def _blank(delimiter: str) -> str:
    return "[ \u00a0]" if delimiter == "\t" else "[ \t\u00a0]"


@cache
def _before(delimiter: str) -> re.Pattern[str]:
    """A blank before the quotation mark that begins a cell."""
    return re.compile(rf'(?:^|{re.escape(delimiter)}){_blank(delimiter)}+"', re.MULTILINE)


def _escaped(line: str) -> str:
    """Only a quotation mark or a backslash is escaped: another backslash is one."""
    return _ESCAPES.sub(lambda found: found[0] if found[1] in {'"', "\\"} else f"\\{found[0]}", line)


def _opened(lines: Sequence[str]) -> int:
    """In which of the lines (from 0) the quotation mark stands that is open at their end."""
    marks = [at for at, line in enumerate(lines) for _ in range(line.replace('""', "").count('"'))]
    return marks[-1] if len(marks) % 2 else 0


class _EndlessError(Exception):
    """A record that has no end within reason."""


class _Lines:
    """The lines of a file for a csv reader, which remembers those of the record it is in and can give them back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.put: deque[str] = deque()
        self.size = 0
        self.record: list[str] = []
        self.number = 0
        self.rescues = RESCUES
        self.alone = False

    def block(self) -> str:
        """The next whole lines, many at once; nothing at the end."""
        some = self._file.read(BLOCK)
        return some + self._file.readline(MAX_LINE + 1) if some else ""

    def put_back(self, block: str) -> None:
        """Have these lines read one by one."""
        self.put.extend(io.StringIO(block, newline=""))

    def begin(self) -> None:
        """A new record begins."""
        self.record = []
        self.size = 0

    def give_back(self) -> None:
        """Have the lines of this record read again."""
        self.put.extendleft(reversed(self.record))
        self.number -= len(self.record)
        self.begin()

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.record and (self.alone or self.rescues <= 0):
            raise _EndlessError
        line = self.put.popleft() if self.put else self._file.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        if len(line) > MAX_LINE:
            raise UnreadableSheet(
                SheetFault.LINE_TOO_LONG,
                f"Line {self.number + 1} is too long: this is not a table. Save it as CSV UTF-8 or XLSX.",
            )
        self.number += 1
        self.record.append(line)
        self.size += len(line)
        if self.size > MAX_RECORD and len(self.record) > 1:
            raise _EndlessError
        return line


def open_commas(path: Path, codec: str = "") -> CommaFile:
    """A text file of cells with its encoding, unless one is named, and its delimiter found out.

    Raises:
        UnreadableSheet: it is no text, or its mark names another encoding.
    """
    encoding = named(path, codec) if codec else detect(path)
    announced = _announced(path, encoding)
    if announced:
        return CommaFile(path, encoding, announced, skip=1)
    candidates = [CommaFile(path, encoding, delimiter, blocks=SNIFFED) for delimiter in DELIMITERS]
    return replace(max(candidates, key=_fitness), blocks=0)


def _announced(path: Path, encoding: Encoding) -> str:
    """Excel's own first line, `sep=;`."""
    with path.open(encoding=encoding.name, errors="replace", newline="") as file:
        start = file.readline(MAX_LINE)
    _refuse_binary(start)
    word = start.rstrip("\r\n").strip('"')
    is_announced = word.lower().startswith("sep=") and len(word) == len("sep=") + 1 and word[-1] in DELIMITERS
    return word[-1] if is_announced else ""


def _refuse_binary(start: str) -> None:
    controls = sum(1 for char in start[:1000] if char < " " and char not in "\t\r\n\x1b")
    if controls * 10 > len(start[:1000]):
        raise UnreadableSheet(SheetFault.NOT_A_TABLE, "Not a CSV or Excel file. Save it as CSV UTF-8 or XLSX.")


def _fitness(file: CommaFile) -> tuple[int, int, int]:
    """How much sense a delimiter makes: words and addresses understood, rows of the same width, columns."""
    with closing(file.records()) as records:
        rows = list(islice(records, LOOKED_AT))
    widths = [len(row.cells) for row in rows]
    understood = sum(is_address(cell) for row in rows for cell in row.cells)
    understood += max((len(mapping_of(row.cells)) for row in rows if not has_address(row.cells)), default=0)
    usual = max(set(widths), key=widths.count, default=0)
    return understood, widths.count(usual) if usual > 1 else 0, usual
