"""The transfer requests: those that wait for us, those we wait for, and what became of the others."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.widget import Widget

from client.errors import Conflict, HeadcountError
from contract.events import EventKind
from contract.people import Permission
from contract.subscription import Overview
from contract.transfers import MAX_DECISIONS, DecisionReport, Direction, Reason, Transfer, TransferState
from screens.outgoing import OutgoingRequests
from screens.sides import SideBar
from screens.sources import TRANSFER_FIELDS, Side, TransfersSource
from screens.transfer_forms import ReasonForm
from screens.transfers_text import (
    Plan,
    decision_results,
    detail_lines,
    plan_summary,
    state_tone,
    undo_results,
    undo_summary,
)
from tui.commands import bindings
from tui.errors import told
from tui.theme import Line
from tui.widgets.virtual_table import VirtualTable
from tui.widgets.virtual_table_columns import Column
from tui.widgets.virtual_table_data import Row
from tui.wording import count

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


class TransfersScreen(OutgoingRequests):
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

    def __init__(self) -> None:
        super().__init__()
        self.decided: tuple[Plan, DecisionReport] | None = None
        self._reason = ""

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
        return (("transfers.resend", "mail again"), ("transfers.cancel", "cancel…"))

    def take_up(self, command_id: str, row: Row) -> None:
        """From the details: this request, whatever is marked."""
        match command_id:
            case "transfers.accept":
                self._ask_to_accept([row])
            case "transfers.decline":
                self._ask_reason([row])
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

    # Deciding.

    def action_accept(self) -> None:
        """a: the marked requests, or the one under the cursor; asks first."""
        if self.on_side(Side.INCOMING, "accept transfer requests"):
            self.with_rows(MAX_DECISIONS, self._ask_to_accept)

    def action_decline(self) -> None:
        """x: the same; asks for a reason, then once more."""
        if self.on_side(Side.INCOMING, "decline transfer requests"):
            self.with_rows(MAX_DECISIONS, self._ask_reason)

    def _ask_to_accept(self, rows: Sequence[Row]) -> None:
        self._ask(Plan(tuple(row.item for row in rows), accept=True))

    def _ask_reason(self, rows: Sequence[Row]) -> None:
        def go_on(reason: str | None) -> None:
            self._reason = reason or ""
            if reason is not None:
                self._ask(Plan(tuple(row.item for row in rows), accept=False, reason=reason))

        if rows and self.app.screen is self:
            self.app.push_screen(ReasonForm(len(rows), self._reason), go_on)

    def _ask(self, plan: Plan) -> None:
        overview = self.session.overview
        if plan.requests and overview:
            self.confirm(plan_summary(plan, overview, hidden=self.hidden_words), lambda: self._decide(plan))

    @work(group="command", exit_on_error=False)
    async def _decide(self, plan: Plan) -> None:
        kind = EventKind.TRANSFER_ACCEPTED if plan.accept else EventKind.TRANSFER_DECLINED
        with self.commanding(plan.doing, plan.body, kind) as key:
            report = await self.client.decide(plan.body, key=key)
            self._reason = ""
            self._show_decision(plan, report)

    def _show_decision(self, plan: Plan, report: DecisionReport) -> None:
        if report.accepted or report.declined:
            self.decided = (plan, report)
        title, lines, left = decision_results(plan, report)
        self.keep_failed(plan.requests, left)
        until = f"z takes it back until {report.undo_until:%H:%M} UTC" if self.decided else ""
        self.show_ledger(title, lines, failed=bool(report.failed), hint=until)
        self.show_marks()

    def action_undo(self) -> None:
        """z: take the last decision back; asks first when that removes people."""
        if self.refuses("decide transfer requests"):
            return
        if self.decided is None:
            self.show_result("Nothing to undo: nothing was decided here in the last 10 minutes.", "dim")
            return
        plan, report = self.decided
        if report.accepted:
            self.confirm(undo_summary(plan, report), lambda: self._undo(plan, report))
        else:
            self._undo(plan, report)

    @work(group="command", exit_on_error=False)
    async def _undo(self, plan: Plan, report: DecisionReport) -> None:
        self.begin(f"taking back {count(report.accepted + report.declined, 'decision')}")
        body = Reason()
        try:
            undone = await self.client.undo_decisions(report.id, key=self.intentions.key(body, report.id))
        except HeadcountError as error:
            self.intentions.failed(error, body, report.id)
            self.show_error(told(error))
            if isinstance(error, Conflict):
                self.decided = None
        else:
            self.intentions.answered(body, report.id)
            self.decided = None
            title, lines = undo_results(plan, undone)
            self.show_ledger(title, lines, failed=bool(undone.failed))
        finally:
            self.ended(EventKind.TRANSFER_REOPENED)
            self.show_marks()
