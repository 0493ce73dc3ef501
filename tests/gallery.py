"""Small screens that show the widgets as the areas use them."""

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from fake_rows import COLUMNS, FakeRows
from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget

from screens.shared.area_screen import AreaScreen
from screens.shared.chosen_rows import marks_line
from screens.shared.confirm import Confirm
from tui.input.commands import bindings
from tui.presentation.confirmation import Summary
from tui.presentation.glyphs import glyphs_for
from tui.presentation.tones import theme_name, wants_ansi
from tui.widgets.app_bar import Frame, link_line
from tui.widgets.filter_bar import FilterBar
from tui.widgets.gauges import Meter, UsageChart
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper
from tui.widgets.table.table import VirtualTable
from tui.widgets.themes import HEADCOUNT

FRAME = Frame(
    counts={"users": 39, "transfers": 7},
    link=link_line(live=True),
    profile="acme-prod",
    organisation="Acme",
    account="jane@acme.example",
    role="owner",
    colour="#d7875f",
)
ACCEPT = Summary(
    title="Accept 7 transfer requests",
    verb="Accept 7",
    lines=["7 people join the subscription: 4 fit into free seats, 3 will be NOT PAID until paid."],
    items=[
        f"{name}  {name.split()[0].lower()}@old.example" for name in ("Ana Silva", "Bo Kaya", "Cy Stone", "Dee Novak")
    ],
    hidden="2 of them are hidden by the filter.",
    money=[[("EUR 18.00", "strong"), " for 3 seats, with Pay or with the payment of 1 Dec"]],
    final="Their own paid subscriptions end, without refund: Bo Kaya.",
    opener="transfers.accept",
)
REMOVE = Summary(
    title="Remove 23 users",
    verb="Remove 23",
    lines=["23 users lose access now. Their seats stay paid until 30 Nov and can be refilled."],
    items=[f"user {number:02}  person.{number}@example.com" for number in range(1, 24)],
    final="Nothing is refunded. Removal can be undone until 30 Nov while a seat is free.",
    type_number=23,
    danger=True,
    opener="users.remove",
)


class Overview(AreaScreen):
    """Gauges, stepper and panels."""

    AREA = "overview"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("overview")]
    AUTO_FOCUS = "Stepper"

    def body(self) -> Iterable[Widget]:
        """Two panels."""
        plan = Panel(title="My subscription", subtitle=("● active", "ok"), id="plan")
        seats = Panel(Meter(), UsageChart(id="chart"), Stepper(), title="Seats", id="seats")
        yield plan
        yield seats
        yield Panel(title="Needs attention", subtitle="nothing [/] else", classes="-alert", id="attention")
        yield Panel(classes="filler")

    def on_mount(self) -> None:
        """Show what an account might have."""
        self.query_one("#plan", Panel).show(
            [[("Business", "bold"), " · monthly"], [("Renews    ", "dim"), "2026-12-01", ("  in 10 days", "dim")]]
        )
        self.query_one("#attention", Panel).show([[("! 3 users are NOT PAID", "bad"), "   EUR 6.00 each"]])
        self.query_one(Meter).show(36, 36, [("36 of 36", "strong"), " taken · 0 free"])
        chart = self.query_one(UsageChart)
        chart.show([3, 4, 5, 9, 12, 14, 18, 19, 22, 26, 31, 36] * 2, ("Dec … Nov", "dim"))
        self.query_one(Stepper).show(42, 36, note=("+6 (3 for NOT PAID users, 3 spare)", "dim"), least=36)
        self.action_bar.show([("EUR 12.00 now", "strong"), "   6 seats × EUR 6.00 × 10/30 days, to 30 Nov"])

    def action_more(self) -> None:
        """One more."""
        self.query_one(Stepper).step(1)

    def action_fewer(self) -> None:
        """One less."""
        self.query_one(Stepper).step(-1)

    def action_type(self) -> None:
        """Type it."""
        self.query_one(Stepper).start_typing()


class Users(AreaScreen):
    """A list with a filter, as the lists of the app have them, but without a server."""

    AREA = "users"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list"), *bindings("users")]
    AUTO_FOCUS = "VirtualTable"

    def __init__(self, source: FakeRows | None = None) -> None:
        super().__init__()
        self.source = source or FakeRows(size=39)

    def body(self) -> Iterable[Widget]:
        """Filter and table."""
        yield FilterBar("status: source:")
        yield VirtualTable(self.source, COLUMNS, noun="users", empty="No users yet. n adds one by hand.")

    def on_mount(self) -> None:
        """The status stands beside the filter."""
        self.table.tell_status = self.filter_bar.show_status
        self.filter_bar.show_status(self.table.status)

    @property
    def table(self) -> VirtualTable:
        """The table."""
        return self.query_one(VirtualTable)

    @property
    def filter_bar(self) -> FilterBar:
        """The filter."""
        return self.query_one(FilterBar)

    def show_marks(self) -> None:
        """What is marked; removal, when something is."""
        line, many = marks_line(self.table, filtered=bool(self.filter_bar.text)), self.table.mark_count
        self.action_bar.show((line, "accent") if line else "", [("users.remove", f"remove {many:,}…")] if many else [])

    def close_something(self) -> bool:
        """Esc: a result first, then the filter."""
        if not super().close_something():
            self.filter_bar.clear()
        return True

    def action_filter(self) -> None:
        """`/`."""
        self.filter_bar.open()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Ask for what matches."""
        self.table.set_query(replace(self.table.asked, text=message.text.strip()))

    def on_filter_bar_closed(self) -> None:
        """Back to the list."""
        self.table.focus()

    def on_virtual_table_status_changed(self) -> None:
        """How many marks the filter hides."""
        self.show_marks()

    def on_virtual_table_marks_changed(self, message: VirtualTable.MarksChanged) -> None:
        """Other marks."""
        self.show_marks()
        if message.ended:
            self.show_result("“Everything that matches” is no longer marked.", "warn")

    def on_virtual_table_problem(self, message: VirtualTable.Problem) -> None:
        """Say it."""
        self.show_error(message.reason)


class Gallery(App[None]):
    """An app around one of the screens, in the house's colours or as the environment wants."""

    CSS = ".filler { height: 1fr; } .-wide Panel { padding: 0 2; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, first: Screen[None], *, theme: str = "", ascii_only: bool = False) -> None:
        super().__init__(ansi_color=wants_ansi(os.environ))
        self.first = first
        self.frame = FRAME
        self.glyphs = glyphs_for(ascii_only=ascii_only)
        self.user_keys: dict[str, str] = {}
        self.answers: list[bool | None] = []
        self.register_theme(HEADCOUNT)
        self.theme = theme or theme_name({**os.environ, "TERM": "xterm-256color"})

    def get_default_screen(self) -> Screen[None]:
        """The screen under test."""
        return self.first

    def ask(self, summary: Summary) -> None:
        """Open the dialog and remember its answer."""
        self.push_screen(Confirm(summary), self.answers.append)

    def action_escape(self) -> None:
        """What the real app does."""
        if isinstance(self.screen, AreaScreen):
            self.screen.close_something()
