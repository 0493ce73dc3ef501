"""The states of a purchase without a screen: every answer counts where it was asked for, and nowhere else."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from answers import NOW, eur, make_overview, make_payment, make_quote, make_subscription, make_terms
from no_screen import Host

from client.errors import HeadcountError, NotPossible, PaymentRefused, QuoteExpired, QuoteStale, TimedOut
from contract.problems import Problem, ProblemCode
from contract.quotes import AffectedUsers, Change, Confirmation, Quote, QuoteStatus
from screens.purchase.flow import Confirming, Idle, Offered, Pricing, PurchaseFlow, State, Unknown
from screens.purchase.quote_dialog import Draft

SEATS = Draft(Change(seats=42), "Confirm", "overview.confirm", items=["Ana"])
CANCEL = Draft(Change(cancel=True), "End it", "overview.cancel")


@dataclass
class Vendor:
    """The server, by hand: answers what a test has laid ready, once it is `open`, and keeps what it was asked."""

    ready: list[Quote | Confirmation | HeadcountError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def _answer(self, what: str) -> Any:
        self.asked.append(what)
        await self.open.wait()
        answer = self.ready.pop(0)
        if isinstance(answer, HeadcountError):
            raise answer
        return answer

    async def quote(self, change: Change) -> Quote:
        """A price."""
        del change
        found: Quote = await self._answer("price")
        return found

    async def confirm(self, quote_id: str, *, key: str) -> Confirmation:
        """The payment."""
        self.keys.append(key)
        found: Confirmation = await self._answer(f"confirm {quote_id}")
        return found

    async def get_quote(self, quote_id: str) -> Quote:
        """What became of a quote."""
        found: Quote = await self._answer(f"look at {quote_id}")
        return found


class Case:
    """A purchase on a screen that is none."""

    def __init__(self, *ready: Quote | Confirmation | HeadcountError, answering: bool = True) -> None:
        self.vendor = Vendor(list(ready))
        if answering:
            self.vendor.open.set()
        self.host = Host(self.vendor)
        self.done: list[Confirmation | None] = []
        self.fresh: list[str] = []
        self.flow = PurchaseFlow(
            self.host,
            confirmed=lambda _, confirmation: self.done.append(confirmation),
            repriced=lambda quote: self.fresh.append(quote.id),
        )

    async def offer(self, draft: Draft = SEATS) -> Offered:
        """Ask, until the dialog is open."""
        self.flow.ask(draft)
        await self.host.settled()
        return self.offered

    def state(self) -> State:
        """Where it stands now."""
        return self.flow.state

    @property
    def offered(self) -> Offered:
        """The state, when the dialog is open."""
        assert isinstance(self.flow.state, Offered)
        return self.flow.state

    async def yes(self) -> None:
        """`y`, and what comes of it."""
        self.host.answer(yes=True)
        await self.host.settled()

    async def hears(self, version: int) -> None:
        """The subscription is at this version now."""
        overview = make_overview(subscription=make_subscription(version=version))
        self.host.session.overview = overview
        self.flow.overview_changed(overview)
        await self.host.settled()


def quote(name: str = "quo_1", **facts: Any) -> Quote:
    """A price of six more seats."""
    return make_quote(**{"id": name, "change": SEATS.change, "subscription_version": 7, **facts})


def moved(name: str = "quo_2") -> Quote:
    """The price after somebody else has bought three of the seats."""
    return quote(name, subscription_version=8, before=make_terms(seats=39), due_now=eur(600))


def paid() -> Confirmation:
    """What the payment answers."""
    return Confirmation(
        quote_id="quo_1",
        subscription=make_subscription(seats=42),
        payment=make_payment(),
        activated=AffectedUsers(count=0),
    )


def lost() -> TimedOut:
    """No answer to a command that may have been done."""
    error = TimedOut("No answer came.")
    error.uncertain = True
    return error


def stale(fresh: Quote | None) -> QuoteStale:
    """Confirmed on an older state of the subscription."""
    data = {"changed": ["seats"], **({"quote": fresh.model_dump(mode="json")} if fresh else {})}
    problem = Problem(title="Stale", status=409, code=ProblemCode.QUOTE_STALE, detail="Changed.", data=data)
    return QuoteStale("Changed.", problem=problem)


async def test_from_the_draft_to_the_result_nothing_is_skipped() -> None:
    """Pricing, offered, confirming, done: one question and one confirmation, and the result is told once."""
    case = Case(quote(), paid(), answering=False)
    assert case.state() == Idle()
    case.flow.ask(SEATS)
    await case.host.settled()
    assert case.state() == Pricing(SEATS)
    case.vendor.open.set()
    await case.host.settled()
    assert (case.offered.draft, case.offered.quote.id) == (SEATS, "quo_1")
    case.vendor.open.clear()
    await case.yes()
    assert isinstance(case.state(), Confirming)
    assert case.flow.paying
    assert case.flow.unfinished
    case.vendor.open.set()
    await case.host.settled()
    assert case.state() == Idle()
    assert len(case.done) == 1
    assert case.vendor.asked == ["price", "confirm quo_1"]
    assert case.host.said[-1] == "Done: 42 seats, EUR 12.00 charged."


async def test_leaving_the_dialog_sends_nothing_and_goes_back() -> None:
    """Esc: where one comes from is open again, and nothing is confirmed."""
    went: list[str] = []
    case = Case(quote())
    await case.offer(Draft(SEATS.change, "Confirm", "overview.confirm", back=lambda: went.append("back")))
    case.flow.leave()
    assert (case.state(), went, case.vendor.asked) == (Idle(), ["back"], ["price"])


async def test_while_a_payment_is_on_its_way_nothing_else_is_asked_about() -> None:
    """A second draft waits until the first is answered; so does one while a dialog is open."""
    case = Case(quote(), answering=True)
    await case.offer()
    case.flow.ask(CANCEL)
    await case.host.settled()
    assert case.offered.draft is SEATS
    case.vendor.open.clear()
    await case.yes()
    case.flow.ask(CANCEL)
    await case.host.settled()
    assert case.host.said[-1] == "Wait: a payment is in progress."
    assert case.vendor.asked == ["price", "confirm quo_1"]


async def test_a_price_that_expires_on_the_screen_is_asked_again_and_held_back() -> None:
    """D5: no yes is taken meanwhile; the fresh price stands in the same dialog."""
    case = Case(quote(), moved())
    offered = await case.offer()
    case.vendor.open.clear()
    case.flow.price_expired(offered.dialog)
    assert not offered.dialog.is_ready
    case.vendor.open.set()
    await case.host.settled()
    assert (case.offered.dialog, case.offered.quote.id) == (offered.dialog, "quo_2")
    assert case.fresh == ["quo_2"]
    assert case.host.said[-1].startswith("The price had expired. Seats: 36, now 39;")
    assert case.vendor.asked == ["price", "price"]


async def test_a_price_that_had_expired_when_it_was_confirmed_needs_another_yes() -> None:
    """D5: 410 charges nothing; the new price opens a dialog of its own."""
    case = Case(quote(), QuoteExpired("Too old."), quote("quo_2"), paid())
    first = await case.offer()
    await case.yes()
    assert case.offered.dialog is not first.dialog
    assert "Nothing was charged." in case.host.said[-1]
    assert not case.done
    await case.yes()
    assert case.vendor.asked == ["price", "confirm quo_1", "price", "confirm quo_2"]


async def test_a_stale_quote_is_replaced_by_the_one_the_server_sent_along() -> None:
    """D5: nothing more is asked; who is paid for may be others now, so the lines are the new quote's own."""
    case = Case(quote(), stale(moved()))
    await case.offer()
    await case.yes()
    assert (case.offered.quote.id, case.offered.draft.items) == ("quo_2", None)
    assert case.host.said[-1] == "Changed meanwhile: seats. Nothing was charged. This is the price now."
    assert case.vendor.asked == ["price", "confirm quo_1"]


