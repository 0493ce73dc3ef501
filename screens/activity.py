"""Activity: what happened, the newest first."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from contract.events import EventKind
from contract.people import Permission
from screens.activity_source import ActivitySource
from screens.activity_text import event_lines
from screens.managed_list import ManagedList
from tui.commands import bindings
from tui.errors import told
from tui.theme import Line
from tui.widgets.virtual_table import VirtualTable
from tui.widgets.virtual_table_columns import Column
from tui.widgets.virtual_table_data import Row

__all__ = ["ActivityScreen"]

COLUMNS = (
    Column("when", "When", width=16),
    Column("who", "Who", width=20, drop=2),
    Column("what", "What", weight=3, min_width=24),
    Column("object", "Object", weight=1, min_width=16, drop=1),
)


class ActivityScreen(ManagedList):
    """The events of the organisation."""

    AREA = "activity"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("activity")]
    NEEDS = Permission.READ
    CONCERNS = frozenset(EventKind)

    def make_table(self) -> VirtualTable:
        """Everything, the newest first."""
        return VirtualTable(
            ActivitySource(self.client),
            COLUMNS,
            noun="events",
            empty="Nothing has happened yet.",
            describe=told,
        )

    def detail(self, row: Row) -> Sequence[Line]:
        """What happened, and what it changed."""
        return event_lines(row.item)
