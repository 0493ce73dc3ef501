"""A list that others work on too: what they did to its rows is said on the row, before one does it a second time."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from contract.events import EventKind
from screens.shared.live_area import LiveList
from tui.presentation.text import clean
from tui.presentation.wording import count
from tui.widgets.table.data import Phase, Row

__all__ = ["WatchedList"]


class WatchedList(LiveList):
    """A list that follows the server.

    Subclasses set `CONCERNS` (the kinds of events after which the list is another one) and `FATES` (those after which
    a row is none of it any longer, with the word for that: `accepted`).
    """

    CONCERNS: ClassVar[frozenset[EventKind]] = frozenset()
    FATES: ClassVar[Mapping[EventKind, str]] = {}

    def on_mount(self) -> None:
        """Rows that others dealt with say so."""
        self.table.why_gone = self.why_gone

    def why_gone(self, row: Row) -> str:
        """What somebody else has done to a row: `accepted by jane@acme.example`; empty for what was done here."""
        event = self.session.fates.of(row.id)
        if event is None or event.type not in self.FATES:
            return ""
        actor, overview = event.actor, self.session.overview
        if self.client.caused(event):
            return ""
        mine = overview is not None and actor.account_id == overview.me.account.id
        who = "you elsewhere" if mine else clean(actor.label, 60)
        return self.FATES[event.type] + (f" by {who}" if actor.account_id else "")

    def things_changed(self, kinds: frozenset[EventKind]) -> None:
        """Say what others dealt with, and ask again for the rows on the screen when they may be others now."""
        if kinds & self.CONCERNS:
            self._say_unmarked(self.table.unmark_gone())
            self.table.reload()

    def _say_unmarked(self, rows: list[Row]) -> None:
        if rows:
            self.show_marks()
            first = f"{clean(rows[0].cells[0], 60)} ({self.table.gone(rows[0])})"
            more = f" and {len(rows) - 1:,} more" if rows[1:] else ""
            self.show_result(f"No longer marked, since others were faster: {first}{more}.", "warn")

    @property
    def acting_row(self) -> Row | None:
        """The row under the cursor, unless it is still on its way or somebody else has dealt with it."""
        row = self.table.row
        return row if row is not None and not self.table.gone(row) else None

    def still_there(self, rows: Iterable[Row]) -> list[Row]:
        """Those that can be acted on; says so when it is none."""
        given = list(rows)
        left = [row for row in given if not self.table.gone(row)]
        if given and not left:
            self._say_gone(given)
        return left

    def say_no_row(self) -> None:
        """Why there is nothing to do this with, in the list's own words."""
        row = self.table.row
        if row is not None and self.table.gone(row):
            self._say_gone([row])
        else:
            ready = self.table.phase is Phase.READY
            self.show_result("This row is still on its way." if ready else self.table.sentence, "dim")

    def _say_gone(self, rows: list[Row]) -> None:
        name, why = clean(rows[0].cells[0], 60), self.table.gone(rows[0])
        said = f"{name}: {why}" if len(rows) == 1 else f"All {count(len(rows), 'row')} were dealt with meanwhile"
        self.show_result(f"{said}. r refreshes the list.", "warn")
