"""What a file of people is once it is understood: its columns, and its rows one after the other."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

from contract.formulas import unguarded
from contract.mailbox import split_name

MAX_ROWS = 1_000_000
"""More rows than this are refused: they come as two files."""

MAX_CELL = 32_767
"""The most characters of one cell: what a spreadsheet program allows."""

MOST_COLUMNS = 200
"""A file with more columns is refused."""

SAMPLES = 5


class Field(StrEnum):
    """What a column may say of a person. `full_name` is split into first and last name."""

    EMAIL = "email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    POSITION = "position"
    FULL_NAME = "full_name"


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
    return UnreadableSheet(SheetFault.TOO_MANY_ROWS, f"More than {MAX_ROWS:,} rows: send it in several files.")


def too_many_columns() -> UnreadableSheet:
    """It is wider than a file may be."""
    detail = f"More than {MOST_COLUMNS} columns: keep those with the address, the names and the position."
    return UnreadableSheet(SheetFault.TOO_MANY_COLUMNS, detail)


class Record(NamedTuple):
    """One row as the file has it. `number` counts lines (CSV) or rows (workbook) from 1."""

    number: int
    cells: list[str]
    problem: str = ""


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


class SheetRow(NamedTuple):
    """One person of the file. A row with a `problem` has whatever could be read of it."""

    number: int
    cells: dict[Field, str]
    problem: str = ""


Person: TypeAlias = tuple[int, str, str, str, str, str]
"""A row's number, the address, first and last name, position, and what is wrong with the row as it is in the file."""

_OF_PERSON = (Field.EMAIL, Field.FIRST_NAME, Field.LAST_NAME, Field.POSITION)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A file that can be read.

    `header` holds the words of its header row, or nothing when it has none; `first` is where the rows below it begin.
    `mapping` is empty when it was not understood: then somebody chooses among `columns`, and opens it again.
    `sample` holds the first rows as they are; `encoding` and `delimiter` are empty for a workbook.
    """

    path: Path
    kind: SheetKind
    encoding: str = ""
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

    def rows(self, after: int = 0) -> Iterator[SheetRow]:
        """The people, one at a time; empty rows are left out. `after` skips up to and with a row, to go on from there.

        Raises:
            UnreadableSheet: the mapping is empty, or the file turns out to be broken or too long.
        """
        if not self.mapping:
            raise UnreadableSheet(SheetFault.COLUMNS_UNKNOWN, "Say which column holds the e-mail address.")
        for count, record in enumerate(self._body(), start=1):
            if count > MAX_ROWS:
                raise too_many_rows()
            if record.number > after:
                yield self._row(record)

    def people(self) -> Iterator[Person]:
        """The same for very many.

        Raises:
            UnreadableSheet: as `rows`.
        """
        places = [self.mapping.get(name) for name in _OF_PERSON]
        if self.splits_names or not self.mapping:
            yield from map(_person, self.rows())
            return
        for count, (number, cells, problem) in enumerate(self._body(), start=1):
            if count > MAX_ROWS:
                raise too_many_rows()
            width = len(cells)
            email, first_name, last_name, position = (
                _meant(cells[place]) if place is not None and place < width else "" for place in places
            )
            said = problem or (self._surplus(cells) if width > self.width else "")
            yield number, email, first_name, last_name, position, said

    def _body(self) -> Iterator[Record]:
        return (record for record in self.source.records() if record.number >= self.first)

    def _row(self, record: Record) -> SheetRow:
        found = record.cells
        cells = {name: unguarded(found[index]) if index < len(found) else "" for name, index in self.mapping.items()}
        if Field.FULL_NAME in cells:
            cells[Field.FIRST_NAME], cells[Field.LAST_NAME] = split_name(cells.pop(Field.FULL_NAME))
        return SheetRow(record.number, cells, record.problem or self._surplus(found))

    def _surplus(self, cells: Sequence[str]) -> str:
        if len(cells) <= self.width or not any(map(str.strip, cells[self.width :])):
            return ""
        return f"There are {len(cells)} cells where the file has {self.width} columns."


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _meant(cell: str) -> str:
    return unguarded(cell) if cell[:1] == "'" else cell


def _person(row: SheetRow) -> Person:
    cells = [row.cells.get(name, "") for name in _OF_PERSON]
    return row.number, cells[0], cells[1], cells[2], cells[3], row.problem
