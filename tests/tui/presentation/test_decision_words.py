"""What is asked before requests are decided: the seats, the choice, who was faster."""

import datetime as dt

from answers import make_overview, make_subscription
from made import make_transfer, people, said

from contract.money import Money
from contract.people import Me
from contract.subscription import Plan as SubscriptionPlan
from contract.subscription import PlanKind, SeatCounts, SubscriptionStatus
from contract.transfers import DecisionSummary
from tui.presentation.seat_choice import Choice, room_for
from tui.presentation.transfer_decisions import Question, earlier_summary
from tui.presentation.transfers import Plan

SEVEN_FREE = SeatCounts(paid=36, used=29, free=7, not_paid=0, high_water=36, at_renewal=36)
FULL = SeatCounts(paid=36, used=36, free=0, not_paid=3, high_water=36, at_renewal=36)


def make_plan(**facts: object) -> SubscriptionPlan:
    """Business, but for this."""
    return make_overview().plan.model_copy(update=facts)


def make_me(limit: int) -> Me:
    """Somebody who may spend so many cents a month."""
    return make_overview().me.model_copy(update={"spending_limit": Money(amount=limit, currency="EUR")})


def question(many: int = 12, **facts: object) -> Question:
    """About so many, seven seats being free."""
    overview = make_overview(**{"seats": SEVEN_FREE, **facts})
    return Question(Plan(people(many), accept=True), overview, "3 of them hidden.", may_buy=True)


def test_the_summary_names_everybody_and_counts_the_seats() -> None:
    """Twelve requests, seven free seats: seven fit, five will be NOT PAID, and what that costs now or later."""
    summary = question().summary(Choice.ALL)
    assert summary.title == "Accept 12 transfer requests"
    assert said(list(summary.lines)) == [
        "7 fit, 5 will be NOT PAID: about EUR 10.00 now or with the payment of 1 Dec.",
        "",
        "> " + "  " + "all 12".ljust(18) + "5 of them NOT PAID until paid",
        "  " + "f " + "the first 7".ljust(18) + "the other 5 stay pending, and marked",
        "  " + "b " + "buy 5 seats…".ljust(18) + "you see the price first",
    ]
    assert len(summary.items) == 12
    assert said(list(summary.items))[6:8] == ["P6  p6@x.example", "P7  p7@x.example  NOT PAID"]
    assert (summary.verb, summary.hidden, summary.opener) == ("Accept 12", "3 of them hidden.", "transfers.accept")
    assert question().decided(Choice.ALL).unpaid == 5


def test_the_first_that_fit_can_be_chosen() -> None:
    """The first of the list are decided, the others stay, and nobody of them is said to become NOT PAID."""
    summary = question().summary(Choice.FITTING)
    assert (summary.title, summary.verb) == ("Accept 7 of 12 transfer requests", "Accept 7")
    assert said(list(summary.lines))[3].startswith("> f the first 7")
    assert said(list(summary.items))[7] == "P7  p7@x.example  stays pending"
    plan = question().decided(Choice.FITTING)
    assert [each.id for each in plan.requests] == [f"trf_{number}" for number in range(7)]
    assert plan.unpaid == 0
    assert [each.id for each in question().waiting_on(Choice.FITTING)] == [f"trf_{number}" for number in range(7, 12)]


def test_all_fit_and_there_is_nothing_to_choose() -> None:
    """One way only is no choice."""
    summary = question(5).summary(Choice.ALL)
    assert said(list(summary.lines)) == ["All 5 fit into free seats and will be active at once."]
    assert question(5).choices == (Choice.ALL,)


def test_seats_for_those_who_wait_are_bought_too() -> None:
    """D16: free seats go to who waits longest, so that all of the new ones are active only after those."""
    room = room_for(make_overview(seats=FULL), 7, may_buy=True)
    assert (room.fit, room.buy, room.waiting, room.choices) == (0, 10, 3, (Choice.ALL, Choice.BUYING))
    also = question(7, seats=FULL).also()
    assert also.verb == "accept 7"
    assert also.undone == "Nothing was accepted."


