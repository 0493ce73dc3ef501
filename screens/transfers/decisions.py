"""Deciding incoming requests: the question, seats that are bought with the same yes, the results, taking it back."""

from collections.abc import Sequence
from functools import partial
from math import inf

from textual import work

from client.errors import Conflict, HeadcountError
from contract.events import EventKind, EventsQuery
from contract.pages import MAX_LIMIT
from contract.quotes import Change, Confirmation, Quote
from contract.subscription import Overview
from contract.transfers import MAX_DECISIONS, DecisionReport, DecisionSummary, Reason, Transfer
from screens.purchase.error_messages import refused
from screens.purchase.flow import PurchaseFlow
from screens.purchase.quote_dialog import Draft
from screens.shared.sources import Side
from screens.transfers.decision_dialog import DecisionDialog
from screens.transfers.decisions_text import Question, earlier_summary
from screens.transfers.forms import ReasonForm
from screens.transfers.outgoing import OutgoingRequests
from screens.transfers.seat_choice import Choice
from screens.transfers.text import (
    Plan,
    decision_results,
    decision_table,
    undo_results,
    undo_summary,
    undo_table,
)
from tui.presentation.errors import told
from tui.presentation.quote_summary import done
from tui.presentation.wording import count
from tui.widgets.table.data import Row

__all__ = ["DecidingRequests"]

_MADE = {EventKind.TRANSFER_ACCEPTED, EventKind.TRANSFER_DECLINED}
_TOO_LATE = "Nothing to undo: you decided nothing in the last 10 minutes."


