"""What the lists have in common: the filter, the marks, rights, the rows a key means, results, details, copying."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from client.saved_files import save_table
from contract.base import Body
from contract.events import EventKind
from contract.people import Permission
from contract.subscription import Overview
from screens.shared.chosen_rows import ChosenRows, marks_line
from screens.shared.command_run import CommandRun
from screens.shared.detail import Detail
from screens.shared.file_export import FileExport, Place
from screens.shared.filter_words import FilterError, parse
from screens.shared.idempotency_keys import Intentions
from screens.shared.live_area import LiveArea
from screens.shared.results_panel import Ledger, Table
from tui.input.commands import bindings, key_names, keys_of
from tui.presentation.lines import LABEL, labelled, wrapped
from tui.presentation.one_account import another_plan_words, why_nobody_here
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count
from tui.terminal.clipboard import Copied, copy
from tui.widgets.filter_bar import FilterBar
from tui.widgets.host import user_keys_of
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

_MARKS = ("table.mark", "table.mark_all")
"""What only helps whoever may do something about many rows."""

REST = 0.15
"""Seconds the cursor rests on a row before its details are shown."""


class ManagedList(LiveArea):
    """A table with a filter, that others work on too and whose rows can be acted on.

    Subclasses set `NEEDS` (the right that changing takes), `CHANGES` (ids of the commands that need it), `JOINS` (ids
    of those by which people join, which a plan for one account has no use for), `CONCERNS` (the kinds of events after
    which the list is another one) and `FATES` (those after which a row is none of it any longer, with the word for
    that: `accepted`), and implement `fields`, `detail`, `make_table`.

    Which rows a key means is `chosen`, the command on its way is `command`, and files are saved by `files`. Flows that
    an area has besides (paying, removing many) are objects too; they see the screen as their `Host`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]
    AUTO_FOCUS = "VirtualTable"
    NEEDS: ClassVar[Permission]
    CHANGES: ClassVar[tuple[str, ...]] = ()
    JOINS: ClassVar[tuple[str, ...]] = ()
    CONCERNS: ClassVar[frozenset[EventKind]] = frozenset()
    FATES: ClassVar[Mapping[EventKind, str]] = {}
    DEFAULT_CSS = """
    ManagedList {
        #list { height: 1fr; }
        #list VirtualTable { width: 1fr; }
        #detail { display: none; width: 42; height: 1fr; }
        &.-wide #detail { display: block; }
    }
    """

    _rest: Timer | None = None

    def __init__(self) -> None:
        super().__init__()
        self.command = CommandRun(self)
        self.chosen = ChosenRows(self, self.FATES)
        self.files = FileExport(self)

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

    def actions(self) -> list[tuple[str, str]]:
        """What the action row offers just now, as (command id, label)."""
        return []

    # The body.

    def body(self) -> Iterable[Widget]:
        """Filter, the table with the details beside it, and the results of the last command."""
        yield from self.above_table()
        yield Horizontal(self.make_table(), Panel(title="Details", id="detail"), id="list")
        yield Ledger()

    @property
    def table(self) -> VirtualTable:
        """The table."""
        return self.query_one(VirtualTable)

    @property
    def filter_bar(self) -> FilterBar:
        """The filter."""
        return self.query_one(FilterBar)

    @property
    def ledger(self) -> Ledger:
        """What became of the last command."""
        return self.query_one(Ledger)

    def on_mount(self) -> None:
        """Rows others dealt with say so; the status beside the filter is drawn in the frame of the cursor's row."""
        self.table.why_gone = self.why_gone
        self.table.tell_status = self.filter_bar.show_status
        self.filter_bar.show_status(self.table.status)

    def on_resize(self) -> None:
        """Another width has another place for the details."""
        self.call_after_refresh(self.show_detail)

    # Rights.

    def why_not(self, doing: str) -> str:
        """Why this session may not do something; empty when it may."""
        overview = self.session.overview
        if self.session.read_only:
            return f"This profile is read-only: it can't {doing}."
        if overview is None:
            return "Still connecting: please wait."
        if self.NEEDS not in overview.me.may:
            return f"Your role ({overview.me.role.value}) can't {doing}."
        return ""

    def refuses(self, doing: str) -> bool:
        """Say why something may not be done; False when it may be."""
        reason = self.why_not(doing) or self.command.why_wait
        if reason:
            self.show_result(reason, "warn")
        return bool(reason)

    def refuses_people(self, doing: str) -> bool:
        """Say why nobody may join this way, by the role or by the plan (D17); False when people may."""
        if self.refuses(doing):
            return True
        if why := self.why_absent():
            self.show_result(why, "warn")
        return bool(why)

    def why_absent(self) -> str:
        """On a plan for one account: which plans would allow more users."""
        return why_nobody_here(self.session.overview) if self.JOINS else ""

    def absent_commands(self) -> frozenset[str]:
        """Those by which people join, on a plan for one account."""
        return frozenset(self.JOINS) if self.why_absent() else frozenset()

    def empty_words(self, *, may_change: bool) -> str:
        """What an empty list says, with keys only for a session that may press them. For subclasses."""
        del may_change
        return self.table.empty

    def show_advice(self) -> None:
        """An empty list says what this session may do about it."""
        words = self.said_when_empty
        if words != self.table.empty:
            self.table.empty = words
            self.table.redraw()

    @property
    def said_when_empty(self) -> str:
        """What an empty list says; on a plan for one account why it stays so."""
        why = self.why_absent()
        words = self.empty_words(may_change=not self.why_not("") and not why)
        return f"{words} {why}" if why else words

    def overview_changed(self, overview: Overview) -> None:
        """Offer what the role may do."""
        del overview
        self.show_advice()
        self.show_marks()

    def out_of_reach(self) -> set[str]:
        """Ids of the commands that can't be given now, to be left out of the keys. For subclasses."""
        hidden = {*self.CHANGES, *_MARKS} if self.why_not("") else set(self.absent_commands())
        return hidden | set(_NEED_ROWS) if self.table.phase in {Phase.EMPTY, Phase.NO_MATCH} else hidden

    # What others do meanwhile.

    def things_changed(self, kinds: frozenset[EventKind]) -> None:
        """Say what others dealt with, and ask again for the rows on the screen when they may be others now."""
        if kinds & self.CONCERNS:
            self.chosen.unmark_gone()
            self.table.reload()

    def why_gone(self, row: Row) -> str:
        """What somebody else has done to a row; empty for what was done here."""
        return self.chosen.why_gone(row)

    # Marks, and the rows that a key means.

    def marks_line(self) -> str:
        """What the action row says about the marks."""
        return marks_line(self.table, filtered=bool(self.filter_bar.text))

    def show_marks(self) -> None:
        """What is marked, what may be done about it, and the keys."""
        line = self.marks_line()
        standing = (
            (line, "accent") if line else (another_plan_words(self.session.overview) if self.JOINS else "", "dim")
        )
        self.action_bar.show(standing if standing[0] else "", self.actions())
        self.key_bar.hide(sorted(self.out_of_reach()))

    def on_virtual_table_status_changed(self) -> None:
        """How many marks the filter hides; `n of m` is told by the table itself."""
        self.show_marks()

    def on_virtual_table_marks_changed(self, message: VirtualTable.MarksChanged) -> None:
        """What is marked has changed, so the last result is old."""
        self.clear_result()
        self.show_marks()
        if message.ended:
            self.show_result("The filter has changed, so “everything that matches” is no longer marked.", "warn")

    def on_virtual_table_problem(self, message: VirtualTable.Problem) -> None:
        """Say it."""
        self.show_error(message.reason)

    @property
    def acting_row(self) -> Row | None:
        """The row under the cursor, unless it is still on its way or somebody else has dealt with it."""
        return self.chosen.under_cursor

    def say_no_row(self) -> None:
        """Why there is nothing to do this with."""
        self.chosen.say_no_row()

    def with_rows(self, most: int, then: Callable[[list[Row]], None]) -> None:
        """Hand on the marked rows, those not loaded included, or the row under the cursor when none is marked."""
        self.chosen.hand_on(most, then)

    @property
    def hidden_words(self) -> str:
        """How many of the marked rows are not to be seen now, as a sentence."""
        return self.chosen.hidden_words

    def keep_marked(self, failed: Iterable[Row]) -> None:
        """Only what failed stays marked, if anything was marked at all."""
        self.chosen.keep_marked(failed)

    # Other areas.

    def go_to(self, area: str, then: Callable[["ManagedList"], object]) -> None:
        """Show another area, and go on there."""

        async def go() -> None:
            await self.app.run_action(f"area('{area}')")
            there = self.app.screen
            if isinstance(there, ManagedList) and area == there.AREA:
                then(there)

        self.app.call_later(go)

    # Commands, and what became of them.

    @property
    def intentions(self) -> Intentions:
        """The keys of commands whose outcome is open."""
        return self.command.intentions

    def begin(self, words: str) -> None:
        """A command is on its way: `words` as in `accepting 7 requests`."""
        self.command.begin(words)

    def ended(self, *kinds: EventKind) -> None:
        """The command was answered or has failed; the screens get fresh data."""
        self.command.ended(*kinds)

    def commanding(
        self, words: str, body: Body, *kinds: EventKind, about: str = "", after: str = ""
    ) -> AbstractContextManager[str]:
        """Around a command and what is said of its answer: gives the key to send, as `CommandRun.commanding`."""
        return self.command.commanding(words, body, *kinds, about=about, after=after)

    @property
    def unfinished(self) -> str:
        """A command or a file on its way."""
        return self.command.unfinished or self.files.unfinished

    def show_ledger(
        self, title: str, lines: Sequence[Line], *, failed: bool, hint: str = "", table: Table = ()
    ) -> None:
        """Results row by row, until Esc; `table` is what is saved of them."""
        self.clear_result()
        save = key_names(keys_of("list.results_save", user_keys_of(self))[:1])
        hints = [hint, f"{save} saves" if save else "", "Esc closes"]
        self.ledger.show(title, lines, failed=failed, hint=" · ".join(filter(None, hints)), table=table)

    def action_results(self, step: int) -> None:
        """J and K: other results."""
        self.ledger.scroll_lines(step)

    def action_save_results(self) -> None:
        """w: the results as a file."""
        if not self.ledger.is_open:
            self.show_result("No results to save yet.", "dim")
            return
        table, rows = self.ledger.table, count(len(self.ledger.table) - 1, "row")
        now = self.session.overview.as_of if self.session.overview else self.session.now()

        async def save(place: Place) -> str:
            await asyncio.to_thread(save_table, place.path, table, replace=place.replace)
            return rows

        name = f"results-{now:%Y-%m-%d-%H%M}.csv"
        self.files.ask("Save the results", name, f"{rows}: one result each.", save, text_only=True)

    def close_something(self) -> bool:
        """Esc: a message, the results, then the filter."""
        if self.ledger.is_open and not self.action_bar.result:
            self.ledger.dismiss()
            return True
        if super().close_something():
            return True
        if self.filter_bar.text:
            self.filter_bar.clear()
            return True
        return False

    # Details and copying.

    def on_virtual_table_moved(self) -> None:
        """Show the details when the cursor rests."""
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST, self.show_detail)

    def on_panel_resized(self) -> None:
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
        offers = self.offers(row) if not self.why_not("") and not self.table.gone(row) else ()
        offers = [each for each in offers if each[0] not in self.absent_commands()]
        lines = [*self._all_of(row), *self.identity(row)]
        dialog = Detail(clean(row.cells[0], 60), lines, offers)
        self.open_dialog(dialog, lambda asked: self._take_up_still(asked, row))

    def _take_up_still(self, asked: str | None, row: Row) -> None:
        if asked and self.chosen.still_there([row]):
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

    def action_filter(self) -> None:
        """`/`."""
        self.filter_bar.open()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Ask only for what can be understood; the list stays while a word is not finished."""
        try:
            parse(message.text, self.fields())
        except FilterError as error:
            self.show_result(str(error), "warn")
        else:
            self.clear_result()
            self.table.set_query(replace(self.table.asked, text=message.text.strip()))

    def on_filter_bar_closed(self) -> None:
        """Back to the list."""
        self.table.focus()
