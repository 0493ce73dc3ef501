"""The transfer requests: those that wait for us, those we wait for, and what became of the others."""

import datetime as dt
from collections.abc import Iterable, Sequence
from math import inf
from typing import ClassVar

from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from contract.events import EventKind
from contract.people import Permission
from contract.subscription import Overview, TransferCounts
from contract.transfers import MAX_DECISIONS, Direction, Transfer, TransferState
from screens.purchase.flow import PurchaseFlow
from screens.shared.managed_list import ManagedList
from screens.transfers.decisions import TransferDecisions
from screens.transfers.outgoing import MOST_CANCELLED, OutgoingRequests
from screens.transfers.source import TRANSFER_FIELDS, TransfersSource
from tui.input.commands import bindings
from tui.presentation.errors import told
from tui.presentation.tones import Line, Piece
from tui.presentation.transfers import Side, detail_lines, state_tone
from tui.widgets.canvas import Canvas
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Row
from tui.widgets.table.table import VirtualTable

__all__ = ["TransfersScreen"]

_NAME = Column("name", "Name", weight=2, min_width=16, sortable=True)
_EMAIL = Column("email", "E-mail", weight=3, min_width=24, sortable=True)
_SAYS = Column("says", "Message", weight=3, min_width=10, drop=3)
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
    Side.INCOMING: "No requests are waiting for a decision. Tab shows the requests you sent.",
    Side.OUTGOING: "No outgoing requests are waiting for an answer.",
    Side.HISTORY: "No requests yet.",
}
_ASKS = " t asks somebody to join."
_DECIDING = ("transfers.accept", "transfers.decline", "transfers.undo")
_SENT = ("transfers.resend", "transfers.cancel")


