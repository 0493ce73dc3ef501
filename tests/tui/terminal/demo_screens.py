"""The Textual part of the small app for tests on a terminal: a table, a dialog, wide characters, ways to fail."""

import asyncio
import os
import threading
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from tui.terminal.app import TerminalApp
from tui.terminal.clipboard import copy

COLUMNS = ("Name", "Address", "State")
NAMES = ("Ana Silva", "日本 太郎", "Zoë Müller", "Bo", "한국 사람", "Åsa e\u0301", "x b y")


class Dialog(ModalScreen[None]):
    """In front of the table."""

    DEFAULT_CSS = """
    Dialog { align: center middle; }
    Dialog Static { width: 31; height: 7; border: round #d7af5f; background: #262626; }
    """
    BINDINGS: ClassVar = [("escape,d", "app.pop_screen", "Close")]

    def compose(self) -> ComposeResult:
        """Wide characters beside the border."""
        yield Static("Really? 本当 に?", markup=False)


class Demo(TerminalApp[None]):
    """The app."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: #121212; color: #d0d0d0; }
    #bar, #keys { height: 1; width: 100%; background: #262626; }
    #side { width: 30; border: round #444444; }
    DataTable { width: 1fr; height: 1fr; scrollbar-size: 1 1; }
    """
    BINDINGS: ClassVar = [
        Binding("q", "quit", "Quit"),
        Binding("d", "dialog", "Dialog"),
        Binding("e", "fail", "Fail"),
        Binding("w", "fail_in_worker", "Fail in a worker"),
        Binding("t", "fail_in_task", "Fail in a task"),
        Binding("s", "lend", "Lend"),
        Binding("c", "copy", "Copy"),
        Binding("x", "count", "Count"),
        Binding("z", "suspend_process", "Suspend"),
        Binding("ctrl+l", "redraw", "Redraw", priority=True),
    ]
    counted = 0

    def compose(self) -> ComposeResult:
        """Bar, table, side panel, keys."""
        yield Static(" headcount  1 Overview  2 Users", id="bar")
        with Horizontal():
            yield DataTable(cursor_type="row")
            if self.terminal.columns >= 110:
                yield Static("side\n日本\n", id="side")
        yield Static(" q Quit", id="keys", markup=False)

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.screen.query_one(DataTable)
        table.add_columns(*COLUMNS)
        for number in range(200):
            name = NAMES[number % len(NAMES)]
            table.add_row(f"{number:04} {name}", f"user{number}@example.org", "active" if number % 3 else "paid")
        table.focus()

    def action_dialog(self) -> None:
        """Open it."""
        self.push_screen(Dialog())

    def action_count(self) -> None:
        """Show how often the key came."""
        self.counted += 1
        self.screen.query_one("#keys", Static).update(f" counted {self.counted}", layout=False)

    def action_fail(self) -> None:
        """An ordinary error, with a secret in a local variable."""
        secret = "canary" + "-4711"
        raise ValueError(len(secret))

    @work
    async def action_fail_in_worker(self) -> None:
        """An error in a worker."""
        raise KeyError

    def action_fail_in_task(self) -> None:
        """Errors that nobody waits for: on the loop and in a thread."""

        def fail() -> None:
            raise OSError

        asyncio.get_running_loop().call_soon(fail)
        threading.Thread(target=fail).start()

    def action_lend(self) -> None:
        """Lend the terminal to a program."""
        with self.suspend():
            self.screen.refresh()
            os.system("echo lent")  # noqa: S605, S607 - a fixed command

    async def action_copy(self) -> None:
        """Copy something and say how."""
        result = await copy(self, "code")
        self.screen.query_one("#keys", Static).update(f" {result.name}", layout=False)
