"""The table of Activity: a list that grows at its top, shown as it was at one event until it is to be moved on."""

from dataclasses import replace

from textual.message import Message

from tui.widgets.table.data import Pages
from tui.widgets.table.table import VirtualTable

__all__ = ["EventTable"]


class EventTable(VirtualTable):
    """What happened up to an event. Posts `AtTop` when somebody goes to the first row."""

    class AtTop(Message):
        """The first row was asked for by its key."""

    @property
    def as_of(self) -> str:
        """The event the list ends with; empty while that is the newest the server knows."""
        return self.asked.as_of

    @property
    def at_top(self) -> bool:
        """Whether the newest row of the list is under the cursor."""
        return self.cursor == 0

    def move_on(self, as_of: str) -> None:
        """Show the list as of another event, its newest row under the cursor; the old rows stay until it is here."""
        self.go(0)
        self.cursor_id = None
        self._feed.ask(replace(self.asked, as_of=as_of))
        self.status_changed()

    def action_first(self) -> None:
        """To the first row, and to what is newer."""
        super().action_first()
        self.post_message(self.AtTop())

    def _seek(self, old: Pages, new: Pages) -> list[int]:
        """The cursor's row is not looked for when the newest is what is wanted."""
        return [] if self.cursor_id is None else super()._seek(old, new)
