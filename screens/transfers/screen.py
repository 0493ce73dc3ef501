"""The transfer requests: those that wait for us, those we wait for, and what became of the others."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from contract.events import EventKind
from contract.people import Permission
from contract.subscription import Overview
from contract.transfers import Direction, Transfer, TransferState
from screens.transfers.decisions import DecidingRequests
from screens.transfers.source import TRANSFER_FIELDS, TransfersSource
from screens.transfers.tabs import SideBar
from tui.input.commands import bindings
from tui.presentation.errors import told
from tui.presentation.tones import Line
from tui.presentation.transfers import Side, detail_lines, state_tone
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Row
from tui.widgets.table.table import VirtualTable

__all__ = ["TransfersScreen"]

_NAME = Column("name", "Name", weight=2, min_width=16, sortable=True)
_EMAIL = Column("email", "E-mail", weight=3, min_width=24, sortable=True)
_SAYS = Column("says", "Says", weight=3, min_width=10, drop=3)
_ASKED = Column("created_at", "Asked", width=8, drop=2, align="right", sortable=True)
_EXPIRES = Column("expires_at", "Expires", width=8, drop=1, align="right", sortable=True)
_WAITING = (_NAME, _EMAIL, _SAYS, _ASKED, _EXPIRES)
COLUMNS = {
    Side.INCOMING: _WAITING,
    Side.OUTGOING: _WAITING,
    Side.HISTORY: (
        _NAME,
        _EMAIL,
        Column("way", "Way", width=3, drop=4),
        Column("state", "State", width=9, tone=state_tone),
        _SAYS,
        _ASKED,
    ),
}
EMPTY = {
    Side.INCOMING: "Nobody waits for a decision. Tab shows the requests we sent.",
    Side.OUTGOING: "No request of ours waits for an answer. t asks somebody to join.",
    Side.HISTORY: "No requests yet. t asks somebody to join.",
}
_DECIDING = ("transfers.accept", "transfers.decline", "transfers.undo")
_SENT = ("transfers.resend", "transfers.cancel")


class TransfersScreen(DecidingRequests):
    """The transfer requests of one side at a time."""

    AREA = "transfers"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("transfers")]
    NEEDS = Permission.MANAGE_TRANSFERS
    CHANGES = (*_DECIDING, *_SENT, "transfers.send")
    CONCERNS = frozenset(kind for kind in EventKind if kind.value.startswith("transfer."))
    FATES: ClassVar = {
        EventKind.TRANSFER_ACCEPTED: "accepted",
        EventKind.TRANSFER_DECLINED: "declined",
        EventKind.TRANSFER_CANCELLED: "cancelled",
        EventKind.TRANSFER_EXPIRED: "expired",
    }

    # The table and its sides.

    def make_table(self) -> VirtualTable:
        """The requests that wait for us, oldest first."""
        return VirtualTable(
            self._source(),
            COLUMNS[self.side],
            noun="requests",
            empty=EMPTY[self.side],
            copy_column="email",
            describe=told,
        )

    def _source(self) -> TransfersSource:
        return TransfersSource(self.client, self.side, self.now)

    def above_table(self) -> Iterable[Widget]:
        """The sides, then the filter."""
        yield SideBar()
        yield from super().above_table()

    def fields(self) -> dict[str, Sequence[str]]:
        """State and direction, in the history."""
        return dict(TRANSFER_FIELDS[self.side])

    def overview_changed(self, overview: Overview) -> None:
        """Counts on the sides."""
        super().overview_changed(overview)
        self.query_one(SideBar).show(self.side, overview.transfers)

    def out_of_reach(self) -> set[str]:
        """Only what this side and this role may do, and undoing only what was done."""
        hidden = super().out_of_reach()
        if self.decided is None:
            hidden.add("transfers.undo")
        if self.side is not Side.INCOMING:
            hidden |= {"transfers.accept", "transfers.decline"}
        if self.side is not Side.OUTGOING:
            hidden |= set(_SENT)
        return hidden

    def action_next_side(self) -> None:
        """Tab: the next side."""
        self._turn(1)

    def action_previous_side(self) -> None:
        """Shift+Tab: the previous side."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        sides = list(Side)
        self.show_side(sides[(sides.index(self.side) + step) % len(sides)])

    def show_side(self, side: Side) -> None:
        """The requests of this side, none filtered out."""
        self.side = side
        table, bar = self.table, self.filter_bar
        table.columns, table.empty = COLUMNS[self.side], EMPTY[self.side]
        table.remeasure()
        table.set_source(self._source())
        bar.hint = " ".join(f"{name}:" for name in self.fields())
        bar.clear()
        bar.refresh()
        self.query_one(SideBar).turn(self.side)
        self.show_marks()

    # Rows.

    def why_gone(self, row: Row) -> str:
        """Who has decided it meanwhile; in the history nothing goes."""
        return "" if self.side is Side.HISTORY else super().why_gone(row)

    def detail(self, row: Row) -> Sequence[Line]:
        """Everything about one request."""
        return detail_lines(row.item, self.now())

    def offers(self, row: Row) -> Sequence[tuple[str, str]]:
        """What may be done with it while it waits."""
        request: Transfer = row.item
        if request.state is not TransferState.PENDING:
            return ()
        if request.direction is Direction.INCOMING:
            return (("transfers.accept", "accept…"), ("transfers.decline", "decline…"))
        return (("transfers.resend", "send again"), ("transfers.cancel", "cancel…"))

    def take_up(self, command_id: str, row: Row) -> None:
        """From the details: this request, whatever is marked."""
        match command_id:
            case "transfers.accept":
                self.ask_to_accept([row])
            case "transfers.decline":
                self.ask_reason([row])
            case "transfers.cancel":
                self.ask_to_cancel([row])
            case _:
                self.resend(row.item)

    def actions(self) -> list[tuple[str, str]]:
        """What may be done with the marks; undoing the last decision."""
        marked = self.table.mark_count
        if self.why_not(""):
            return []
        offered: list[tuple[str, str]] = []
        if marked and self.side is Side.INCOMING:
            offered = [("transfers.accept", f"accept {marked:,}…"), ("transfers.decline", "decline…")]
        elif marked and self.side is Side.OUTGOING:
            offered = [("transfers.cancel", f"cancel {marked:,}…")]
        return [*offered, ("transfers.undo", "undo")] if self.decided else offered