class DecidingRequests(OutgoingRequests):
    """What may be done about requests that wait for us."""

    def __init__(self) -> None:
        super().__init__()
        self.purchase = PurchaseFlow(self)
        self.decided: tuple[Plan, DecisionReport] | None = None
        self._reason = ""
        self._dialog: DecisionDialog | None = None
        self._buying: Question | None = None

    def on_mount(self) -> None:
        """Hear of changes that a price does not know of."""
        self.hub.overview_signal.subscribe(self, self.purchase.overview_changed)

    @property
    def unfinished(self) -> str:
        """A command or a payment on its way."""
        return super().unfinished or self.purchase.unfinished

    def refuses(self, doing: str) -> bool:
        """Nothing is decided while a payment is on its way: what it pays for is decided next."""
        if self.purchase.paying:
            self.show_result("Wait: a payment is on its way.", "warn")
        return self.purchase.paying or super().refuses(doing)

    # Asking.

    def action_accept(self) -> None:
        """a: the marked requests, or the one under the cursor; asks first."""
        if self.on_side(Side.INCOMING, "accept transfer requests"):
            self.with_rows(MAX_DECISIONS, self.ask_to_accept)

    def action_decline(self) -> None:
        """x: the same; asks for a reason, then once more."""
        if self.on_side(Side.INCOMING, "decline transfer requests"):
            self.with_rows(MAX_DECISIONS, self.ask_reason)

    def ask_to_accept(self, rows: Sequence[Row]) -> None:
        """The dialog, about the rows in the order of the list."""
        self._ask(Plan(self._in_order(rows), accept=True))

    def ask_reason(self, rows: Sequence[Row]) -> None:
        """The form for a reason, then the dialog."""

        def go_on(reason: str | None) -> None:
            self._reason = reason or ""
            if reason is not None:
                self._ask(Plan(self._in_order(rows), accept=False, reason=reason))

        if rows and self.app.screen is self:
            self.app.push_screen(ReasonForm(len(rows), self._reason), go_on)

    def _in_order(self, rows: Sequence[Row]) -> tuple[Transfer, ...]:
        """As they stand in the list, whatever the order of the marks: who comes first takes the free seat."""
        places = {row.id: place for place, row in enumerate(self.table.pages.rows())}
        return tuple(row.item for row in sorted(rows, key=lambda row: (places.get(row.id, inf), row.item.created_at)))

    def _ask(self, plan: Plan) -> None:
        overview = self.session.overview
        if plan.requests and overview:
            may_buy = not self.purchase.why_not(Change(seats=1))
            self._open(Question(plan, overview, self.hidden_words, may_buy=may_buy))

    def _open(self, question: Question) -> None:
        if self.app.screen is self:
            self._dialog = dialog = DecisionDialog(question)
            self.app.push_screen(dialog, lambda yes: self._answered(dialog, yes=bool(yes)))

    def _answered(self, dialog: DecisionDialog, *, yes: bool) -> None:
        self._dialog = None
        question, choice = dialog.question, dialog.choice
        if yes and choice is Choice.BUYING:
            self._ask_seats(question)
        elif yes:
            self._decide(question.decided(choice), question.waiting_on(choice))

    # What others do meanwhile.

    def overview_changed(self, overview: Overview) -> None:
        """Other seats are free, or others than before wait for one: the open question says so."""
        super().overview_changed(overview)
        self._look_again()

    def things_changed(self, kinds: frozenset[EventKind]) -> None:
        """Somebody else decides what is asked about here."""
        super().things_changed(kinds)
        self._look_again()

    def _look_again(self) -> None:
        dialog = self._dialog
        if dialog is not None:
            question = self._as_now(dialog.question)
            if question.left:
                dialog.ask_instead(question)
            else:
                self._dialog = None
                dialog.dismiss(False)  # noqa: FBT003 - the screen's result
                self.show_result("Nothing is left to decide: others were faster.", "warn")
        elif self._buying and self.purchase.offering and self._as_now(self._buying).gone != self._buying.gone:
            self.purchase.leave()

    def _as_now(self, question: Question) -> Question:
        """The same question with what is known by now."""
        rows = [Row(each.id, (each.name, each.email), each.version, each) for each in question.plan.requests]
        return question.as_of(self.session.overview, {row.id: why for row in rows if (why := self.why_gone(row))})

    # Buying seats first.

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _ask_seats(self, question: Question) -> None:
        room = question.room
        seats = count(room.buy, "seat")
        self.show_result(f"asking what {seats} cost…", "dim")
        try:
            quote = await self.purchase.price(Change(seats=question.overview.seats.paid + room.buy))
        except HeadcountError as error:
            self._open(self._as_now(question))
            self.show_result(refused(error, self.session.overview), "warn")
            return
        self.clear_result()
        self._buying = question
        draft = Draft(
            quote.change,
            f"Buy {seats} and accept {count(len(question.left), 'request')}",
            "transfers.accept",
            items=question.names(),
            back=lambda: self._open(self._as_now(question)),
            also=question.also(),
            then=partial(self._bought, question),
        )
        self.purchase.open(draft, quote, seen=False)

    def _bought(self, question: Question, quote: Quote, confirmation: Confirmation) -> None:
        """The seats are bought: now the decision. When the answer was late nothing goes on by itself."""
        self._buying = None
        self._decide(question.decided(Choice.BUYING), bought=done(confirmation, quote))

    # Deciding.

    @work(group="command", exit_on_error=False)
    async def _decide(self, plan: Plan, waiting: Sequence[Transfer] = (), bought: str = "") -> None:
        kind = EventKind.TRANSFER_ACCEPTED if plan.accept else EventKind.TRANSFER_DECLINED
        answered = False
        with self.commanding(plan.doing, plan.body, kind) as key:
            report = await self.client.decide(plan.body, key=key)
            answered = True
            self._reason = ""
            self._show_decision(plan, report, waiting, bought)
        if bought and not answered:
            self.show_result(f"{bought} But accepting failed: {self.action_bar.result.lstrip('! ')}", "bad")

    def _show_decision(self, plan: Plan, report: DecisionReport, waiting: Sequence[Transfer], bought: str) -> None:
        if report.accepted or report.declined:
            self.decided = (plan, report)
        title, lines, left = decision_results(plan, report)
        self.keep_failed((*plan.requests, *waiting), [*left, *(request.id for request in waiting)])
        said = [(bought, "ok"), *lines] if bought else lines
        until = f"z takes it back until {report.undo_until:%H:%M} UTC" if self.decided else ""
        self.show_ledger(title, said, failed=bool(report.failed), hint=until, table=decision_table(plan, report))
        self.show_marks()

    # Taking it back.

    def action_undo(self) -> None:
        """z: take the last decision back; asks first when that removes people, or when it was made before the start."""
        if self.refuses("decide transfer requests"):
            return
        if self.decided is None:
            self._look_for_decision()
            return
        plan, report = self.decided
        if report.accepted:
            self.confirm(undo_summary(plan, report), lambda: self._undo(plan, report.id))
        else:
            self._undo(plan, report.id)

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _look_for_decision(self) -> None:
        """What one decided before the app was started, if it can still be taken back (D27)."""
        self.show_result("looking for your last decision…", "dim")
        try:
            found = (await self.client.decisions()).items
            names = await self._names_in(found[0]) if found else []
        except HeadcountError as error:
            self.show_error(told(error))
            return
        self.clear_result()
        if not found:
            self.show_result(_TOO_LATE, "dim")
        elif self.app.screen is self:
            decision = found[0]
            self.confirm(earlier_summary(decision, names), lambda: self._undo(Plan((), accept=True), decision.id))

    async def _names_in(self, decision: DecisionSummary) -> list[str]:
        """Whom a decision was about, as far as the latest events tell."""
        page = await self.client.events(EventsQuery(limit=MAX_LIMIT))
        made = [each for each in page.items if each.type in _MADE and each.created_at == decision.created_at]
        return [each.object.label for each in reversed(made)]

    @work(group="command", exit_on_error=False)
    async def _undo(self, plan: Plan, decision: str) -> None:
        self.begin("taking back your decision")
        body = Reason()
        try:
            undone = await self.client.undo_decisions(decision, key=self.intentions.key(body, decision))
        except HeadcountError as error:
            self.intentions.failed(error, body, decision)
            self.show_error(told(error))
            if isinstance(error, Conflict):
                self.decided = None
        else:
            self.intentions.answered(body, decision)
            self.decided = None
            title, lines = undo_results(plan, undone)
            self.show_ledger(title, lines, failed=bool(undone.failed), table=undo_table(plan, undone))
        finally:
            self.ended(EventKind.TRANSFER_REOPENED)
            self.show_marks()
