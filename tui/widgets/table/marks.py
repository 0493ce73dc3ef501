"""Which rows are marked: by id, or everything that matches a filter but for some. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tui.widgets.table.data import Pages, Query, Row

__all__ = ["Marks"]


@dataclass(slots=True)
class Marks:
    """The marks of one list.

    Marks by id survive filter, sort, paging and reload, and remember each row as it was last seen. `everything` is the
    query whose every match is marked; `exceptions` are the ids taken out again. It is a statement about one filter, so
    another filter ends it: the safe side, since nobody can see what it would still cover.
    """

    chosen: dict[str, Row] = field(default_factory=dict)
    seen_under: dict[str, str] = field(default_factory=dict)
    everything: Query | None = None
    exceptions: set[str] = field(default_factory=set)

    def __contains__(self, row_id: str) -> bool:
        return row_id not in self.exceptions if self.everything is not None else row_id in self.chosen

    def count(self, total: int) -> int:
        """How many rows are marked when `total` match."""
        return max(0, total - len(self.exceptions)) if self.everything is not None else len(self.chosen)

    def add(self, rows: Iterable[Row], query: Query) -> None:
        """Mark rows."""
        for row in rows:
            if self.everything is not None:
                self.exceptions.discard(row.id)
            else:
                self.chosen[row.id] = row
                self.seen_under[row.id] = query.text

    def discard(self, row_ids: Iterable[str]) -> None:
        """Unmark rows; those that are not marked don't matter."""
        for row_id in row_ids:
            if self.everything is not None:
                self.exceptions.add(row_id)
            else:
                self.chosen.pop(row_id, None)
                self.seen_under.pop(row_id, None)

    def toggle(self, row: Row, query: Query) -> None:
        """Mark a row, or unmark it."""
        if row.id in self:
            self.discard([row.id])
        else:
            self.add([row], query)

    def mark_everything(self, pages: Pages) -> None:
        """Mark everything that matches. When all of it is here, that is a set of ids, added to those marked before."""
        if pages.complete:
            self.everything = None
            self.exceptions.clear()
            self.add(pages.rows(), pages.query)
            return
        self.clear()
        self.everything = pages.query

    def clear(self) -> None:
        """Unmark everything."""
        self.chosen.clear()
        self.seen_under.clear()
        self.exceptions.clear()
        self.everything = None

    def follow(self, pages: Pages) -> bool:
        """Take note of rows that arrived; True when the filter has changed and ended a mark of everything."""
        if self.everything is not None and self.everything.text != pages.query.text:
            self.clear()
            return True
        if self.chosen:
            for row in pages.rows():
                if row.id in self.chosen:
                    self.chosen[row.id] = row
                    self.seen_under[row.id] = pages.query.text
        return False

    def hidden(self, pages: Pages) -> int:
        """How many marked rows the present filter hides.

        A row counts as hidden unless it is here, or was last seen under this same filter on a page that went since.
        """
        if self.everything is not None or not self.chosen:
            return 0
        here = {row.id for row in pages.rows()}
        return sum(
            row_id not in here and (pages.complete or self.seen_under[row_id] != pages.query.text)
            for row_id in self.chosen
        )
