"""A source of as many rows as a test likes, computed from their index, with a gate to hold answers back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.app import App, ComposeResult
from textual.binding import Binding

from tui.widgets.table.columns import Column
from tui.widgets.table.data import Query, Row, Window
from tui.widgets.table.table import VirtualTable
from tui.widgets.themes import HEADCOUNT

COLUMNS = (
    Column("email", "E-mail", weight=3, min_width=20, sortable=True),
    Column("name", "Name", weight=2, min_width=12, drop=1, sortable=True),
    Column("status", "Status", width=10, tone=lambda value: "bad" if value == "! NOT PAID" else "ok"),
    Column("since", "Since", width=10, drop=3, align="right"),
)
FIRST = ("Ana", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida", "Jo")
LAST = ("Silva", "Kaya", "Stone", "Novak", "Berg", "Costa", "Rossi", "Meyer", "Lund", "Park")


def person(index: int) -> Row:
    """The row at an index."""
    first, last = FIRST[index % 10], LAST[index // 10 % 10]
    email = f"{first.lower()}.{last.lower()}{index}@example.com"
    status = "! NOT PAID" if index % 7 == 3 else "● active"
    return Row(f"usr_{index}", (email, f"{first} {last}", status, f"2026-{index % 12 + 1:02}-{index % 28 + 1:02}"), 1)


@dataclass
class FakeRows:
    """Rows computed from their index. A filter keeps every tenth row per letter; `none` matches nothing."""

    size: int = 1_000_000
    make: Callable[[int], Row] = person
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    failing: set[int] = field(default_factory=set)
    cancelled: int = 0
    gate: asyncio.Event | None = None
    order: list[int] | None = None
    most_at_once: int = 0
    _now: int = 0

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """Answer, or fail for the offsets in `failing`; wait for the gate if there is one."""
        self.asked.append((query.text, offset, limit))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await (self.gate.wait() if self.gate else asyncio.sleep(0))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self._now -= 1
        if offset in self.failing:
            message = "the server answered 503"
            raise ConnectionError(message)
        step = 10 ** len(query.text)
        indexes = self.order if self.order is not None else range(0, self.size, step)
        if query.text == "none":
            indexes = []
        if query.descending:
            indexes = indexes[::-1]
        return Window([self.make(index) for index in indexes[offset : offset + limit]], len(indexes))


class TableApp(App[None]):
    """An app with one table and nothing else."""

    CSS_PATH = None
    BINDINGS = [Binding("r", "again", "again")]  # noqa: RUF012 - Textual's way

    def __init__(self, source: FakeRows, columns: tuple[Column, ...] = COLUMNS) -> None:
        super().__init__()
        self.source, self.columns = source, columns
        self.heard: list[object] = []

    def on_mount(self) -> None:
        """Wear the house colours."""
        self.register_theme(HEADCOUNT)
        self.theme = HEADCOUNT.name

    def compose(self) -> ComposeResult:
        """Only the table."""
        yield VirtualTable(self.source, self.columns, noun="users", empty="No users yet. n adds one by hand.")

    @property
    def table(self) -> VirtualTable:
        """The table."""
        return self.screen.query_one(VirtualTable)

    def action_again(self) -> None:
        """What `r` does on a list screen."""
        self.table.reload()

    def on_virtual_table_opened(self, message: VirtualTable.Opened) -> None:
        """Remember."""
        self.heard.append(message.row.id)

    def on_virtual_table_problem(self, message: VirtualTable.Problem) -> None:
        """Remember."""
        self.heard.append(message.reason)

    def on_virtual_table_copy_asked(self, message: VirtualTable.CopyAsked) -> None:
        """Remember."""
        self.heard.append(message.text)


def text_of(app: App[None]) -> list[str]:
    """What stands on the screen, line by line."""
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]
