"""The states of a decision without a screen: what others do meanwhile, seats on the way, and what is taken back."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from answers import NOW, make_overview, make_payment, make_quote, make_subscription
from made import people
from no_screen import Host

from client.errors import Conflict, HeadcountError, NotPossible, ServerBusy, TimedOut
from contract.base import Body
from contract.events import EventKind
from contract.joining import JoiningPreview
from contract.quotes import AffectedUsers, Change, Confirmation, Quote, QuoteStatus
from contract.subscription import SeatCounts
from contract.transfers import DecisionReport, DecisionResult, Decisions, Transfer, UndoReport
from contract.users import UserStatus
from screens.purchase.flow import Offered, PurchaseFlow
from screens.purchase.joining import Asking, Idle
from screens.purchase.joining_dialog import JoiningDialog
from screens.shared.confirm import Confirm
from screens.shared.idempotency_keys import Intentions
from screens.transfers.decisions import Deciding, State, TransferDecisions
from screens.transfers.forms import ReasonForm
from tui.presentation.confirmation import Summary
from tui.presentation.seat_choice import Choice
from tui.presentation.tones import Line
from tui.presentation.transfer_decisions import Question
from tui.widgets.table.data import Row

TWO = people(2)
FULL = SeatCounts(paid=36, used=36, free=0, not_paid=0, high_water=36, at_renewal=36)


@dataclass
class Server:
    """Answers with what a test has laid ready for a call, or as if all went well; keeps what it was asked."""

    ready: dict[str, HeadcountError | Quote] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    bodies: list[Decisions] = field(default_factory=list)

    def _asked(self, what: str) -> Any:
        self.asked.append(what)
        answer = self.ready.pop(what, None)
        if isinstance(answer, HeadcountError):
            raise answer
        return answer

    async def preview_joining(self, people: int) -> JoiningPreview:
        """No seat is free."""
        return JoiningPreview(people=people, fit=0, not_paid=people, refused=0, seats=36 + people)

    async def quote(self, change: Change) -> Quote:
        """A price."""
        self._asked("price")
        return make_quote(change=change)

    async def get_quote(self, quote_id: str) -> Quote:
        """What became of it."""
        found: Quote = self._asked("look at it")
        assert found.id == quote_id
        return found

    async def confirm(self, quote_id: str, *, key: str) -> Confirmation:
        """The payment."""
        del key
        self._asked("confirm")
        subscription, nobody = make_subscription(seats=42), AffectedUsers(count=0)
        return Confirmation(quote_id=quote_id, subscription=subscription, payment=make_payment(), activated=nobody)

    async def decide(self, body: Decisions, *, key: str) -> DecisionReport:
        """All of them."""
        del key
        self._asked("decide")
        self.bodies.append(body)
        results = [
            *(DecisionResult(transfer_id=each.id, user_status=UserStatus.ACTIVE) for each in body.accept),
            *(DecisionResult(transfer_id=each.id) for each in body.decline),
        ]
        return DecisionReport(
            id="dec_1",
            accepted=len(body.accept),
            declined=len(body.decline),
            failed=0,
            undo_until=NOW + dt.timedelta(minutes=10),
            results=tuple(results),
        )

    async def undo_decisions(self, decision: str, *, key: str) -> UndoReport:
        """All of it."""
        del key
        self._asked(f"undo {decision}")
        return UndoReport(undone=1, failed=0, results=())


class List(Host):
    """The list of requests, as far as a decision needs it; `gone` says by id what others did."""

    hidden_words = ""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.session.overview = make_overview(seats=FULL)
        self.intentions = Intentions()
        self.gone: dict[str, str] = {}
        self.ledger: list[str] = []

    def why_gone(self, row: Row) -> str:
        """What somebody else has done."""
        return self.gone.get(row.id, "")

    def confirm(self, summary: Summary, then: Callable[[], object]) -> None:
        """The dialog."""

        def decided(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if yes:
                then()

        self.open_dialog(Confirm(summary), decided)

    def begin(self, words: str) -> None:
        """Said."""
        self.said.append(words)

    def ended(self, *kinds: EventKind) -> None:
        """The app would ask again."""

    @contextlib.contextmanager
    def commanding(self, words: str, body: Body, *kinds: EventKind, about: str = "") -> Iterator[str]:
        """Not for decisions."""
        del kinds
        self.begin(words)
        yield self.intentions.key(body, about)

    def keep_failed(self, requests: Sequence[Transfer], failed: Sequence[str]) -> None:
        """No marks here."""

    def show_ledger(
        self, title: str, lines: Sequence[Line], *, failed: bool, hint: str = "", table: object = ()
    ) -> None:
        """Its title is kept."""
        del lines, failed, hint, table
        self.ledger.append(title)

    def show_marks(self) -> None:
        """No marks here."""


class Case:
    """Decisions of a list that is on no screen."""

    def __init__(self, **ready: HeadcountError | Quote) -> None:
        self.server = Server({name.replace("_", " "): answer for name, answer in ready.items()})
        self.host = List(self.server)
        self.purchase = PurchaseFlow(self.host)
        self.decisions = TransferDecisions(self.host, self.purchase)

    def state(self) -> State:
        """Where it stands now."""
        return self.decisions.state

    async def ask(self) -> None:
        """`a`, and what the server says it comes to."""
        self.decisions.ask_to_accept(TWO)
        await self.host.settled()

    def dialog(self) -> JoiningDialog[Question]:
        """The one that is open."""
        found = self.decisions.state
        assert isinstance(found, Asking)
        return found.dialog

    async def answer(self, *, yes: object = True) -> None:
        """`y`, and what comes of it."""
        self.host.answer(yes=yes)
        await self.host.settled()

    async def ask_for_seats(self) -> None:
        """`a b`: on to the price of the seats that are missing."""
        await self.ask()
        self.dialog().choice = Choice.BUYING
        await self.answer()


async def test_a_yes_decides_once_and_can_be_taken_back() -> None:
    """Asking, deciding, idle: one command; it is the last decision then."""
    case = Case()
    await case.ask()
    case.host.answer(yes=True)
    assert isinstance(case.state(), Deciding)
    await case.host.settled()
    assert case.state() == Idle()
    assert case.server.asked == ["decide"]
    assert case.decisions.last is not None
    case.decisions.undo()
    await case.answer()
    assert case.server.asked == ["decide", "undo dec_1"]
    assert case.decisions.last is None


async def test_a_no_sends_nothing() -> None:
    """Esc: nothing is under way, nothing can be taken back."""
    case = Case()
    await case.ask()
    await case.answer(yes=False)
    assert (case.state(), case.decisions.last, case.server.asked) == (Idle(), None, [])


async def test_a_reason_that_led_to_nothing_is_there_again() -> None:
    """Declining: the reason is kept until it was sent, and forgotten then."""
    case = Case()
    case.decisions.ask_reason(TWO)
    await case.answer(yes="Not now.")
    await case.answer(yes=False)
    case.decisions.ask_reason(TWO)
    form = case.host.dialogs[-1]
    assert isinstance(form, ReasonForm)
    assert form._reason == "Not now."
    await case.answer(yes="Not now.")
    await case.answer()
    assert case.server.bodies[-1].reason == "Not now."
    case.decisions.ask_reason(TWO)
    assert isinstance(again := case.host.dialogs[-1], ReasonForm)
    assert not again._reason


async def test_who_was_decided_elsewhere_is_left_out() -> None:
    """Meanwhile somebody else accepts one of two: `y` decides the other alone."""
    case = Case()
    await case.ask()
    case.host.gone = {"trf_0": "accepted by Bo"}
    case.decisions.look_again()
    await case.answer()
    assert [seen.id for seen in case.server.bodies[-1].accept] == ["trf_1"]


async def test_when_nobody_is_left_the_dialog_closes() -> None:
    """Others were faster with all of them."""
    case = Case()
    await case.ask()
    case.host.gone = {each.id: "declined by Bo" for each in TWO}
    case.decisions.look_again()
    assert (case.state(), case.host.in_front, case.server.asked) == (Idle(), True, [])
    assert case.host.said[-1] == "Nothing left to decide: already handled by others."


async def test_a_failure_leaves_nothing_to_take_back() -> None:
    """The server is busy: it is said, and the same can be asked again."""
    case = Case(decide=ServerBusy("Busy."))
    await case.ask()
    await case.answer()
    assert (case.state(), case.decisions.last) == (Idle(), None)
    assert "Busy." in case.host.said[-1]


async def test_seats_are_bought_first_then_it_is_decided() -> None:
    """One yes: price, payment, decision, in this order; the result names both."""
    case = Case()
    await case.ask_for_seats()
    assert case.state() == Idle()
    assert isinstance(case.purchase.state, Offered)
    await case.answer()
    assert case.server.asked == ["price", "confirm", "decide"]
    assert case.state() == Idle()


async def test_a_price_that_is_refused_leads_back_to_the_question() -> None:
    """No seats to be had: the dialog is open again, and it is said why."""
    case = Case(price=NotPossible("No more seats."))
    await case.ask_for_seats()
    assert isinstance(case.state(), Asking)
    assert "No more seats." in case.host.said[-1]


async def test_leaving_the_price_leads_back_to_the_question_as_it_is_now() -> None:
    """Esc, and somebody was accepted elsewhere: the question leaves them out; nothing was sent but the price."""
    case = Case()
    await case.ask_for_seats()
    case.host.gone = {"trf_0": "accepted by Bo"}
    await case.answer(yes=False)
    assert [each.id for each in case.dialog().question.left] == ["trf_1"]
    assert case.server.asked == ["price"]


async def test_somebody_decided_elsewhere_while_the_price_is_shown() -> None:
    """The price is for too many now: its dialog closes by itself, and the question is asked as of now."""
    case = Case()
    await case.ask_for_seats()
    case.decisions.look_again()
    assert isinstance(case.purchase.state, Offered)
    case.host.gone = {"trf_0": "accepted by Bo"}
    case.decisions.look_again()
    assert len(case.dialog().question.left) == 1
    assert case.server.asked == ["price"]


async def test_a_payment_whose_answer_is_late_decides_nothing() -> None:
    """It is found out that the seats were bought; who is accepted is asked anew, by a person."""
    lost = TimedOut("No answer came.")
    lost.uncertain = True
    case = Case(confirm=lost, look_at_it=make_quote(status=QuoteStatus.CONFIRMED))
    await case.ask_for_seats()
    await case.answer()
    case.purchase.overview_changed(make_overview(seats=FULL))
    await case.host.settled()
    assert case.server.asked == ["price", "confirm", "look at it"]
    assert case.host.said[-1].endswith("was charged once. Nothing was accepted.")


async def test_a_decision_that_fails_after_the_payment_says_both() -> None:
    """What was bought is not hidden by what failed."""
    case = Case(decide=ServerBusy("Busy."))
    await case.ask_for_seats()
    await case.answer()
    assert any("But accepting failed: Busy." in said and said.startswith("Done:") for said in case.host.said)


async def test_a_decision_that_can_no_longer_be_taken_back_is_forgotten() -> None:
    """D27: after ten minutes the server refuses; `z` does not try again. Any other failure leaves it."""
    case = Case()
    case.decisions.ask_reason(TWO)
    await case.answer(yes="")
    await case.answer()
    for failure, known in ((ServerBusy("Busy."), True), (Conflict("Too late."), False)):
        case.server.ready["undo dec_1"] = failure
        case.decisions.undo()
        await case.host.settled()
        assert (case.decisions.last is not None) is known
