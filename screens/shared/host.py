"""What a flow (a removal, a file, a command) asks of the screen that has it: `LiveArea` gives it, a test can too."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from textual.screen import ModalScreen

from client.api import Client
from tui.presentation.confirmation import Summary
from tui.runtime.session import Session
from tui.widgets.filter_bar import FilterBar
from tui.widgets.table.table import VirtualTable

__all__ = ["Host", "TableHost"]

Answer = TypeVar("Answer")


class Host(Protocol):
    """Says what happens, opens dialogs, and runs work beside the keys.

    Work has a group: `question` and `file` for what ctrl+c ends, since it only reads; `command` for what goes on.
    """

    @property
    def session(self) -> Session:
        """The connection and the last overview."""

    @property
    def client(self) -> Client:
        """The calls."""

    @property
    def in_front(self) -> bool:
        """Whether no dialog and no other area is open over it."""

    def show_result(self, text: str, tone: str = "ok", *, about: str = "") -> None:
        """Say what has happened, until the next result."""

    def show_error(self, error: BaseException | str) -> None:
        """Say what failed."""

    def clear_result(self) -> None:
        """Say nothing any longer."""

    def open_dialog(self, dialog: ModalScreen[Answer], then: Callable[[Answer | None], object]) -> None:
        """Open it if nothing else is open; `then` gets its answer."""

    def confirm(self, summary: Summary, then: Callable[[], object]) -> None:
        """Ask; `then` runs only for a yes."""

    def run_worker(
        self, work: Coroutine[Any, Any, None], *, group: str, exclusive: bool = False, exit_on_error: bool = True
    ) -> object:
        """Run work; an `exclusive` one ends the others of its group."""


class TableHost(Host, Protocol):
    """A screen around one table with a filter."""

    @property
    def table(self) -> VirtualTable:
        """The table."""

    @property
    def filter_bar(self) -> FilterBar:
        """The filter."""

    def show_marks(self) -> None:
        """Say what is marked and what may be done."""
