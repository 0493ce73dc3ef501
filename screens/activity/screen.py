"""Activity: what happened, the newest first, followed as it happens."""

import contextlib
from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from client.errors import HeadcountError
from contract.events import Event, EventKind
from contract.people import Permission
from contract.subscription import Overview
from screens.activity.export import export_of, exported_words
from screens.activity.objects import ObjectJumps
from screens.activity.source import FIELDS, ActivitySource
from screens.activity.table import EventTable
from screens.activity.text import event_lines, waiting_line
from screens.shared.detail import Detail
from screens.shared.filter_words import FilterError
from screens.shared.managed_list import ManagedList
from tui.input.commands import bindings, key_names, keys_of
from tui.presentation.errors import told
from tui.presentation.tones import Line
from tui.widgets.filter_bar import FilterBar
from tui.widgets.host import user_keys_of
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Phase, Query, Row
from tui.widgets.table.table import VirtualTable

__all__ = ["ActivityScreen"]

COLUMNS = (
    Column("when", "When", width=10),
    Column("who", "Who", width=22, drop=1),
    Column("what", "What", weight=3, min_width=50),
    Column("object", "Object", weight=1, min_width=20, drop=2),
)


class ActivityScreen(ManagedList):
    """The events of the organisation.

    The list stands still until its newest row is to be another one: while one follows at its top, or asks for it.
    """

    AREA = "activity"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("activity")]
    NEEDS = Permission.READ

    def __init__(self) -> None:
        super().__init__()
        self.jumps = ObjectJumps(self, lambda: self._frame().areas, lambda: self.size.width - 6)
        self.following = False
        self.new = 0
        self._behind = False
        self._counting = False
        self._before: tuple[str, str] | None = None
        self._back_to: int | None = None

    def make_table(self) -> VirtualTable:
        """Everything, the newest first."""
        self._source = ActivitySource(self.client, lambda: self.session.overview)
        return EventTable(
            self._source,
            COLUMNS,
            noun="events",
            empty="Nothing has happened yet.",
            copy_column="what",
            describe=told,
            query=Query(as_of=self._newest),
        )

    @property
    def events(self) -> EventTable:
        """The table."""
        return self.query_one(EventTable)

    @property
    def _newest(self) -> str:
        overview = self.session.overview
        return overview.last_event_id if overview else ""

    @property
    def _me(self) -> str:
        overview = self.session.overview
        return overview.me.account.id if overview else ""

    def fields(self) -> dict[str, Sequence[str]]:
        """What the filter may narrow."""
        return dict.fromkeys(FIELDS, ())

    def detail(self, row: Row) -> Sequence[Line]:
        """What happened, what it changed, and by which command."""
        return event_lines(row.item, self._me)

    # What happens meanwhile.

    def overview_changed(self, overview: Overview) -> None:
        """Something may have happened: show it to who follows, count it for who reads."""
        super().overview_changed(overview)
        if overview.last_event_id != self.events.as_of:
            self._catch_up()

    def things_changed(self, kinds: frozenset[EventKind]) -> None:
        """The overview that came with it has told what happened."""

    def resume(self) -> None:
        """Back at the top of the list: the newest is what one comes for."""
        if self._missed_overview and self.events.at_top and not self.filter_bar.text:
            self._missed_overview = False
            self._show_newest()
        super().resume()

    def _catch_up(self) -> None:
        """At most one question at a time: what happens during it is asked for after it."""
        if self.events.busy or self._counting:
            self._behind = True
        elif (self.following and self.events.at_top) or not self.events.as_of:
            self._show_newest()
        else:
            self._count_new(self.events.asked)

    def _go_on(self) -> None:
        if self._behind and not self.events.busy and not self._counting:
            self._behind = False
            if self._newest != self.events.as_of:
                self._catch_up()

    def _show_newest(self) -> None:
        self.new = 0
        self.events.move_on(self._newest)
        self.show_marks()

    @work(group="count", exit_on_error=False)
    async def _count_new(self, query: Query) -> None:
        self._counting = True
        try:
            found = await self._source.count_since(query)
        except HeadcountError:
            self._behind = False
            return
        finally:
            self._counting = False
        if query == self.events.asked:
            self.new = found
            self.show_marks()
        self._go_on()

    def marks_line(self) -> str:
        """Whether one follows, and how much is new."""
        back = key_names(keys_of("table.first", user_keys_of(self))[:1])
        return waiting_line(self.new, following=self.following, at_top=self.events.at_top, back=back)

    def on_virtual_table_status_changed(self) -> None:
        """What was put off while rows were on their way."""
        self._return()
        self._go_on()

    def on_event_table_at_top(self) -> None:
        """g: to the newest there is."""
        if self._newest != self.events.as_of:
            self._show_newest()

    def refresh_view(self) -> None:
        """r: the newest at the top of the list, else the rows on the screen again."""
        if self.events.at_top:
            self._show_newest()
        else:
            self.events.reload()

    def action_follow(self) -> None:
        """f: new events as they come, or hold still."""
        self.following = not self.following
        self.clear_result()
        if self.following:
            self._show_newest()
        else:
            self.show_marks()
            self.show_result("Paused. f follows again.", "dim")

    def out_of_reach(self) -> set[str]:
        """Where there is no event, what needs one."""
        nothing = self.events.phase in {Phase.EMPTY, Phase.NO_MATCH}
        return super().out_of_reach() | ({"activity.command", "activity.object"} if nothing else set())

    # The filter.

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Ask only for what can be understood, as of now; the list stays while a word is not finished."""
        message.prevent_default()
        query = Query(text=message.text.strip(), as_of=self._newest)
        try:
            self._source.query(query)
        except FilterError as error:
            self.show_result(str(error), "warn")
            return
        if not query.text:
            self._before = None
        self._back_to = None
        self.new = 0
        self.clear_result()
        self.events.set_query(query)
        self.show_marks()

    def action_command(self) -> None:
        """C: all events of the command behind this one."""
        row = self.events.row
        if row is None:
            self.say_no_row()
        else:
            self._show_command(row.item)

    def _show_command(self, event: Event) -> None:
        key = event.request.idempotency_key
        if not key:
            self.show_result("No command caused this event: it happened automatically.", "dim")
        elif " " in key:
            self.show_result("This command's key contains spaces: it can't be used as a filter.", "dim")
        else:
            if not self.filter_bar.text.startswith("command:"):
                self._before = (self.filter_bar.text, event.id)
            self.filter_bar.set_text(f"command:{key}")

    def close_something(self) -> bool:
        """Esc: from the events of a command back to where one came from."""
        if self._before is not None and not self.action_bar.result and self.filter_bar.text.startswith("command:"):
            text, event_id = self._before
            self._before = None
            self._find_again(Query(text=text, as_of=self._newest), event_id)
            self.filter_bar.set_text(text)
            return True
        return super().close_something()

    @work(group="count", exit_on_error=False)
    async def _find_again(self, query: Query, event_id: str) -> None:
        """Where the row stands that one came from."""
        with contextlib.suppress(HeadcountError):
            place = await self._source.count_since(query, event_id)
            if query.text == self.events.asked.text:
                self._back_to = place
                self._return()

    def _return(self) -> None:
        if self._back_to is not None and not self.events.busy:
            place, self._back_to = self._back_to, None
            self.events.go(place)

    # Details.

    def offers(self, row: Row) -> Sequence[tuple[str, str]]:
        """The events of the same command, and the thing itself."""
        event: Event = row.item
        command = [("activity.command", "same command")] if event.request.idempotency_key else []
        where = self.jumps.shown_as(event)
        return [*command, *([("activity.object", where)] if where else [])]

    def take_up(self, command_id: str, row: Row) -> None:
        """Go there."""
        if command_id == "activity.command":
            self._show_command(row.item)
        else:
            self.jumps.show(row.item)

    def on_virtual_table_opened(self, message: VirtualTable.Opened) -> None:
        """Enter: all of it, whatever the width."""
        message.prevent_default()
        row = message.row
        dialog = Detail(f"Event {row.id}", self.detail(row), self.offers(row))
        self.open_dialog(dialog, lambda asked: self.take_up(asked, row) if asked else None)

    def action_export(self) -> None:
        """E: what the filter shows, as a file."""
        try:
            asked = self._source.query(self.events.asked)
        except FilterError as error:
            self.show_result(str(error), "warn")
        else:
            name, filtered = f"events-{self.session.now().date():%Y-%m-%d}.csv", self.events.asked.text
            about = exported_words(self.table.total, filtered)
            self.files.ask("Export the events", name, about, export_of(self.client, asked), text_only=True)

    def action_object(self) -> None:
        """u: what it was about, in its own area."""
        row = self.events.row
        if row is None:
            self.say_no_row()
        else:
            self.jumps.show(row.item)
