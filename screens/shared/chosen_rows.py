"""The rows that a key means: the marked ones or the one under the cursor, but none that others have dealt with."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from client.errors import HeadcountError
from contract.events import EventKind
from screens.shared.host import TableHost
from tui.presentation.errors import told
from tui.presentation.text import clean
from tui.presentation.wording import count
from tui.widgets.table.data import Phase, Row
from tui.widgets.table.table import VirtualTable

__all__ = ["ChosenRows", "marks_line"]


def marks_line(table: VirtualTable, *, filtered: bool) -> str:
    """What the action row says about the marks; the number hidden by the filter included."""
    if table.anchor_id is not None:
        return "Range: move to the other end, then V marks it"
    if not table.mark_count:
        return ""
    why = "hidden by the filter" if filtered else "no longer in the list"
    hidden = f", {table.hidden_count:,} of them {why}" if table.hidden_count else ""
    return f"{table.mark_count:,} marked{hidden}"


class ChosenRows:
    """Which rows of a list a command is about. It keeps nothing itself: marks are the table's, fates the session's.

    `fates` are the kinds of events after which a row is none of the list, with the word for that: `accepted`.
    """

    def __init__(self, host: TableHost, fates: Mapping[EventKind, str]) -> None:
        self._host, self._fates = host, fates

    # What others did to rows.

    def why_gone(self, row: Row) -> str:
        """What somebody else has done to a row: `accepted by jane@acme.example`; empty for what was done here."""
        session = self._host.session
        event = session.fates.of(row.id)
        if event is None or event.type not in self._fates or session.client.caused(event):
            return ""
        actor, overview = event.actor, session.overview
        mine = overview is not None and actor.account_id == overview.me.account.id
        who = "you elsewhere" if mine else clean(actor.label, 60)
        return self._fates[event.type] + (f" by {who}" if actor.account_id else "")

    def unmark_gone(self) -> None:
        """Take the marks from rows that others dealt with, and say so."""
        table = self._host.table
        rows = table.unmark_gone()
        if rows:
            self._host.show_marks()
            first = f"{clean(rows[0].cells[0], 60)} ({table.gone(rows[0])})"
            more = f" and {len(rows) - 1:,} more" if rows[1:] else ""
            self._host.show_result(f"No longer marked, already handled by others: {first}{more}.", "warn")

    def still_there(self, rows: Iterable[Row]) -> list[Row]:
        """Those that can be acted on; says so when it is none."""
        given = list(rows)
        left = [row for row in given if not self._host.table.gone(row)]
        if given and not left:
            self._say_gone(given)
        return left

    def _say_gone(self, rows: Sequence[Row]) -> None:
        name, why = clean(rows[0].cells[0], 60), self._host.table.gone(rows[0])
        said = f"{name}: {why}" if len(rows) == 1 else f"All {count(len(rows), 'row')} have been handled meanwhile"
        self._host.show_result(f"{said}. r refreshes the list.", "warn")

    # The row under the cursor.

    @property
    def under_cursor(self) -> Row | None:
        """The row under the cursor, unless it is still on its way or somebody else has dealt with it."""
        row = self._host.table.row
        return row if row is not None and not self._host.table.gone(row) else None

    def say_no_row(self) -> None:
        """Why there is nothing to do this with, in the list's own words."""
        table = self._host.table
        row = table.row
        if row is not None and table.gone(row):
            self._say_gone([row])
        else:
            ready = table.phase is Phase.READY
            self._host.show_result("This row is still loading." if ready else table.sentence, "dim")

    # The marked rows.

    def hand_on(self, most: int, then: Callable[[list[Row]], None]) -> None:
        """Give `then` the marked rows, those not loaded included, or the row under the cursor when none is marked."""
        table = self._host.table
        if table.mark_count > most:
            many = f"{table.mark_count:,} are marked; at most {most:,} can be done at once."
            self._host.show_result(f"{many} Use a filter before * to take fewer.", "warn")
        elif table.marks.everything is not None:
            self._host.run_worker(self._fetch(most, then), group="question", exclusive=True, exit_on_error=False)
        elif table.mark_count:
            if rows := self.still_there(table.marks.chosen.values()):
                then(rows)
        elif (row := self.under_cursor) is not None:
            then([row])
        else:
            self.say_no_row()

    async def _fetch(self, most: int, then: Callable[[list[Row]], None]) -> None:
        host = self._host
        host.show_result(f"Loading all {host.table.mark_count:,} that are marked… ctrl+c cancels.", "dim")
        try:
            rows = await host.table.marked_rows(most)
        except HeadcountError as error:
            host.show_error(told(error))
            return
        host.clear_result()
        if host.in_front:
            then(rows)

    @property
    def hidden_words(self) -> str:
        """How many of the marked rows are not to be seen now, as a sentence."""
        hidden = self._host.table.hidden_count
        why = "in the filtered list" if self._host.filter_bar.text else "in the list any more"
        return f"{hidden:,} of them not {why}." if hidden else ""

    def keep_marked(self, failed: Iterable[Row]) -> None:
        """Only what failed stays marked, if anything was marked at all."""
        table = self._host.table
        if table.mark_count:
            table.marks.clear()
            table.marks.add([row for row in failed if not table.gone(row)], table.asked)
            table.redraw()
            self._host.show_marks()