def test_buying_is_offered_only_to_who_can() -> None:
    """Neither without the right, nor above the limit, nor where seats follow the users or a payment is overdue."""
    assert Choice.BUYING not in Question(question().plan, make_overview(seats=SEVEN_FREE)).choices
    assert Choice.BUYING not in question(me=make_me(999)).choices
    assert Choice.BUYING in question(me=make_me(1000)).choices
    follows = make_plan(seats_follow_users=True)
    assert question(plan=follows).choices == (Choice.ALL, Choice.FITTING)
    overdue = question(subscription=make_subscription(status=SubscriptionStatus.PAST_DUE))
    assert Choice.BUYING not in overdue.choices
    assert said(list(overdue.summary(Choice.ALL).lines))[0].endswith("NOT PAID until the overdue amount is paid.")
    ends = question(subscription=make_subscription(cancel_at_period_end=True)).summary(Choice.ALL)
    assert said(list(ends.lines))[0].endswith("about EUR 10.00 now; the subscription ends on 1 Dec.")


def test_on_a_contract_there_is_no_word_about_paying() -> None:
    """Who does not fit is refused; those that fit can be chosen."""
    asked = question(plan=make_plan(kind=PlanKind.CONTRACT))
    for choice in asked.choices:
        summary = asked.summary(choice)
        words = " ".join(said([*summary.lines, *summary.items])) + summary.final
        assert not {"PAID", "EUR", "paid", "pay", "buy"} & set(words.split()), words
    assert asked.choices == (Choice.ALL, Choice.FITTING)
    assert "5 of them will be refused" in " ".join(said(list(asked.summary(Choice.ALL).lines)))
    assert said(list(asked.summary(Choice.ALL).items))[7] == "P7  p7@x.example  refused"


def test_a_plan_without_further_users_says_so() -> None:
    """D17: nobody is let in, and nothing is for sale."""
    asked = question(plan=make_plan(name="Non-commercial", sub_accounts=False))
    assert said(list(asked.summary(Choice.ALL).lines))[0] == "All will be refused. Non-commercial is for one account."
    assert Choice.BUYING not in asked.choices


def test_who_was_dealt_with_meanwhile_is_named_and_left_out() -> None:
    """Another admin's decision counts at once: nine are left, two of which do not fit."""
    gone = {f"trf_{number}": "accepted by jane@acme.example" for number in range(3)}
    asked = question().as_of(None, gone)
    summary = asked.summary(Choice.ALL)
    assert said(list(summary.lines))[0].startswith(
        "Already handled by others, left out: P0 (accepted by jane@acme.example), "
    )
    assert said(list(summary.lines))[2].startswith("7 fit, 2 will be NOT PAID")
    assert said(list(summary.items))[0] == "P0  p0@x.example  accepted by jane@acme.example: left out"
    assert summary.verb == "Accept 9"
    assert "trf_0" not in [each.id for each in asked.decided(Choice.ALL).requests]


def test_what_they_give_up_is_said_by_name() -> None:
    """D24: their own paid subscription ends without refund."""
    plan = Plan((*people(1), make_transfer(gives_up="Professional")), accept=True)
    summary = Question(plan, make_overview()).summary(Choice.ALL)
    assert summary.final == "Their own paid subscription ends without refund: Bo Kaya."
    assert said(list(summary.items))[1].endswith("  gives up Professional")
    declined = Question(Plan(plan.requests, accept=False), make_overview()).summary(Choice.ALL)
    assert "gives up" not in " ".join(said(list(declined.items)))
    assert declined.verb == "Decline 2"


def test_a_decision_of_before_the_start_is_taken_back_by_name() -> None:
    """D27: how many, when, until when, and the names as far as they are known."""
    at = dt.datetime(2026, 11, 20, 13, 58, tzinfo=dt.UTC)
    decision = DecisionSummary(
        id="dec_1", accepted=3, declined=0, created_at=at, undo_until=at + dt.timedelta(minutes=10)
    )
    summary = earlier_summary(decision, ["Bo", "Ana"])
    assert (summary.title, summary.verb) == ("Undo: 3 acceptances", "Undo 3")
    assert said(list(summary.items)) == ["Bo", "Ana", "and 1 more"]
    assert said(list(summary.lines))[0] == "You decided this at 13:58 UTC; it can be undone until 14:08."
