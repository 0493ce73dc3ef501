"""A list of remote rows behind a table: its feed, its marks, its cursor, and what it has to say."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence

from tui.presentation.text import clean
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Pages, Phase, Query, Row, WindowSource
from tui.widgets.table.feed import Feed, News
from tui.widgets.table.gone import carried, sought
from tui.widgets.table.marks import Marks
from tui.widgets.table.paint import RowState
from tui.widgets.table.view import TableView

__all__ = ["RemoteList"]

_COLLECT = 500
_LONG = 0.5
"""Seconds after which an answer that is not here is said to be awaited; before, that would only flicker."""


def say(error: Exception) -> str:
    """An error in its own words."""
    return str(error) or type(error).__name__


def stays(_: Row) -> str:
    """No row is dealt with by anybody else."""
    return ""


class RemoteList(TableView):
    """Rows of a `WindowSource` under a cursor that follows its row's id, and marks by id.

    A row that somebody else dealt with (`why_gone` says how) stays where it was, but can't be marked, until the next
    fresh reload, or for a while.

    `noun` names what is in it ("users"), `empty` is said when there is none; `describe` turns an error into words.
    """

    def __init__(
        self,
        source: WindowSource,
        columns: Sequence[Column],
        *,
        noun: str = "rows",
        empty: str = "Nothing here yet.",
        query: Query | None = None,
        describe: Callable[[Exception], str] = say,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(columns, id=id, classes=classes)
        self.noun, self.empty = noun, empty
        self._first_query = query or Query()
        self._describe = describe
        self._feed = self._new_feed(source)
        self.marks = Marks()
        self.cursor_id: str | None = None
        self.anchor_id: str | None = None
        self.why_gone: Callable[[Row], str] = stays
        """What somebody else has done to a row, in words; empty when it is still what it was."""
        self._slow = False
        self._fresh = False
        self._wished_top = 0
        """The first row as it was left by whoever looks: a list that had less room for a while goes back there."""

    def _new_feed(self, source: WindowSource) -> Feed:
        return Feed(
            source,
            view=lambda: (self.top, self.rows_high),
            report=self._news,
            describe=self._describe,
            seek=self._seek,
            succeed=self._succeed,
        )

    def _seek(self, old: Pages, new: Pages) -> list[int]:
        """Where the cursor's row may be now."""
        row = old.row(self.cursor)
        lost = row is not None and not self.gone(row)
        return sought(old, new, row.id, self.cursor) if row is not None and lost else []

    def _succeed(self, old: Pages, new: Pages) -> None:
        """Rows on the screen that somebody else dealt with stay there."""
        if not self._fresh:
            now = asyncio.get_running_loop().time()
            new.gone = carried(old, new, range(self.top, self.top + self.rows_high), self.why_gone, now=now)
        self._fresh = False

    def gone(self, row: Row) -> str:
        """Why a row can't be acted on any longer; empty when it can."""
        return next((each.why for each in self.pages.gone if each.row.id == row.id), "") or self.why_gone(row)

    @abstractmethod
    def moved(self) -> None:
        """Called when the cursor is elsewhere, or the row under it changed."""

    @abstractmethod
    def marks_changed(self, *, ended: bool = False) -> None:
        """Called when other rows are marked; `ended`: by a new filter."""

    @abstractmethod
    def problem(self, reason: str) -> None:
        """Called when something the user asked for could not be done."""

    @abstractmethod
    def status_changed(self) -> None:
        """Called when position, total, phase or staleness changed."""

    @property
    def pages(self) -> Pages:
        """The pages that are shown."""
        return self._feed.pages

    @property
    def asked(self) -> Query:
        """The query that is shown or on its way."""
        return self._feed.query

    @property
    def total(self) -> int:
        """How many rows match."""
        return self.pages.total

    @property
    def phase(self) -> Phase:
        """Which of the sentences applies."""
        return self.pages.phase

    @property
    def busy(self) -> bool:
        """Whether rows are on their way."""
        return self._feed.busy

    @property
    def stale_reason(self) -> str:
        """Why the last reload failed while older rows stay on the screen; empty when they are fresh."""
        return self._feed.stale_reason

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.pages.row(self.cursor)

    @property
    def mark_count(self) -> int:
        """How many rows are marked."""
        return self.marks.count(self.total)

    @property
    def hidden_count(self) -> int:
        """How many marked rows the present filter hides."""
        return self.marks.hidden(self.pages)

    @property
    def status(self) -> str:
        """One line: `12 of 1,204`, or what keeps it from being known."""
        if self._slow and self.asked != self.pages.query:
            return "looking…"
        if self.phase is Phase.READY:
            old = "  not refreshed" if self.stale_reason else ""
            here = "–" if self.pages.gone_at(self.cursor) else f"{self.pages.place(self.cursor) + 1:,}"
            return f"{here} of {self.total:,}{old}"
        return {Phase.LOADING: "loading…", Phase.FAILED: "failed", Phase.NO_MATCH: "no match"}.get(self.phase, "none")

    @property
    def sentence(self) -> str:
        """What stands in the place of the rows when there are none, with the key that helps."""
        match self.phase:
            case Phase.LOADING:
                return f"Loading {self.noun}…"
            case Phase.NO_MATCH:
                return f"No {self.noun} match “{clean(self.pages.query.text)}”. Esc clears the filter."
            case Phase.FAILED:
                reason = clean(next(iter(self.pages.failed.values()), ""), limit=800)
                return f"The {self.noun} could not be loaded: {reason.rstrip('.')}. r tries again."
            case _:
                return self.empty

    async def marked_rows(self, limit: int = 10_000) -> list[Row]:
        """Every marked row, at most `limit`, those not here yet asked for now; errors are the source's own."""
        everything = self.marks.everything
        if everything is None:
            return list(self.marks.chosen.values())[:limit]
        rows: list[Row] = []
        offset, total = 0, 1
        while offset < total and len(rows) < limit:
            window = await self._feed.source.fetch(everything, offset, _COLLECT)
            rows += [row for row in window.rows if row.id in self.marks]
            offset, total = offset + _COLLECT, window.total
        return rows[:limit]

    def row_state(self, index: int, row: Row | None) -> RowState:
        """Cursor, mark and the start of a range."""
        return RowState(
            cursor=index == self.cursor,
            marked=row is not None and row.id in self.marks,
            anchor=row is not None and row.id == self.anchor_id,
            gone=self.gone(row) if row is not None else "",
        )

    async def rows_between(self, first: int, last: int) -> list[Row] | None:
        """The rows from one index to another, asked for now unless they are here.

        None when that failed; `problem` has said why.
        """
        here = [self.pages.row(index) for index in range(first, last + 1)]
        rows = [row for row in here if row is not None]
        if len(rows) == len(here):
            return rows
        rows = []
        start, end = self.pages.place(first), self.pages.place(last + 1)
        for offset in range(start, end, _COLLECT):
            try:
                window = await self._feed.source.fetch(self.pages.query, offset, min(_COLLECT, end - offset))
            except Exception as error:  # noqa: BLE001 - as in the feed: whatever a source raises is said, not fatal
                self.problem(self._describe(error))
                return None
            rows += window.rows
        return rows

    def set_query(self, query: Query) -> None:
        """Show what matches another query. The old rows stay until the new ones are here."""
        if query != self.asked:
            self._feed.ask(query)
            self._slow = False
            self.set_timer(_LONG, self._take_long)
            self.status_changed()

    def _take_long(self) -> None:
        """The rows are still those of the query before: say so, or they would pass for the answer."""
        if self.asked != self.pages.query:
            self._slow = True
            self.status_changed()

    def set_source(self, source: WindowSource, query: Query | None = None) -> None:
        """Show another list from its top: nothing of the old one stays, marks neither."""
        self._feed.close()
        self._feed = self._new_feed(source)
        self.cursor, self.top, self.cursor_id, self.anchor_id = 0, 0, None, None
        self._wished_top = 0
        self.marks.clear()
        self._feed.ask(query or Query())
        self.redraw()
        self.marks_changed()

    def reload(self, *, fresh: bool = False) -> None:
        """Ask again for what is on the screen; cursor, marks and old rows stay until the answer is here.

        With `fresh` nothing stays of what somebody else has dealt with.
        """
        self._fresh = self._fresh or fresh
        self._feed.ask(self.asked)
        self.status_changed()

    def let_go(self) -> None:
        """With the next reload nothing stays of what somebody else has dealt with."""
        self._fresh = True

    def unmark_gone(self) -> list[Row]:
        """Take the marks from what somebody else has dealt with, show at once that it is so, and answer those rows.

        `marks_changed` is not called: who asked says it.
        """
        lost = [row for row in self.marks.chosen.values() if self.gone(row)]
        self.marks.discard(row.id for row in lost)
        seen = (self.pages.row(index) for index in range(self.top, self.top + self.rows_high))
        if lost or any(row is not None and self.gone(row) for row in seen):
            self.redraw()
        return lost

    def unmark(self, row_ids: Iterable[str]) -> None:
        """Take marks away, as of rows that were dealt with."""
        self.marks.discard(row_ids)
        self.redraw()
        self.marks_changed()

    def on_mount(self) -> None:
        """Ask for the first page."""
        self._feed.ask(self._first_query)

    def on_unmount(self) -> None:
        """Drop what is under way."""
        self._feed.close()

    def on_resize(self) -> None:
        """Another size shows other rows, from where the list was left, as far as the cursor stays in sight."""
        self.remeasure()
        self.top = self._wished_top
        self._keep_in_view()
        self._feed.look()

    def _news(self, news: News) -> None:
        if news is News.GENERATION:
            self._find_cursor_again()
        if news is not News.STALE:
            ended = self.marks.follow(self.pages)
            if self.cursor_id is None and self.row is not None:
                self.cursor_id = self.row.id
            self.redraw()
            self.moved()
            if ended:
                self.marks_changed(ended=True)
        self.status_changed()

    def _find_cursor_again(self) -> None:
        """After the rows were replaced: the cursor goes where its row went, on the same line of the screen.

        A list that stood at its top stays there while the cursor's row is in sight: what came above it is seen.
        """
        line = self.cursor - self.top
        found = self.pages.find(self.cursor_id) if self.cursor_id is not None else None
        if found is None and self._feed.from_top:
            found = line = 0
        self.cursor = min(self.cursor if found is None else found, max(0, self.pages.length - 1))
        self.top = max(0, self.cursor - line) if self.top or self.cursor >= self.rows_high else 0
        self.cursor_id = self.row.id if self.row is not None else None
        self._keep_in_view()
        self._wished_top = self.top

    def _keep_in_view(self) -> None:
        self.top = max(0, min(self.top, self.pages.length - self.rows_high), self.cursor - self.rows_high + 1)
        self.top = min(self.top, self.cursor)

    def go(self, index: int, *, jump: int = 1) -> None:
        """Put the cursor on a row; when that is not on the screen, scroll so that `jump` rows come into view."""
        index = max(0, min(index, self.pages.length - 1))
        if index == self.cursor:
            return
        old, self.cursor = self.cursor, index
        self.cursor_id = self.row.id if self.row is not None else None
        if self.top <= index < self.top + self.rows_high:
            self.refresh_rows(old, index)
        else:
            down = index >= self.top + self.rows_high
            wanted = index - self.rows_high + jump if down else index - jump + 1
            self.top = max(0, min(wanted, self.pages.length - self.rows_high))
            self.refresh()
        self._wished_top = self.top
        self._feed.look()
        self.moved()
        self.status_changed()
