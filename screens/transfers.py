"""The transfer requests: those that wait for us, those we wait for, and what became of the others."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from screens.sources import TransfersSource
from tui.commands import bindings
from tui.live import LiveList
from tui.widgets.filter_bar import FilterBar
from tui.widgets.virtual_table import VirtualTable
from tui.widgets.virtual_table_columns import Column

__all__ = ["TransfersScreen"]

COLUMNS = (
    Column("name", "Name", weight=2, min_width=14, sortable=True),
    Column("email", "E-mail", weight=3, min_width=20, sortable=True),
    Column("says", "Says", weight=3, min_width=10, drop=3),
    Column("state", "State", width=9, drop=2),
    Column("created_at", "Asked", width=8, drop=1, sortable=True),
    Column("expires_at", "Expires", width=8, drop=4, sortable=True),
)


class TransfersScreen(LiveList):
    """The transfer requests."""

    AREA = "transfers"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("transfers")]

    def body(self) -> Iterable[Widget]:
        """Filter and table."""
        yield FilterBar("state:")
        yield VirtualTable(
            TransfersSource(self.client, "incoming", self.session.now),
            COLUMNS,
            noun="requests",
            empty="No requests.",
            copy_column="email",
        )