async def test_a_stale_quote_without_a_fresh_one_is_asked_about() -> None:
    """The price is asked for once more, and needs another yes."""
    case = Case(quote(), stale(None), moved())
    await case.offer()
    await case.yes()
    assert case.offered.quote.id == "quo_2"
    assert case.vendor.asked == ["price", "confirm quo_1", "price"]


async def test_a_declined_payment_can_be_tried_again_with_another_key() -> None:
    """D5: the same price is shown again; the second try is another intention (D30)."""
    case = Case(quote(), PaymentRefused("The card was declined."), paid())
    await case.offer()
    await case.yes()
    assert case.offered.quote.id == "quo_1"
    assert "Nothing was charged." in str(case.offered.dialog.summary.lines[0])
    await case.yes()
    assert (case.state(), len(case.done), len(set(case.vendor.keys))) == (Idle(), 1, 2)


async def test_what_is_not_possible_ends_it() -> None:
    """A rule is against it: it is said, no dialog opens."""
    case = Case(quote(), NotPossible("The plan is gone."))
    await case.offer()
    await case.yes()
    assert case.state() == Idle()
    assert len(case.host.dialogs) == 1


async def test_a_lost_answer_is_found_out() -> None:
    """D30: unknown until the server says; then the result is told, without a confirmation to show."""
    case = Case(quote(), lost(), quote(status=QuoteStatus.CONFIRMING), quote(status=QuoteStatus.CONFIRMED))
    await case.offer()
    await case.yes()
    assert isinstance(case.state(), Unknown)
    await case.hears(7)
    assert "still in progress" in case.host.said[-1]
    assert isinstance(case.state(), Unknown)
    await case.hears(8)
    assert (case.state(), case.done) == (Idle(), [None])
    assert case.host.said[-1] == "The answer was lost, but it was done: EUR 12.00 was charged once."


async def test_a_lost_answer_to_what_was_not_done_is_told_too() -> None:
    """The quote is open still: nothing was charged."""
    case = Case(quote(), lost(), quote())
    await case.offer()
    await case.yes()
    await case.hears(7)
    assert (case.state(), case.done) == (Idle(), [])
    assert "it was not done: nothing was charged" in case.host.said[-1]


