"""Deciding incoming requests: the question, seats that are bought with the same yes, the results, taking it back.

`screens.purchase.joining` asks and buys; after its yes: Deciding ──▶ Idle
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from client.errors import Conflict, HeadcountError
from contract.events import EventKind, EventsQuery
from contract.pages import MAX_LIMIT
from contract.transfers import DecisionReport, DecisionSummary, Reason, Transfer
from screens.purchase.flow import PurchaseFlow
from screens.purchase.joining import Asking, Idle, JoiningFlow
from screens.transfers.forms import ReasonForm
from screens.transfers.host import TransfersHost
from tui.presentation.errors import told
from tui.presentation.seat_choice import Choice
from tui.presentation.transfer_decisions import Question, earlier_summary
from tui.presentation.transfers import (
    Plan,
    decision_results,
    decision_table,
    undo_results,
    undo_summary,
    undo_table,
)
from tui.widgets.table.data import Row

__all__ = ["Asking", "Decided", "Deciding", "Idle", "TransferDecisions"]

_MADE = {EventKind.TRANSFER_ACCEPTED, EventKind.TRANSFER_DECLINED}
_TOO_LATE = "Nothing to undo: you decided nothing in the last 10 minutes."


@dataclass(frozen=True, slots=True)
class Deciding:
    """The decision is on its way."""

    plan: Plan


State: TypeAlias = Idle | Asking[Question] | Deciding


@dataclass(frozen=True, slots=True)
class Decided:
    """The last decision, for taking it back."""

    plan: Plan
    report: DecisionReport


class TransferDecisions:
    """What may be done about requests that wait for us; a screen has it, and says when it may be done.

    `state` is where it stands (also of the question), `last` what `undo` takes back.
    """

    def __init__(self, host: TransfersHost, purchase: PurchaseFlow) -> None:
        self._host = host
        self._joining = JoiningFlow(host, purchase, decided=self._answered, as_now=self._as_now)
        self._deciding: Deciding | None = None
        self.last: Decided | None = None
        self._reason = ""

    @property
    def state(self) -> State:
        """Where it stands."""
        return self._deciding or self._joining.state

    # Asking.

    def ask_to_accept(self, requests: Sequence[Transfer]) -> None:
        """The dialog, about requests in the order of the list: who comes first takes the free seat."""
        self._ask(Plan(tuple(requests), accept=True))

    def ask_reason(self, requests: Sequence[Transfer]) -> None:
        """The form for a reason, then the dialog; a reason that led to nothing is there again."""

        def go_on(reason: str | None) -> None:
            self._reason = reason or ""
            if reason is not None:
                self._ask(Plan(tuple(requests), accept=False, reason=reason))

        if requests and self._host.in_front:
            self._host.open_dialog(ReasonForm(len(requests), self._reason), go_on)

    def _ask(self, plan: Plan) -> None:
        overview = self._host.session.overview
        if plan.requests and overview:
            self._joining.ask(Question(plan, overview, self._host.hidden_words, may_buy=self._joining.may_buy))

    def _answered(self, question: Question, choice: Choice, bought: str) -> None:
        """Yes: what was chosen, and what was bought for it."""
        self._start(question.decided(choice), question.waiting_on(choice), bought)

    def look_again(self) -> None:
        """Other seats are free, or somebody else decides what is asked about here: the open dialog says so."""
        self._joining.look_again()

    def _as_now(self, question: Question) -> Question | None:
        """The same question with what is known by now; None when nobody is left to decide about."""
        rows = [Row(each.id, (each.name, each.email), each.version, each) for each in question.plan.requests]
        gone = {row.id: why for row in rows if (why := self._host.why_gone(row))}
        now = question.as_of(self._host.session.overview, gone)
        if now.left:
            return now
        self._host.show_result("Nothing left to decide: already handled by others.", "warn")
        return None

    # Deciding.

    def _start(self, plan: Plan, waiting: Sequence[Transfer] = (), bought: str = "") -> None:
        self._deciding = Deciding(plan)
        self._host.run(partial(self._decide, plan, waiting, bought), group="command")

    async def _decide(self, plan: Plan, waiting: Sequence[Transfer], bought: str) -> None:
        host = self._host
        host.begin(plan.doing)
        try:
            report = await host.client.decide(plan.body, key=host.intentions.key(plan.body))
        except HeadcountError as error:
            host.intentions.failed(error, plan.body)
            if bought:
                host.show_result(f"{bought} But accepting failed: {told(error)}", "bad")
            else:
                host.show_error(told(error))
        else:
            host.intentions.answered(plan.body)
            self._reason = ""
            self._show_decision(plan, report, waiting, bought)
        finally:
            self._deciding = None
            host.ended(EventKind.TRANSFER_ACCEPTED if plan.accept else EventKind.TRANSFER_DECLINED)

    def _show_decision(self, plan: Plan, report: DecisionReport, waiting: Sequence[Transfer], bought: str) -> None:
        if report.accepted or report.declined:
            self.last = Decided(plan, report)
        title, lines, left = decision_results(plan, report)
        self._host.keep_failed((*plan.requests, *waiting), [*left, *(request.id for request in waiting)])
        said = [(bought, "ok"), *lines] if bought else lines
        until = f"z undoes it until {report.undo_until:%H:%M} UTC" if self.last else ""
        table = decision_table(plan, report)
        self._host.show_ledger(title, said, failed=bool(report.failed), hint=until, table=table)
        self._host.show_marks()

    # Taking it back.

    def undo(self) -> None:
        """Take the last decision back; asks first when that removes people, or when it was made before the start."""
        if self.last is None:
            self._host.run(self._look_for_decision, group="question", exclusive=True)
            return
        plan, report = self.last.plan, self.last.report
        if report.accepted:
            self._host.confirm(undo_summary(plan, report), lambda: self._take_back(plan, report.id))
        else:
            self._take_back(plan, report.id)

    async def _look_for_decision(self) -> None:
        """What one decided before the app was started, if it can still be taken back (D27)."""
        self._host.show_result("looking for your last decision…", "dim")
        try:
            found = (await self._host.client.decisions()).items
            names = await self._names_in(found[0]) if found else []
        except HeadcountError as error:
            self._host.show_error(told(error))
            return
        self._host.clear_result()
        if found:
            nobody = Plan((), accept=True)
            self._host.confirm(earlier_summary(found[0], names), lambda: self._take_back(nobody, found[0].id))
        else:
            self._host.show_result(_TOO_LATE, "dim")

    async def _names_in(self, decision: DecisionSummary) -> list[str]:
        """Whom a decision was about, as far as the latest events tell."""
        page = await self._host.client.events(EventsQuery(limit=MAX_LIMIT))
        made = [each for each in page.items if each.type in _MADE and each.created_at == decision.created_at]
        return [each.object.label for each in reversed(made)]

    def _take_back(self, plan: Plan, decision: str) -> None:
        self._host.run(partial(self._undo, plan, decision), group="command")

    async def _undo(self, plan: Plan, decision: str) -> None:
        host, body = self._host, Reason()
        host.begin("undoing your decision")
        try:
            undone = await host.client.undo_decisions(decision, key=host.intentions.key(body, decision))
        except HeadcountError as error:
            host.intentions.failed(error, body, decision)
            host.show_error(told(error))
            if isinstance(error, Conflict):
                self.last = None
        else:
            host.intentions.answered(body, decision)
            self.last = None
            title, lines = undo_results(plan, undone)
            host.show_ledger(title, lines, failed=bool(undone.failed), table=undo_table(plan, undone))
        finally:
            host.ended(EventKind.TRANSFER_REOPENED)
            host.show_marks()
