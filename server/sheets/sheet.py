"""What a file of people is once it is understood: its columns, and its rows one after the other."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeAlias

from contract.formulas import unguarded
from contract.mailbox import split_name
from server.sheets.values import FORMULA, cell_name

MAX_ROWS = 1_000_000
"""More rows than this are refused: they come as two files."""

MAX_CELL = 32_767
"""The most characters of one cell: what a spreadsheet program allows."""

MOST_COLUMNS = 200
"""A file with more columns is refused."""

SAMPLES = 5


class Field(StrEnum):
    """What a column may say of a person. `full_name` is split into first and last name.

    `other_email` is the address where the column of addresses has none.
    """

    EMAIL = "email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    POSITION = "position"
    FULL_NAME = "full_name"
    OTHER_EMAIL = "other_email"


class SheetKind(StrEnum):
    """The formats that are read and written."""

    CSV = "csv"
    XLSX = "xlsx"


class SheetFault(StrEnum):
    """Why a file can't be read."""

    EMPTY = "empty"
    NOT_A_TABLE = "not_a_table"
    NOT_A_WORKBOOK = "not_a_workbook"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    LINE_TOO_LONG = "line_too_long"
    ANOTHER_ENCODING = "another_encoding"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    COLUMNS_UNKNOWN = "columns_unknown"