class SideBar(Canvas):
    """One row; Tab on the screen around it goes on to the next side."""

    DEFAULT_CSS = """
    SideBar { background: $surface; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._side = Side.INCOMING
        self._counts: TransferCounts | None = None

    def show(self, side: Side, counts: TransferCounts) -> None:
        """Other numbers."""
        self._counts = counts
        self.turn(side)

    def turn(self, side: Side) -> None:
        """Another side."""
        self._side = side
        self.refresh()

    def _count(self, side: Side) -> str:
        if self._counts is None or side is Side.HISTORY:
            return ""
        return f" {self._counts.incoming if side is Side.INCOMING else self._counts.outgoing:,}"

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """The sides, the present one marked by a sign and in bold."""
        pieces: list[Piece] = [" "]
        for side in Side:
            here = side is self._side
            name = f"{self.glyphs.point if here else ' '} {side.value.capitalize()}"
            pieces.append((name, "strong" if here else "dim"))
            pieces.append((self._count(side), "accent" if here else "dim"))
            pieces.append("   ")
        return self.strip_of([*pieces, ("Tab", "key"), (" changes", "dim")], self.size.width)


class TransfersScreen(ManagedList):
    """The transfer requests of one side at a time."""

    AREA = "transfers"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("transfers")]
    NEEDS = Permission.MANAGE_TRANSFERS
    CHANGES = (*_DECIDING, *_SENT, "transfers.send")
    JOINS = ("transfers.accept", "transfers.send", "transfers.resend")
    CONCERNS = frozenset(kind for kind in EventKind if kind.value.startswith("transfer."))
    FATES: ClassVar = {
        EventKind.TRANSFER_ACCEPTED: "accepted",
        EventKind.TRANSFER_DECLINED: "declined",
        EventKind.TRANSFER_CANCELLED: "cancelled",
        EventKind.TRANSFER_EXPIRED: "expired",
    }

    def __init__(self) -> None:
        super().__init__()
        self.side = Side.INCOMING
        self.purchase = PurchaseFlow(self)
        self.outgoing = OutgoingRequests(self)
        self.decisions = TransferDecisions(self, self.purchase)

    def on_mount(self) -> None:
        """Hear of changes that a price does not know of."""
        self.hub.overview_signal.subscribe(self, self.purchase.overview_changed)

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

    def empty_words(self, *, may_change: bool) -> str:
        """That nothing waits on this side, and the way to ask somebody."""
        return EMPTY[self.side] + (_ASKS if may_change and self.side is not Side.INCOMING else "")

    def overview_changed(self, overview: Overview) -> None:
        """Counts on the sides; other seats may be free than the open dialog says."""
        super().overview_changed(overview)
        self.query_one(SideBar).show(self.side, overview.transfers)
        self.decisions.look_again()

    def things_changed(self, kinds: frozenset[EventKind]) -> None:
        """Somebody else may decide what is asked about here."""
        super().things_changed(kinds)
        self.decisions.look_again()

    def now(self) -> dt.datetime:
        """The server's time as of the last overview."""
        return self.session.overview.as_of if self.session.overview else self.session.now()

    def out_of_reach(self) -> set[str]:
        """Only what this side and this role may do, and undoing only what was done."""
        hidden = super().out_of_reach()
        if self.decisions.last is None:
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
        table.columns, table.empty = COLUMNS[self.side], self.said_when_empty
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
                self.decisions.ask_to_accept([row.item])
            case "transfers.decline":
                self.decisions.ask_reason([row.item])
            case "transfers.cancel":
                self.outgoing.ask_to_cancel([row.item])
            case _:
                self.outgoing.resend(row.item)

    def actions(self) -> list[tuple[str, str]]:
        """What may be done with the marks; undoing the last decision."""
        marked = self.table.mark_count
        if self.why_not(""):
            return []
        offered: list[tuple[str, str]] = []
        if marked and self.side is Side.INCOMING:
            accept = () if self.absent_commands() else (("transfers.accept", f"accept {marked:,}…"),)
            offered = [*accept, ("transfers.decline", "decline…")]
        elif marked and self.side is Side.OUTGOING:
            offered = [("transfers.cancel", f"cancel {marked:,}…")]
        return [*offered, ("transfers.undo", "undo")] if self.decisions.last else offered

    # What may be done, when it may be.

    @property
    def unfinished(self) -> str:
        """A command or a payment on its way."""
        return super().unfinished or self.purchase.unfinished

    def refuses(self, doing: str) -> bool:
        """Nothing is decided while a payment is on its way: what it pays for is decided next."""
        if self.purchase.paying:
            self.show_result("Wait: a payment is in progress.", "warn")
        return self.purchase.paying or super().refuses(doing)

    def on_side(self, side: Side, doing: str) -> bool:
        """Whether this is the side for it and it may be done; says why not."""
        if self.side is not side:
            self.show_result(f"Only for {side.value} requests: Tab shows them.", "dim")
            return False
        return not self.refuses(doing)

    def _in_order(self, rows: Sequence[Row]) -> list[Transfer]:
        """The requests as they stand in the list, whatever the order of the marks."""
        places = {row.id: place for place, row in enumerate(self.table.pages.rows())}
        return [row.item for row in sorted(rows, key=lambda row: (places.get(row.id, inf), row.item.created_at))]

    def keep_failed(self, requests: Sequence[Transfer], failed: Sequence[str]) -> None:
        """Of what was marked only the requests with these ids stay so."""
        known = self.table.marks.chosen
        rows = [
            known.get(request.id) or Row(request.id, (request.name, request.email), request.version, request)
            for request in requests
            if request.id in failed
        ]
        self.keep_marked(rows)

    def action_accept(self) -> None:
        """a: the marked requests, or the one under the cursor; asks first."""
        if self.on_side(Side.INCOMING, "accept transfer requests") and not self.refuses_people("accept anybody"):
            self.with_rows(MAX_DECISIONS, lambda rows: self.decisions.ask_to_accept(self._in_order(rows)))

    def action_decline(self) -> None:
        """x: the same; asks for a reason, then once more."""
        if self.on_side(Side.INCOMING, "decline transfer requests"):
            self.with_rows(MAX_DECISIONS, lambda rows: self.decisions.ask_reason(self._in_order(rows)))

    def action_undo(self) -> None:
        """z: take the last decision back."""
        if not self.refuses("decide transfer requests"):
            self.decisions.undo()

    def action_send(self) -> None:
        """t: a form for whom to ask."""
        if not self.refuses_people("send transfer requests"):
            self.outgoing.ask_whom()

    def action_resend(self) -> None:
        """m: the outgoing request under the cursor, once an hour."""
        row = self.acting_row
        if not self.on_side(Side.OUTGOING, "send transfer requests") or self.refuses_people("send transfer requests"):
            return
        if row is None:
            self.say_no_row()
        else:
            self.outgoing.resend(row.item)

    def action_cancel_sent(self) -> None:
        """d: the marked outgoing requests, or the one under the cursor; asks first."""
        if self.on_side(Side.OUTGOING, "cancel transfer requests"):
            self.with_rows(MOST_CANCELLED, lambda rows: self.outgoing.ask_to_cancel([row.item for row in rows]))
