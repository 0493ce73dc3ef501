"""The one table: a window onto any number of remote rows. A step costs the same with a hundred rows and a million.

It keeps its own top row instead of scrolling a virtual surface, draws cached strips, and repaints two lines per step.
Cursor and marks belong to row ids. It posts `Moved`, `Opened`, `MarksChanged`, `StatusChanged` and `CopyAsked`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from tui.input.commands import bindings
from tui.presentation.text import clean
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Query, Row, WindowSource
from tui.widgets.table.remote_list import RemoteList, say

__all__ = ["Register", "VirtualTable"]

_CHOOSING = frozenset({"mark", "mark_all", "mark_none", "mark_range", "sort", "reverse"})
"""What a table that is only read does not do."""


def _nobody(_: str) -> None:
    """Nobody shows the status."""


class VirtualTable(RemoteList):
    """A table over a `WindowSource`. `noun` names what is in it ("users"), `empty` is said when there is none.

    `copy_column` is the key of the column that `y` copies (else the first); `describe` turns an error into words.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("table")]
    READ_ONLY: ClassVar[bool] = False
    """Whether nothing in it is marked or sorted."""

    class TableMessage(Message):
        """Something about a table."""

        def __init__(self, table: "VirtualTable") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "VirtualTable":
            """The table that posted it."""
            return self.table

    class Moved(TableMessage):
        """The cursor is at another index or on another row; `row` is None while it is loading."""

        def __init__(self, table: "VirtualTable", index: int, row: Row | None) -> None:
            super().__init__(table)
            self.index, self.row = index, row

    class Opened(TableMessage):
        """Enter on a row that is here."""

        def __init__(self, table: "VirtualTable", row: Row) -> None:
            super().__init__(table)
            self.row = row

    class MarksChanged(TableMessage):
        """Other rows are marked now; `ended` says that a new filter ended a mark of everything."""

        def __init__(self, table: "VirtualTable", *, ended: bool = False) -> None:
            super().__init__(table)
            self.ended = ended

    class StatusChanged(TableMessage):
        """Position, total, phase or staleness changed: see `status`, `phase`, `stale_reason`."""

    class Problem(TableMessage):
        """Something the user asked for could not be done, and why."""

        def __init__(self, table: "VirtualTable", reason: str) -> None:
            super().__init__(table)
            self.reason = reason

    class CopyAsked(TableMessage):
        """The user wants this text on the clipboard."""

        def __init__(self, table: "VirtualTable", text: str) -> None:
            super().__init__(table)
            self.text = text

    def __init__(
        self,
        source: WindowSource,
        columns: Sequence[Column],
        *,
        noun: str = "rows",
        empty: str = "Nothing here yet.",
        copy_column: str = "",
        query: Query | None = None,
        describe: Callable[[Exception], str] = say,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(
            source, columns, noun=noun, empty=empty, query=query, describe=describe, id=id, classes=classes
        )
        self.tell_status: Callable[[str], None] = _nobody
        """Who shows the status line; told in the same breath as the rows are drawn."""
        self._copied = next((place for place, column in enumerate(columns) if column.key == copy_column), 0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the keys that mark and sort, where it is only read."""
        return not (self.READ_ONLY and action in _CHOOSING) and super().check_action(action, parameters)

    def moved(self) -> None:
        """Post `Moved`."""
        self.post_message(self.Moved(self, self.cursor, self.row))

    def marks_changed(self, *, ended: bool = False) -> None:
        """Post `MarksChanged`."""
        self.post_message(self.MarksChanged(self, ended=ended))

    def problem(self, reason: str) -> None:
        """Post `Problem`."""
        self.post_message(self.Problem(self, reason))

    def status_changed(self) -> None:
        """Tell the line beside at once, so that it is drawn in the same frame as the rows, and post `StatusChanged`."""
        self.tell_status(self.status)
        self.post_message(self.StatusChanged(self))

    def action_move(self, rows: int) -> None:
        """Some rows down (up when negative)."""
        self.go(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Some screens down (up when negative)."""
        self.go(self.cursor + pages * self.rows_high, jump=self.rows_high)

    def action_first(self) -> None:
        """To the first row."""
        self.go(0)

    def action_last(self) -> None:
        """To the last row: one request, however far it is."""
        self.go(self.pages.length - 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.row is not None:
            self.post_message(self.Opened(self, self.row))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or unmark it, and go one down."""
        if self.row is None:
            self.app.bell()
            return
        if why := self.gone(self.row):
            self.problem(f"{clean(self.row.cells[0], 60)}: {why}. r refreshes the list.")
            return
        self.marks.toggle(self.row, self.pages.query)
        self.refresh_rows(self.cursor)
        self.marks_changed()
        self.go(self.cursor + 1)

    def action_mark_all(self) -> None:
        """Mark everything that matches, also what is not loaded."""
        if self.total:
            self.marks.mark_everything(self.pages)
            if self.marks.everything is None:
                self.marks.discard([row.id for row in self.pages.rows() if self.gone(row)])
            self.redraw()
            self.marks_changed()

    def action_mark_none(self) -> None:
        """Unmark everything."""
        self.anchor_id = None
        self.marks.clear()
        self.redraw()
        self.marks_changed()

    def action_mark_range(self) -> None:
        """Start a range at the cursor; the second time, mark from there to the cursor."""
        if self.row is None:
            self.app.bell()
        elif self.anchor_id is None or (start := self.pages.find(self.anchor_id)) is None:
            self.anchor_id = self.row.id
            self.refresh_rows(self.cursor)
            self.marks_changed()
        else:
            first, last = sorted((start, self.cursor))
            self.run_worker(self._mark_between(first, last), group="table.range", exclusive=True, exit_on_error=False)

    async def _mark_between(self, first: int, last: int) -> None:
        rows = await self.rows_between(first, last)
        self.anchor_id = None
        if rows is not None:
            self.marks.add([row for row in rows if not self.gone(row)], self.pages.query)
        self.redraw()
        self.marks_changed()

    def action_sort(self) -> None:
        """Sort by the next sortable column; after the last one the server's own order."""
        keys = [None, *(column.key for column in self.columns if column.sortable)]
        now = self.asked.sort if self.asked.sort in keys else None
        self.set_query(replace(self.asked, sort=keys[(keys.index(now) + 1) % len(keys)], descending=False))

    def action_reverse(self) -> None:
        """Reverse the order."""
        if self.asked.sort is not None:
            self.set_query(replace(self.asked, descending=not self.asked.descending))

    def action_copy_cell(self) -> None:
        """Copy the address in the row."""
        if self.row is not None:
            self.post_message(self.CopyAsked(self, clean(self.row.cells[self._copied])))

    def action_copy_row(self) -> None:
        """Copy all cells of the row with tabs between, also those of columns that gave way."""
        if self.row is not None:
            self.post_message(self.CopyAsked(self, "\t".join(clean(cell) for cell in self.row.cells)))

    def on_click(self, event: events.Click) -> None:
        """A row: the cursor, and twice: open it. The header: sort."""
        if event.y:
            if self.top + event.y - 1 < self.pages.length:
                self.go(self.top + event.y - 1)
                if event.chain > 1:
                    self.action_open()
            return
        for place in self.places:
            if place.left <= event.x <= place.left + place.width and place.column.sortable:
                again = self.asked.sort == place.column.key and not self.asked.descending
                self.set_query(replace(self.asked, sort=place.column.key, descending=again))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three rows down."""
        event.stop()
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three rows up."""
        event.stop()
        self.action_move(-3)


class Register(VirtualTable):
    """A table one only reads, in the server's own order; `name_of` is what `y` copies of a row."""

    READ_ONLY = True

    def __init__(
        self,
        source: WindowSource,
        columns: Sequence[Column],
        *,
        noun: str,
        empty: str,
        name_of: Callable[[Row], str],
        describe: Callable[[Exception], str] = say,
    ) -> None:
        super().__init__(source, columns, noun=noun, empty=empty, describe=describe)
        self._name_of = name_of

    def action_copy_cell(self) -> None:
        """Copy what names the row."""
        if self.row is not None:
            self.post_message(self.CopyAsked(self, clean(self._name_of(self.row))))
