"""What the lists that change something have in common: rights, the rows a key means, results, details, copying."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from client.errors import HeadcountError
from contract.base import Body
from contract.events import EventKind
from contract.people import Permission
from contract.subscription import Overview
from screens.shared.confirm import Confirm
from screens.shared.detail import Detail
from screens.shared.filter_words import FilterError, parse
from screens.shared.idempotency_keys import Intentions
from screens.shared.kept_results import KeptResults
from screens.shared.results_panel import Ledger
from tui.presentation.confirmation import Summary
from tui.presentation.errors import told
from tui.presentation.lines import LABEL, labelled, wrapped
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.terminal.clipboard import Copied, copy
from tui.widgets.filter_bar import FilterBar
from tui.widgets.panel import Panel
from tui.widgets.table.data import Phase, Row
from tui.widgets.table.table import VirtualTable

__all__ = ["ManagedList"]

_NEED_ROWS = (
    "table.mark",
    "table.mark_all",
    "transfers.accept",
    "transfers.decline",
    "transfers.resend",
    "transfers.cancel",
    "members.add",
    "members.user",
    "users.edit",
    "users.member",
    "users.remove",
)

REST = 0.15
"""Seconds the cursor rests on a row before its details are shown."""


class ManagedList(KeptResults):
    """A list whose rows can be acted on.

    Subclasses set `NEEDS` (the right that changing takes) and `CHANGES` (ids of the commands that need it) besides
    those of `WatchedList`, and implement `fields`, `detail`, `make_table`.
    """

    BINDINGS: ClassVar[list[BindingType]] = []
    NEEDS: ClassVar[Permission]
    CHANGES: ClassVar[tuple[str, ...]] = ()
    DEFAULT_CSS = """
    ManagedList {
        #list { height: 1fr; }
        #list VirtualTable { width: 1fr; }
        #detail { display: none; width: 42; height: 1fr; }
        &.-wide #detail { display: block; }
    }
    """

    _rest: Timer | None = None
    _underway: str = ""

    def __init__(self) -> None:
        super().__init__()
        self.intentions = Intentions()

    # For subclasses.

    def make_table(self) -> VirtualTable:
        """The table."""
        raise NotImplementedError

    def fields(self) -> dict[str, Sequence[str]]:
        """What the filter may narrow, with the values of each."""
        return {}

    def detail(self, row: Row) -> Sequence[Line]:
        """Every field of a row, a line each."""
        raise NotImplementedError

    def identity(self, row: Row) -> Sequence[Line]:
        """What support asks for, below its details."""
        return [labelled("Id", (row.id, "dim"))]

    def offers(self, row: Row) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - for subclasses
        """What may be done with one row from its details, as (command id, label)."""
        return ()

    def take_up(self, command_id: str, row: Row) -> None:
        """Do what was asked for in the details of a row."""

    def above_table(self) -> Iterable[Widget]:
        """Rows above the table."""
        yield FilterBar(" ".join(f"{name}:" for name in self.fields()))

    # The body.

    def body(self) -> Iterable[Widget]:
        """Filter, the table with the details beside it, and the results of the last command."""
        yield from self.above_table()
        yield Horizontal(self.make_table(), Panel(title="Details", id="detail"), id="list")
        yield Ledger()

    def on_resize(self) -> None:
        """Another width has another place for the details."""
        self.call_after_refresh(self.show_detail)

    # Rights.

    def why_not(self, doing: str) -> str:
        """Why this session may not do something; empty when it may."""
        overview = self.session.overview
        if self.session.read_only:
            return f"This profile is read-only: it may not {doing}."
        if overview is None:
            return "Still connecting: wait until the overview is here."
        if self.NEEDS not in overview.me.may:
            return f"Your role ({overview.me.role.value}) may not {doing}."
        return ""

    def refuses(self, doing: str) -> bool:
        """Say why something may not be done; False when it may be."""
        reason = self.why_not(doing) or (f"Wait: {self._underway}." if self._underway else "")
        if reason:
            self.show_result(reason, "warn")
        return bool(reason)

    def overview_changed(self, overview: Overview) -> None:
        """Offer what the role may do."""
        del overview
        self.show_marks()

    def out_of_reach(self) -> set[str]:
        """Ids of the commands that can't be given now, to be left out of the keys. For subclasses."""
        hidden = set(self.CHANGES) if self.why_not("") else set()
        return hidden | set(_NEED_ROWS) if self.table.phase in {Phase.EMPTY, Phase.NO_MATCH} else hidden

    def show_marks(self) -> None:
        """What is marked, what may be done about it, and the keys."""
        super().show_marks()
        self.key_bar.hide(sorted(self.out_of_reach()))

    # The rows that a key means.

    def with_rows(self, most: int, then: Callable[[list[Row]], None]) -> None:
        """Hand on the marked rows, those not loaded included, or the row under the cursor when none is marked."""
        table = self.table
        if table.mark_count > most:
            many = f"{table.mark_count:,} are marked; at most {most:,} can be done at once."
            self.show_result(f"{many} A filter before * makes parts.", "warn")
        elif table.marks.everything is not None:
            self._fetch_marked(most, then)
        elif table.mark_count:
            if rows := self.still_there(table.marks.chosen.values()):
                then(rows)
        elif self.acting_row is not None:
            then([self.acting_row])
        else:
            self.say_no_row()

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _fetch_marked(self, most: int, then: Callable[[list[Row]], None]) -> None:
        self.show_result(f"Loading all {self.table.mark_count:,} that are marked… ctrl+c cancels.", "dim")
        try:
            rows = await self.table.marked_rows(most)
        except HeadcountError as error:
            self.show_error(told(error))
            return
        self.clear_result()
        if self.app.screen is self:
            then(rows)

    @property
    def hidden_words(self) -> str:
        """How many of the marked rows are not to be seen now, as a sentence."""
        hidden = self.table.hidden_count
        why = "in the list as it is filtered now" if self.filter_bar.text else "in the list any longer"
        return f"{hidden:,} of them not {why}." if hidden else ""

    # Other areas.

    def go_to(self, area: str, then: Callable[["ManagedList"], object]) -> None:
        """Show another area, and go on there."""

        async def go() -> None:
            await self.app.run_action(f"area('{area}')")
            there = self.app.screen
            if isinstance(there, ManagedList) and area == there.AREA:
                then(there)

        self.app.call_later(go)

    # Asking, doing, telling.

    def confirm(self, summary: Summary, then: Callable[[], object]) -> None:
        """Open the dialog; `then` runs only for its yes."""
        if self.app.screen is self:

            def decided(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
                if yes:
                    then()

            self.app.push_screen(Confirm(summary), decided)

    def begin(self, words: str) -> None:
        """A command is on its way: `words` as in `accepting 7 requests`."""
        self._underway = words
        self.show_result(f"{words[:1].upper()}{words[1:]}…", "dim")

    def ended(self, *kinds: EventKind) -> None:
        """The command was answered or has failed; the screens get fresh data."""
        self._underway = ""
        self.session.touch(*kinds)

    @contextmanager
    def commanding(self, words: str, body: Body, *kinds: EventKind, about: str = "") -> Iterator[str]:
        """Around a command and what is said of its answer: gives the key to send, says what went wrong.

        `words` say what is being done, `body` and `about` which intention it is, `kinds` what it will have changed.
        """
        self.begin(words)
        try:
            yield self.intentions.key(body, about)
        except HeadcountError as error:
            self.intentions.failed(error, body, about)
            self.show_error(told(error))
        else:
            self.intentions.answered(body, about)
        finally:
            self.ended(*kinds)

    @property
    def unfinished(self) -> str:
        """A command on its way."""
        return f"a command on its way ({self._underway}); it goes on without you" if self._underway else ""

    def close_something(self) -> bool:
        """Esc or q: the results, a message, then the filter."""
        if self.ledger.is_open and not self.action_bar.result:
            self.ledger.dismiss()
            return True
        return super().close_something()

    # Details and copying.

    def on_virtual_table_moved(self) -> None:
        """Show the details when the cursor rests."""
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST, self.show_detail)

    def on_panel_widened(self) -> None:
        """The details have their room now, or another."""
        self.show_detail()

    def show_detail(self) -> None:
        """The row under the cursor, beside the table where there is room."""
        panel, row = self.query_one("#detail", Panel), self.table.row
        if panel.display:
            width = max(10, panel.content_size.width)
            lines = self._all_of(row) if row is not None else [(f"{self.table.status}", "dim")]
            panel.show([part for line in lines for part in wrapped(line, width, LABEL)])

    def _all_of(self, row: Row) -> list[Line]:
        """Its details; first of all what somebody else has done to it."""
        why = self.table.gone(row)
        return [*([labelled("Now", (why, "warn"))] if why else []), *self.detail(row)]

    def on_virtual_table_opened(self, message: VirtualTable.Opened) -> None:
        """Enter: all of it, whatever the width."""
        row = message.row
        if self.app.screen is self:
            offers = self.offers(row) if not self.why_not("") and not self.table.gone(row) else ()
            lines = [*self._all_of(row), *self.identity(row)]
            dialog = Detail(clean(row.cells[0], 60), lines, offers)
            self.app.push_screen(dialog, lambda asked: self._take_up_still(asked, row))

    def _take_up_still(self, asked: str | None, row: Row) -> None:
        if asked and self.still_there([row]):
            self.take_up(asked, row)

    def on_virtual_table_copy_asked(self, message: VirtualTable.CopyAsked) -> None:
        """Copy, and say how far that can be known."""
        self._copy(message.text)

    @work(group="copy", exclusive=True, exit_on_error=False)
    async def _copy(self, text: str) -> None:
        copied = await copy(self.app, text)
        tone = "warn" if copied is Copied.NOWHERE else "dim"
        self.show_result(f"{copied.value}: {text.replace(chr(9), '  ')}", tone)

    # The filter.

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Ask only for what can be understood; the list stays while a word is not finished."""
        try:
            parse(message.text, self.fields())
        except FilterError as error:
            message.prevent_default()
            self.show_result(str(error), "warn")
        else:
            self.clear_result()