class UnreadableSheet(Exception):  # noqa: N818 - it names the file's state, as the interface tells it
    """The file can't be read: why, and a sentence that says what to do."""

    def __init__(self, code: SheetFault, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def too_many_rows() -> UnreadableSheet:
    """It is longer than a file may be."""
    return UnreadableSheet(SheetFault.TOO_MANY_ROWS, f"More than {MAX_ROWS:,} rows: split it into several files.")


def too_many_columns() -> UnreadableSheet:
    """It is wider than a file may be."""
    detail = f"More than {MOST_COLUMNS} columns: keep those with the address, the names and the position."
    return UnreadableSheet(SheetFault.TOO_MANY_COLUMNS, detail)


NO_MARKS: Mapping[int, str] = MappingProxyType({})


class Record(NamedTuple):
    """One row as the file has it. `number` counts lines (CSV) or rows (workbook) from 1.

    `marks` says of a workbook's cells (from 0) that are no text what they are instead; of one far to the right, which
    is not among `cells`, that it is there.
    """

    number: int
    cells: list[str]
    problem: str = ""
    marks: Mapping[int, str] = NO_MARKS


class Source(Protocol):
    """A file that can be read from the start, again and again."""

    def records(self) -> Generator[Record, None, None]:
        """All rows that hold something, in order, one at a time."""
        ...


class Column(NamedTuple):
    """A column to choose from when the header was not understood."""

    place: int
    header: str
    samples: tuple[str, ...]


class Reading(NamedTuple):
    """An encoding to choose, and names as they come out in it, those with other letters than ASCII's first."""

    codec: str
    names: tuple[str, ...]


class SheetRow(NamedTuple):
    """One person of the file. A row with a `problem` has whatever could be read of it."""

    number: int
    cells: dict[Field, str]
    problem: str = ""


Person: TypeAlias = tuple[int, str, str, str, str, str]
"""A row's number, the address, first and last name, position, and what is wrong with the row as it is in the file."""

_OF_PERSON = (Field.EMAIL, Field.FIRST_NAME, Field.LAST_NAME, Field.POSITION)
_NOUNS = {Field.EMAIL: "an address", Field.OTHER_EMAIL: "an address", Field.POSITION: "a position"}
_RECALCULATE = "Open the file in a spreadsheet program and save it again."

MOST_NAMED = 20
"""Cells outside the table that are named."""


@dataclass(slots=True)
class Remarks:
    """What is to be said about a file besides its rows: gathered while they are read.

    `outside` names cells behind the table's last column, of `beyond` in all; `filled` counts the rows whose address
    came from the other column.
    """

    outside: list[str] = field(default_factory=list)
    beyond: int = 0
    filled: int = 0

    def note(self, name: str) -> None:
        """One more cell outside the table."""
        self.beyond += 1
        if len(self.outside) < MOST_NAMED:
            self.outside.append(name)

    def sentences(self) -> list[str]:
        """One for the cells outside the table, if there are any."""
        if not self.beyond:
            return []
        if self.beyond == 1:
            return [f"Cell {self.outside[0]} is outside the table: nothing is read from it."]
        more = f" and {self.beyond - len(self.outside):,} more" if self.beyond > len(self.outside) else ""
        return [f"Cells {', '.join(self.outside)}{more} are outside the table: nothing is read from them."]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A file that can be read.

    `header` holds the words of its header row, or nothing when it has none; `first` is where the rows below it begin.
    `mapping` is empty when it was not understood: then somebody chooses among `columns`, and opens it again.
    `sample` holds the first rows as they are; `encoding` and `delimiter` are empty for a workbook. `readings` are the
    encodings to choose from, that in use among them, where nothing proves it or somebody chose; `guessed` is whether
    nobody did.
    """

    path: Path
    kind: SheetKind
    encoding: str = ""
    guessed: bool = False
    readings: tuple["Reading", ...] = ()
    delimiter: str = ""
    header: tuple[str, ...] = ()
    mapping: Mapping[Field, int] = field(default_factory=dict)
    sample: tuple[tuple[str, ...], ...] = ()
    width: int = 0
    first: int = 1
    source: Source = field(repr=False)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column with its header word (or none) and what its first rows hold."""
        return tuple(
            Column(index, _cell(self.header, index), tuple(_cell(row, index) for row in self.sample))
            for index in range(self.width)
        )

    @property
    def ignored(self) -> tuple[str, ...]:
        """Header words of the columns that nothing is taken from."""
        used = set(self.mapping.values())
        return tuple(word for index, word in enumerate(self.header) if word.strip() and index not in used)

    @property
    def splits_names(self) -> bool:
        """Whether first and last name come out of one column: see `split_name`."""
        return Field.FULL_NAME in self.mapping

    def rows(self, after: int = 0, remarks: Remarks | None = None) -> Iterator[SheetRow]:
        """The people, one at a time; empty rows are left out. `after` skips up to and with a row, to go on from there.

        Raises:
            UnreadableSheet: the mapping is empty, or the file turns out to be broken or too long.
        """
        for record in self._body(Remarks() if remarks is None else remarks):
            if record.number > after:
                yield self._row(record)

    def people(self, remarks: Remarks | None = None) -> Iterator[Person]:
        """The same for very many.

        Raises:
            UnreadableSheet: as `rows`.
        """
        remarks = Remarks() if remarks is None else remarks
        places = [self.mapping.get(name) for name in _OF_PERSON]
        other = self.mapping.get(Field.OTHER_EMAIL)
        for record in self._body(remarks):
            if self.splits_names:
                person = _person(self._row(record))
            else:
                number, cells, problem, marks = record
                width = len(cells)
                email, first_name, last_name, position = (
                    _meant(cells[place]) if place is not None and place < width else "" for place in places
                )
                said = problem or (self._unfit(record) if marks or width > self.width else "")
                person = number, email, first_name, last_name, position, said
            if other is not None and not person[1].strip():
                person = (person[0], _meant(_cell(record.cells, other)), *person[2:])
                remarks.filled += bool(person[1].strip())
            yield person

    def _body(self, remarks: Remarks) -> Iterator[Record]:
        """The records below the header. Rows that hold nothing but cells outside a workbook's table are none."""
        if not self.mapping:
            raise UnreadableSheet(SheetFault.COLUMNS_UNKNOWN, "Choose the column with the e-mail address.")
        count = 0
        for record in self.source.records():
            if record.number < self.first or (self.kind is SheetKind.XLSX and self._is_outside(record, remarks)):
                continue
            count += 1
            if count > MAX_ROWS:
                raise too_many_rows()
            yield record

    def _is_outside(self, record: Record, remarks: Remarks) -> bool:
        """Note the cells behind the last column; answers whether there are no others."""
        number, cells, _, marks = record
        if len(cells) <= self.width and not marks:
            return False
        beyond = {place for place in range(self.width, len(cells)) if cells[place].strip()}
        for place in sorted(beyond | {place for place in marks if place >= self.width}):
            remarks.note(cell_name(place, number))
        return not any(map(str.strip, cells[: self.width])) and all(place >= self.width for place in marks)

    def _row(self, record: Record) -> SheetRow:
        found = record.cells
        cells = {name: unguarded(_cell(found, index)) for name, index in self.mapping.items()}
        if Field.FULL_NAME in cells:
            cells[Field.FIRST_NAME], cells[Field.LAST_NAME] = split_name(cells.pop(Field.FULL_NAME))
        return SheetRow(record.number, cells, record.problem or self._unfit(record))

    def _unfit(self, record: Record) -> str:
        """Why a row can't be taken: a cell holds no text that could be meant, or a text file's row is too long."""
        number, cells, _, marks = record
        for name, place in self.mapping.items():
            if (mark := marks.get(place)) is None or (name is Field.OTHER_EMAIL and self._has_address(cells)):
                continue
            if mark == FORMULA:
                return f"Cell {cell_name(place, number)} holds {mark}. {_RECALCULATE}"
            return f"Cell {cell_name(place, number)} holds {mark}, not {_NOUNS.get(name, 'a name')}."
        if self.kind is SheetKind.XLSX or not any(map(str.strip, cells[self.width :])):
            return ""
        return f"There are {len(cells)} cells where the file has {self.width} columns."

    def _has_address(self, cells: Sequence[str]) -> bool:
        return bool(_cell(cells, self.mapping[Field.EMAIL]).strip())


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _meant(cell: str) -> str:
    return unguarded(cell) if cell[:1] == "'" else cell


def _person(row: SheetRow) -> Person:
    cells = [row.cells.get(name, "") for name in _OF_PERSON]
    return row.number, cells[0], cells[1], cells[2], cells[3], row.problem
