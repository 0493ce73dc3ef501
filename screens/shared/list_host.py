"""What a flow of a list asks of it: the rows a key means, the one command on its way, and room for results."""

from collections.abc import Callable, Sequence
from typing import Protocol

from screens.shared.chosen_rows import ChosenRows
from screens.shared.command_run import CommandRun
from screens.shared.host import TableHost
from screens.shared.results_panel import Table
from tui.presentation.tones import Line

__all__ = ["ListHost"]


class ListHost(TableHost, Protocol):
    """A list whose rows can be acted on: `ManagedList` is one."""

    chosen: ChosenRows
    command: CommandRun

    def show_ledger(
        self, title: str, lines: Sequence[Line], *, failed: bool, hint: str = "", table: Table = ()
    ) -> None:
        """Say what became of each item."""

    def go_to(self, area: str, then: Callable[["ListHost"], object]) -> None:
        """Show another area, and go on there."""
