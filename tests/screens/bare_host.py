"""What a flow asks of a screen, without a screen: what was said is written down, dialogs are answered by the test."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from client.api import Client
from contract.events import EventKind
from screens.shared.chosen_rows import ChosenRows
from screens.shared.command_run import CommandRun
from tui.presentation.confirmation import Summary
from tui.presentation.tones import Line
from tui.runtime.session import Fates
from tui.widgets.table.data import Phase, Query, Row
from tui.widgets.table.marks import Marks

__all__ = ["BareHost", "BareTable"]


@dataclass
class BareTable:
    """Rows, marks and a cursor."""

    rows: list[Row] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)
    cursor: int = 0
    dealt_with: dict[str, str] = field(default_factory=dict)
    asked: Query = field(default_factory=Query)
    phase: Phase = Phase.READY
    sentence: str = ""
    hidden_count: int = 0
    anchor_id: str | None = None

    @property
    def row(self) -> Row | None:
        """The one under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    @property
    def mark_count(self) -> int:
        """How many are marked."""
        return self.marks.count(len(self.rows))

    @property
    def pages(self) -> Any:
        """The rows that are here."""
        return SimpleNamespace(rows=lambda: self.rows)

    def gone(self, row: Row) -> str:
        """What others did to it."""
        return self.dealt_with.get(row.id, "")

    async def marked_rows(self, most: int) -> list[Row]:
        """All that are marked."""
        await asyncio.sleep(0)
        return [row for row in self.rows if row.id in self.marks][:most]

    def redraw(self) -> None:
        """Nothing is drawn."""


class BareHost:
    """A `ListHost` that remembers: `said` with its tones, `results` by title, `asked` by title, `touched` kinds."""

    def __init__(self, client: Client | None = None, overview: Any = None, *, yes: bool = True) -> None:
        self.session: Any = SimpleNamespace(client=client, overview=overview, fates=Fates(), touch=self._touch)
        self.client: Any = client
        self.table: Any = BareTable()
        self.filter_bar: Any = SimpleNamespace(text="")
        self.in_front, self.yes = True, yes
        self.dialogs: list[Any] = []
        self.said: list[str] = []
        self.asked: list[str] = []
        self.results: list[str] = []
        self.touched: set[EventKind] = set()
        self.tasks: list[asyncio.Task[None]] = []
        self.command = CommandRun(self)
        self.chosen = ChosenRows(self, {EventKind.USER_REMOVED: "removed"})

    def _touch(self, *kinds: EventKind) -> None:
        self.touched |= set(kinds)

    def show_result(self, text: str, tone: str = "ok", *, about: str = "") -> None:
        """Write it down."""
        del tone, about
        self.said.append(text)

    def show_error(self, error: BaseException | str) -> None:
        """Write it down."""
        self.said.append(f"! {error}")

    def clear_result(self) -> None:
        """What was said stays written down."""

    def open_dialog(self, dialog: Any, then: Callable[[Any], object]) -> None:
        """Wait for the test to answer: `answer`."""
        if self.in_front:
            self.dialogs.append((dialog, then))

    def answer(self, answer: object) -> None:
        """Close the dialog."""
        _, then = self.dialogs.pop()
        then(answer)

    def confirm(self, summary: Summary, then: Callable[[], object]) -> None:
        """Say yes, or no."""
        self.asked.append(summary.title)
        if self.yes:
            then()

    def run_worker(
        self, work: Coroutine[Any, Any, None], *, group: str, exclusive: bool = False, exit_on_error: bool = True
    ) -> asyncio.Task[None]:
        """Run it beside the test."""
        del group, exclusive, exit_on_error
        self.tasks.append(asyncio.ensure_future(work))
        return self.tasks[-1]

    async def done(self) -> None:
        """Wait until nothing runs any longer."""
        while self.tasks:
            await asyncio.wait([self.tasks.pop()])

    def show_marks(self) -> None:
        """Nothing is drawn."""

    def show_ledger(self, title: str, lines: Sequence[Line], *, failed: bool, hint: str = "", table: Any = ()) -> None:
        """Write the title down."""
        del lines, failed, hint, table
        self.results.append(title)

    def go_to(self, area: str, then: Callable[[Any], object]) -> None:
        """Stay."""
        del then
        self.said.append(f"went to {area}")
