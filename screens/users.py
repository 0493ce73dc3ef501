"""The list of users: who is on the subscription, and adding, editing and removing them."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from screens.sources import UsersSource
from tui.commands import bindings
from tui.live import LiveList
from tui.widgets.filter_bar import FilterBar
from tui.widgets.virtual_table import VirtualTable
from tui.widgets.virtual_table_columns import Column

__all__ = ["UsersScreen"]

COLUMNS = (
    Column("name", "Name", weight=2, min_width=14, sortable=True),
    Column("email", "E-mail", weight=3, min_width=20, sortable=True),
    Column("position", "Position", weight=2, min_width=10, drop=3, sortable=True),
    Column("status", "Status", width=10, drop=1, sortable=True),
    Column("source", "Source", width=8, drop=4),
    Column("added_at", "Added", width=10, drop=2, sortable=True),
)


class UsersScreen(LiveList):
    """The users of the subscription."""

    AREA = "users"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("users")]

    def body(self) -> Iterable[Widget]:
        """Filter and table."""
        yield FilterBar("status: source:")
        yield VirtualTable(UsersSource(self.client), COLUMNS, noun="users", empty="No users yet.", copy_column="email")
