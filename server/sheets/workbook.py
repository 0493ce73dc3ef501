"""Reading workbooks row by row. What the file says of its own size is not believed."""

import posixpath
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.sheets.archives import broken, check_archive
from server.sheets.sheet import MAX_CELL, Record, UnreadableSheet
from server.sheets.workbook_parts import Elements, Rows, Shown, Texts, epoch, feed, number_styles

_CELL_TOO_LONG = f"A cell is longer than {MAX_CELL:,} characters."

Attributes = dict[str, str]


@dataclass(frozen=True)
class Workbook:
    """One sheet of a workbook; `sheet` is the name of its part."""

    path: Path
    sheet: str

    def records(self) -> Generator[Record, None, None]:
        """All rows that hold something.

        Raises:
            UnreadableSheet: the file is damaged or hostile.
        """
        with _opened(self.path) as book:
            yield from _records(book, self.sheet, _shown(book))


class _Book:
    """The archive, and where its parts are."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        main = next(each["Target"] for each in self._relations("_rels/.rels") if _kind(each) == "officeDocument")
        self.main = main.lstrip("/")
        folder, name = posixpath.split(self.main)
        self._folder = folder
        self._parts = self._relations(posixpath.join(folder, "_rels", f"{name}.rels"))
        self.workbook = self.elements(self.main)

    def elements(self, name: str) -> list[tuple[str, Attributes]]:
        """All of a small part."""
        part = Elements()
        with self.archive.open(name) as file:
            for _ in feed(file, part):
                pass
        return part.found

    def part_of(self, kind: str) -> str | None:
        """The name of the only part of a kind."""
        return next((self._name(each) for each in self._parts if _kind(each) == kind), None)

    def sheets(self) -> list[str]:
        """The names of the sheets' parts: those somebody sees first."""
        targets = {each.get("Id"): self._name(each) for each in self._parts if _kind(each) == "worksheet"}
        listed = [each for tag, each in self.workbook if tag == "sheet" and each.get("id") in targets]
        listed.sort(key=lambda each: each.get("state", "visible") != "visible")
        return [targets[each["id"]] for each in listed]

    def _relations(self, name: str) -> list[Attributes]:
        return [each for tag, each in self.elements(name) if tag == "Relationship"]

    def _name(self, relation: Attributes) -> str:
        """A target is named from the workbook's folder, or from the top with a slash."""
        return posixpath.normpath(posixpath.join("/", self._folder, relation["Target"])).lstrip("/")


def _kind(relation: Attributes) -> str:
    return relation.get("Type", "").rpartition("/")[2]


def open_workbook(path: Path) -> Workbook:
    """The first sheet somebody sees that holds something; the first of all when none does.

    Raises:
        UnreadableSheet: it is no workbook, or one that is damaged or too large.
    """
    check_archive(path)
    with _opened(path) as book:
        sheets = book.sheets()
        shown = _shown(book)
        filled = (sheet for sheet in sheets if any(record.cells for record in _records(book, sheet, shown)))
        return Workbook(path, next(filled, None) or sheets[0])


@contextmanager
def _opened(path: Path) -> Iterator[_Book]:
    """The workbook; whatever goes wrong with a file that breaks the rules is one sentence to whoever sent it."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield _Book(archive)
    except (UnreadableSheet, GeneratorExit):
        raise
    except Exception as error:  # entities, missing parts, bad numbers, bad compression: each library has its own name
        raise broken() from error


def _shown(book: _Book) -> Shown:
    texts, styles = Texts(), book.part_of("styles")
    if name := book.part_of("sharedStrings"):
        with book.archive.open(name) as file:
            for _ in feed(file, texts):
                pass
    shows = number_styles(book.elements(styles)) if styles else {}
    return Shown(texts.texts, shows, epoch(book.workbook))


def _records(book: _Book, sheet: str, shown: Shown) -> Iterator[Record]:
    part = Rows(shown)
    with book.archive.open(sheet) as file:
        for _ in feed(file, part):
            for number, cells, marks in part.rows:
                long = any(len(cell) > MAX_CELL for cell in cells)
                yield Record(number, [cell[:MAX_CELL] for cell in cells], _CELL_TOO_LONG if long else "", marks)
            part.rows.clear()
