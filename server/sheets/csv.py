"""Reading text files of cells, record by record, with a bound on everything that is held."""

import csv
import io
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import TextIO

from server.sheets.encodings import REPLACED, Encoding, detect
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
"""So often the lines behind a quotation mark that is never closed are read again, as rows of their own."""

LOOKED_AT = 20

UNCLOSED = "A quotation mark is opened and never closed."
TOO_LONG = f"A cell is longer than {MAX_CELL:,} characters."
BROKEN = "Some bytes are not text in the file's encoding; they would come out as �."


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
        if '"' in block or self.encoding.broken or block.count("\r") != block.count("\r\n"):
            return None
        lines = block.removesuffix("\n").split("\n")
        if max(map(len, lines)) > MAX_CELL:
            return None
        if max(line.count(self.delimiter) for line in lines) >= KEPT_CELLS:
            return None
        return list(csv.reader(lines, delimiter=self.delimiter))

    def _read(self, lines: "_Lines") -> Iterator[Record]:
        """The records of the lines that were put back, and of those that belong to the last of them."""
        reader = csv.reader(lines, delimiter=self.delimiter)
        while lines.put:
            lines.begin()
            number = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _EndlessError):
                single = len(lines.record) == 1
                cells = lines.give_back(self.delimiter)
                yield Record(number, cells, TOO_LONG if single else UNCLOSED)
                continue
            if lines.ended_inside and lines.rescues:
                yield Record(number, lines.give_back(self.delimiter), UNCLOSED)
            else:
                yield Record(number, cells, UNCLOSED if lines.ended_inside else "")

    def _checked(self, record: Record) -> Record:
        problem = record.problem
        if len(record.cells) > KEPT_CELLS:
            return self._checked(Record(record.number, record.cells[:KEPT_CELLS], problem))
        if not problem and self.encoding.broken and any(REPLACED in cell for cell in record.cells):
            problem = BROKEN
        if max(map(len, record.cells)) > MAX_CELL:
            return Record(record.number, [cell[:MAX_CELL] for cell in record.cells], problem or TOO_LONG)
        return Record(record.number, record.cells, problem) if problem else record


class _EndlessError(Exception):
    """A record that has no end within reason."""


class _Lines:
    """The lines of a file for a csv reader, which remembers those of the record it is in and can give them back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.put: deque[str] = deque()
        self._size = 0
        self.record: list[str] = []
        self.number = 0
        self.rescues = RESCUES
        self.ended_inside = False

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
        self._size = 0
        self.ended_inside = False

    def give_back(self, delimiter: str) -> list[str]:
        """Of a record without end, keep the first line, as plain cells; the others are read as records again."""
        first, *others = self.record
        if self.rescues:
            self.rescues -= 1
            self.put.extendleft(reversed(others))
            self.number -= len(others)
        return [cell.strip().strip('"') for cell in first[:MAX_RECORD].rstrip("\r\n").split(delimiter)]

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.put.popleft() if self.put else self._file.readline(MAX_LINE + 1)
        if not line:
            self.ended_inside = bool(self.record)
            raise StopIteration
        if len(line) > MAX_LINE:
            raise UnreadableSheet(
                SheetFault.LINE_TOO_LONG,
                f"Line {self.number + 1} is too long: this is not a table. Save it as CSV UTF-8 or XLSX.",
            )
        self.number += 1
        self.record.append(line)
        self._size += len(line)
        if self._size > MAX_RECORD and len(self.record) > 1:
            raise _EndlessError
        return line


def open_commas(path: Path) -> CommaFile:
    """A text file of cells with its encoding and its delimiter found out.

    Raises:
        UnreadableSheet: it is no text.
    """
    encoding = detect(path)
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
