"""What a remote list is made of, and the pages of it that are here. Pure: no terminal, no network, no clock."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Protocol

__all__ = ["PAGE", "Gone", "Pages", "Phase", "Query", "Row", "Window", "WindowSource"]

PAGE = 100
"""Rows in one request."""

_KEPT = 60


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for: the filter as typed, and the key of the column to sort by (none: the server's order).

    `as_of` names the state of a list that grows all the time, in the words of its source: pages of one state fit
    together.
    """

    text: str = ""
    sort: str | None = None
    descending: bool = False
    as_of: str = ""

    def at(self, other: "Query") -> "Query":
        """The same of the state that another is about."""
        return replace(self, as_of=other.as_of)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its id, one value per column, the version that was seen, and the object behind it."""

    id: str
    cells: tuple[str, ...]
    version: int | None = None
    item: Any = None


@dataclass(frozen=True, slots=True)
class Gone:
    """A row that matches no longer and is shown at its index all the same, with the reason, since a moment."""

    index: int
    row: Row
    why: str
    since: float


@dataclass(frozen=True, slots=True)
class Window:
    """Rows from an offset on, and how many match in all."""

    rows: Sequence[Row]
    total: int


class WindowSource(Protocol):
    """Where rows come from."""

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """At most `limit` rows from `offset` on. Any exception is shown in the place of the rows."""
        ...


class Phase(Enum):
    """What a list has to say for itself; each is a different sentence."""

    LOADING = "loading"
    READY = "ready"
    EMPTY = "nothing there"
    NO_MATCH = "nothing matches"
    FAILED = "failed"


@dataclass(slots=True)
class Pages:
    """The pages that are here, by page number, for one query at one time (a generation).

    The least recently used page goes when there are more than `_KEPT`. A page that failed keeps its reason. An index
    counts the lines of the list, rows that are `gone` among them (in order); a place only the rows that match.
    """

    query: Query = field(default_factory=Query)
    total: int = 0
    known: bool = False
    loaded: OrderedDict[int, Sequence[Row]] = field(default_factory=OrderedDict)
    failed: dict[int, str] = field(default_factory=dict)
    gone: tuple[Gone, ...] = ()

    @property
    def length(self) -> int:
        """How many lines the list has."""
        return self.total + len(self.gone)

    def gone_at(self, index: int) -> Gone | None:
        """What is gone and stands at an index."""
        return next((each for each in self.gone if each.index == index), None)

    def place(self, index: int) -> int:
        """How many rows that match stand above an index: the place of the one that is there, if it matches."""
        return index - sum(each.index < index for each in self.gone)

    def index_of(self, place: int) -> int:
        """The index of the row at a place."""
        for each in self.gone:
            place += each.index <= place
        return place

    def row(self, index: int) -> Row | None:
        """The row at an index, if it is here."""
        if self.gone and (gone := self.gone_at(index)):
            return gone.row
        number, place = divmod(self.place(index), PAGE)
        page = self.loaded.get(number)
        return page[place] if page is not None and place < len(page) else None

    def problem(self, index: int) -> str | None:
        """Why the row at an index could not be loaded."""
        return self.failed.get(self.place(index) // PAGE)

    def store(self, number: int, window: Window) -> None:
        """Keep the page that arrived; a row that is already on another page here (rows moved meanwhile) is kept too."""
        self.loaded[number] = window.rows
        self.loaded.move_to_end(number)
        self.failed.pop(number, None)
        self.total, self.known = window.total, True
        self.gone = tuple(
            replace(each, index=min(each.index, window.total + before)) for before, each in enumerate(self.gone)
        )
        while len(self.loaded) > _KEPT:
            self.loaded.popitem(last=False)

    def fail(self, number: int, reason: str) -> None:
        """Remember why a page did not come."""
        self.failed[number] = reason

    def touch(self, numbers: Iterable[int]) -> None:
        """Mark pages as used now."""
        for number in numbers:
            if number in self.loaded:
                self.loaded.move_to_end(number)

    def find(self, row_id: str) -> int | None:
        """The index of a row that is here."""
        for each in self.gone:
            if each.row.id == row_id:
                return each.index
        for number, page in self.loaded.items():
            for place, row in enumerate(page):
                if row.id == row_id:
                    return self.index_of(number * PAGE + place)
        return None

    def rows(self) -> Iterable[Row]:
        """All rows that match and are here, in order."""
        for number in sorted(self.loaded):
            yield from self.loaded[number]

    @property
    def complete(self) -> bool:
        """Whether every row that matches is here."""
        return self.known and sum(len(page) for page in self.loaded.values()) >= self.total

    def on_screen(self, top: int, height: int) -> list[int]:
        """The pages that a screen of `height` rows from `top` on shows; before the total is known, all it may show."""
        first, last = self._span(top, height)
        return list(range(min(first, last) // PAGE, last // PAGE + 1))

    def _span(self, top: int, height: int) -> tuple[int, int]:
        """The places of the first and the last row on a screen."""
        first, last = self.place(top), self.place(top + height) - 1
        return first, max(0, min(last, self.total - 1)) if self.known else last

    def ahead(self, top: int, height: int) -> list[int]:
        """The neighbours worth reading ahead: those less than a quarter page away."""
        if not self.known:
            return []
        top, last = self._span(top, height)
        near: list[int] = []
        if last % PAGE >= PAGE * 3 // 4 and (last // PAGE + 1) * PAGE < self.total:
            near.append(last // PAGE + 1)
        if top % PAGE < PAGE // 4 and top >= PAGE:
            near.append(top // PAGE - 1)
        return near

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Those of the pages that are neither here nor failed."""
        return [number for number in numbers if number not in self.loaded and number not in self.failed]

    @property
    def phase(self) -> Phase:
        """What to say about the list as a whole."""
        if self.known and self.length:
            return Phase.READY
        if self.failed:
            return Phase.FAILED
        if not self.known:
            return Phase.LOADING
        return Phase.NO_MATCH if self.query.text else Phase.EMPTY
