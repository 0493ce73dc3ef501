"""Reading workbooks row by row. What the file says of its own size is not believed."""

import datetime as dt
import re
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.sheets.archives import broken, check_archive
from server.sheets.sheet import MAX_CELL, Record, UnreadableSheet

MAX_COLUMNS = 256
"""Columns behind these are not read."""

MAX_EMPTY = 10_000
"""After so many empty rows in a row the sheet is over."""

LAST_ROW = 1_048_576
"""The last row a workbook can have."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CELL_TOO_LONG = f"A cell is longer than {MAX_CELL:,} characters."


@dataclass(frozen=True)
class Workbook:
    """One sheet of a workbook."""

    path: Path
    sheet: int

    def records(self) -> Generator[Record, None, None]:
        """All rows that hold something.

        Raises:
            UnreadableSheet: the file is damaged or hostile.
        """
        with _opened(self.path) as book, _hostile():
            yield from _records(book.worksheets[self.sheet])


def open_workbook(path: Path) -> Workbook:
    """The first sheet somebody sees that holds something; the first of all when none does.

    Raises:
        UnreadableSheet: it is no workbook, or one that is damaged or too large.
    """
    check_archive(path)
    with _opened(path) as book, _hostile():
        if not book.worksheets:
            raise broken()
        visible = [index for index, sheet in enumerate(book.worksheets) if sheet.sheet_state == "visible"]
        filled = (index for index in visible if next(_records(book.worksheets[index]), None) is not None)
        return Workbook(path, next(filled, 0))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from openpyxl import load_workbook

    with path.open("rb") as file:  # by its content: given a name, the library asks for its ending
        with _hostile():
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()


@contextmanager
def _hostile() -> Iterator[None]:
    """Whatever the library makes of a file that breaks its rules is one sentence to whoever sent it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (UnreadableSheet, GeneratorExit):
        raise
    except Exception as error:  # entities, missing parts, wrong types, bad numbers: the library names them all anew
        raise broken() from error


def _records(sheet: Any) -> Iterator[Record]:
    sheet.reset_dimensions()
    empty = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
        cells = _texts(row)
        empty = 0 if cells else empty + 1
        if empty > MAX_EMPTY or number > LAST_ROW:
            return
        if cells:
            long = any(len(cell) > MAX_CELL for cell in cells)
            yield Record(number, [cell[:MAX_CELL] for cell in cells], _CELL_TOO_LONG if long else "")


def _texts(row: tuple[Any, ...]) -> list[str]:
    """The cells as texts, up to the last that holds something."""
    width = next((index for index in range(len(row), 0, -1) if row[index - 1] is not None), 0)
    cells = [_text(value) for value in row[:width]]
    return cells if any(cell.strip() for cell in cells) else []


def _text(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, dates as dates."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value)