async def test_asking_again_for_what_got_lost_repeats_quote_and_key() -> None:
    """D30: no other price is asked for, and the second confirmation has the key of the first."""
    case = Case(quote(), lost(), paid())
    await case.offer()
    await case.yes()
    case.flow.ask(Draft(SEATS.change, "Another title", "overview.confirm"))
    assert isinstance(case.offered.earlier, Unknown)
    await case.yes()
    assert case.vendor.asked == ["price", "confirm quo_1", "confirm quo_1"]
    assert len(set(case.vendor.keys)) == 1
    assert case.state() == Idle()


async def test_a_lost_answer_is_followed_while_another_draft_is_asked_about() -> None:
    """Its outcome is told; the dialog about the other stays, and leaving that loses nothing."""
    other = quote("quo_9", change=CANCEL.change)
    case = Case(quote(), lost(), other, quote(status=QuoteStatus.CONFIRMING), quote(status=QuoteStatus.CONFIRMED))
    await case.offer()
    await case.yes()
    offered = await case.offer(CANCEL)
    await case.hears(7)
    assert case.offered.earlier is offered.earlier is not None
    await case.hears(7)
    assert case.done == [None]
    assert (case.offered.dialog, case.offered.earlier) == (offered.dialog, None)
    case.host.answer(yes=False)
    assert case.state() == Idle()


async def test_leaving_another_draft_leaves_the_lost_answer_unknown() -> None:
    """What is not known stays so, whatever else was looked at."""
    case = Case(quote(), lost(), quote("quo_9", change=CANCEL.change))
    await case.offer()
    await case.yes()
    unknown = case.state()
    await case.offer(CANCEL)
    case.host.answer(yes=False)
    assert case.state() is unknown


async def test_a_price_that_comes_late_opens_nothing() -> None:
    """Another draft was asked about, or another screen is in front: the answer is let go."""
    case = Case(quote("quo_2", change=CANCEL.change), answering=False)
    case.flow.ask(SEATS)
    await case.host.settled()
    case.flow.ask(CANCEL)
    await case.host.settled()
    case.vendor.open.set()
    await case.host.settled()
    assert (case.offered.draft, len(case.host.dialogs)) == (CANCEL, 1)
    away = Case(quote())
    away.host.in_front = False
    away.flow.ask(SEATS)
    await away.host.settled()
    assert (away.state(), away.host.dialogs) == (Idle(), [])


async def test_a_price_asked_again_for_a_dialog_that_was_left_opens_nothing() -> None:
    """Esc while the price is asked again: the answer is for nobody."""
    case = Case(quote(), moved())
    offered = await case.offer()
    case.vendor.open.clear()
    case.flow.price_expired(offered.dialog)
    case.host.answer(yes=False)
    case.vendor.open.set()
    await case.host.settled()
    assert (case.state(), case.fresh, len(case.host.dialogs)) == (Idle(), [], 1)


async def test_a_change_meanwhile_that_moves_nothing_is_not_told() -> None:
    """The promise is the same under a newer version: the dialog goes on with the fresh quote."""
    case = Case(quote(), quote("quo_2", subscription_version=8, created_at=NOW), paid())
    offered = await case.offer()
    said = len(case.host.said)
    await case.hears(7)
    assert case.offered is offered
    await case.hears(8)
    assert (case.offered.quote.id, len(case.host.said)) == ("quo_2", said)
    await case.yes()
    assert case.vendor.asked == ["price", "price", "confirm quo_2"]


async def test_a_change_meanwhile_that_moves_the_price_is_told() -> None:
    """What has moved stands in the dialog before it can be confirmed."""
    case = Case(quote(), moved())
    await case.offer()
    await case.hears(8)
    assert case.host.said[-1].startswith("The subscription has changed meanwhile. Seats: 36, now 39;")
    assert not case.offered.dialog.is_ready


async def test_a_price_that_there_is_no_more_closes_the_dialog() -> None:
    """It is said why; nothing was charged, and nobody is led back to what can't be had."""
    went: list[str] = []
    case = Case(quote(), NotPossible("The plan is gone."))
    offered = await case.offer(Draft(SEATS.change, "Confirm", "overview.confirm", back=lambda: went.append("back")))
    case.flow.price_expired(offered.dialog)
    await case.host.settled()
    assert (case.state(), case.host.in_front, went) == (Idle(), True, [])
    assert "The price had expired. Nothing was charged. The plan is gone." in case.host.said[-1]


async def test_what_follows_a_payment_is_done_only_when_it_was_answered() -> None:
    """A lost answer that turns out well starts nothing by itself."""
    then: list[str] = []
    draft = Draft(SEATS.change, "Buy", "transfers.accept", then=lambda quote, _: then.append(quote.id))
    case = Case(quote(), paid())
    await case.offer(draft)
    await case.yes()
    assert then == ["quo_1"]
    late = Case(quote(), lost(), quote(status=QuoteStatus.CONFIRMED))
    await late.offer(draft)
    await late.yes()
    await late.hears(8)
    assert (late.done, then) == ([None], ["quo_1"])
