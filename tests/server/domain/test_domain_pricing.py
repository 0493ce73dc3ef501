"""What changes of seats cost: only ever what is above the high-water mark, for the days that are left."""

import datetime as dt
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.arithmetic import recomputed
from contract.billing import Rounding
from contract.money import Money
from contract.problems import ProblemCode
from contract.quotes import WarningCode
from contract.subscription import PlanKind, SubscriptionStatus
from server.domain.periods import Period
from server.domain.pricing import Effect, Facts, forecast, price_of_renewal, price_seats
from server.domain.refusals import Refusal
from server.domain.seats import Seats

NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 1))
MIDDLE = dt.date(2026, 11, 16)
SEQUENCES = {
    each["id"]: each
    for each in json.loads((Path(__file__).parents[2] / "data" / "proration.json").read_text())["sequences"]
}


def facts(seats: Seats | None = None, **changes: Any) -> Facts:
    """A business subscription in November with ten seats at 6.00 and eight users."""
    usual = Facts(
        plan="Business",
        plan_kind=PlanKind.PAID,
        status=SubscriptionStatus.ACTIVE,
        period=NOVEMBER,
        seats=seats or Seats(paid=10, high_water=10, active=8),
        unit_price=Money(amount=600, currency="EUR"),
        contact="billing@vendor.example",
    )
    return replace(usual, **changes)


def refusal(subject: Facts, wanted: int, today: dt.date = MIDDLE) -> Refusal:
    """How a change is refused."""
    with pytest.raises(Refusal) as caught:
        price_seats(subject, wanted, today)
    return caught.value


def test_more_seats_cost_the_rest_of_the_month() -> None:
    """Two seats from the 16th of a 30-day month cost half the price, with tax on the rounded net (D7, D11)."""
    priced = price_seats(facts(tax_rate=2000), 12, MIDDLE)
    (line,) = priced.charge.lines
    assert (line.quantity, line.factor.numerator, line.factor.denominator) == (2, 15, 30)
    assert (line.service_start, line.service_end) == (MIDDLE, NOVEMBER.end)
    assert [priced.charge.net.amount, priced.charge.tax.amount, priced.charge.total.amount] == [600, 120, 720]
    assert (priced.effect, priced.effective, priced.after.paid) == (Effect.RAISE, MIDDLE, 12)
    assert priced.renewal is not None
    assert (priced.renewal.seats, priced.renewal.amount.amount, priced.renewal.date) == (12, 8640, NOVEMBER.end)


def test_halves_are_rounded_up_and_the_line_says_so() -> None:
    """Half a cent on a line, and on the tax, is a whole one; rule and quantity are on the line (D11)."""
    priced = price_seats(facts(unit_price=Money(amount=25, currency="EUR"), tax_rate=1154), 11, MIDDLE)
    (line,) = priced.charge.lines
    assert (line.amount.amount, line.rounding, line.description) == (13, Rounding.HALF_UP, "Business: 1 seat added")
    even = price_seats(facts(unit_price=Money(amount=1, currency="EUR"), tax_rate=5000), 11, MIDDLE).charge
    assert (even.net.amount, even.tax.amount, priced.charge.tax.amount) == (1, 1, 2)


def test_the_line_counts_only_what_is_charged() -> None:
    """Above the high-water mark three seats are charged, and the line speaks of three (D9)."""
    priced = price_seats(facts(Seats(paid=5, high_water=10, active=5)), 13, MIDDLE)
    (line,) = priced.charge.lines
    assert (line.quantity, line.description) == (3, "Business: 3 seats added")


def test_fewer_seats_wait_for_the_renewal() -> None:
    """A reduction costs and refunds nothing, changes nothing today, and lowers the renewal (D8)."""
    priced = price_seats(facts(), 9, MIDDLE)
    assert (priced.effect, priced.effective, priced.charge.total.amount) == (Effect.REDUCE, NOVEMBER.end, 0)
    assert (priced.after.paid, priced.after.scheduled, priced.charge.lines) == (10, 9, ())
    assert [warning.code for warning in priced.warnings] == [WarningCode.NO_REFUND]
    assert priced.renewal is not None
    assert priced.renewal.amount.amount == 5400


def test_ten_five_fifteen_pays_for_five() -> None:
    """Going down first saves nothing and costs nothing: only what exceeds the most already paid is charged (D9)."""
    lower = price_seats(facts(Seats(paid=10, high_water=10, active=5)), 5, NOVEMBER.start).after
    priced = price_seats(facts(lower), 15, NOVEMBER.start)
    assert priced.charge.total.amount == 5 * 600
    assert [warning.code for warning in priced.warnings] == [WarningCode.REPLACES_REDUCTION]


def test_undoing_a_reduction_is_free() -> None:
    """Back to the seats that are paid for: nothing due, and the renewal is what it was (D8)."""
    priced = price_seats(facts(Seats(paid=10, high_water=10, scheduled=8, active=8)), 10, MIDDLE)
    assert (priced.effect, priced.charge.total.amount, priced.after.scheduled) == (Effect.KEEP, 0, None)
    assert priced.renewal is not None
    assert priced.renewal.seats == 10


def test_seats_below_the_high_water_mark_are_free_again() -> None:
    """Seats that were paid for in this period and given up are taken back for nothing (D9)."""
    priced = price_seats(facts(Seats(paid=7, high_water=10, active=5)), 11, NOVEMBER.start)
    assert priced.charge.total.amount == 600
    assert price_seats(facts(Seats(paid=7, high_water=10, active=5)), 10, MIDDLE).charge.lines == ()


def test_it_says_who_stays_without_a_seat() -> None:
    """Two seats for five who wait: two become active and the warning counts the other three."""
    priced = price_seats(facts(Seats(paid=10, high_water=10, active=10, not_paid=5)), 12, MIDDLE)
    assert priced.activates == 2
    (warning,) = priced.warnings
    assert (warning.code, warning.detail[:2]) == (WarningCode.USERS_STAY_NOT_PAID, "3 ")


def test_refusals_have_their_reason() -> None:
    """What can't be had this way is refused with the code for it."""
    scheduled = Seats(paid=10, high_water=10, scheduled=9, active=8)
    assert refusal(facts(), 10).code is ProblemCode.NOTHING_TO_CHANGE
    assert refusal(facts(scheduled), 9).code is ProblemCode.NOTHING_TO_CHANGE
    assert refusal(facts(), 7).data == {"users_listed": 8, "must_remove": 1}
    assert refusal(facts(Seats(10, 10, active=8, follow_users=True)), 12).code is ProblemCode.SEATS_FOLLOW_USERS
    assert refusal(facts(status=SubscriptionStatus.PAST_DUE), 12).code is ProblemCode.SUBSCRIPTION_NOT_ACTIVE
    assert refusal(facts(), 12, NOVEMBER.end).code is ProblemCode.SUBSCRIPTION_NOT_ACTIVE
    free = refusal(facts(plan_kind=PlanKind.FREE, unit_price=None), 2)
    assert (free.code, free.data["contact"]) == (ProblemCode.REDUCTION_NEEDS_CONTACT, "billing@vendor.example")


def test_a_cancelled_subscription_has_no_renewal() -> None:
    """Seats may still be added until the end, but no next payment is promised (D12)."""
    assert price_seats(facts(ends=True), 11, MIDDLE).renewal is None
    assert forecast(facts(unit_price=None), Seats(1, 1)) is None


@pytest.mark.parametrize(("currency", "price"), [("JPY", 1500), ("KWD", 12345), ("EUR", 600)])
def test_the_forecast_is_the_renewal(currency: str, price: int) -> None:
    """The next payment that is shown and the invoice that comes are one sum, in every kind of currency (D1, D6)."""
    subject = facts(unit_price=Money(amount=price, currency=currency), tax_rate=1960)
    following = Period(NOVEMBER.end, dt.date(2027, 1, 1))
    promised = forecast(subject, subject.seats)
    assert promised is not None
    assert price_of_renewal(subject, following).total == promised.amount


def test_a_price_that_is_missing_is_our_mistake() -> None:
    """A paid plan without a price for its cycle is a broken catalogue, not a refusal."""
    with pytest.raises(ValueError, match="no price"):
        price_seats(facts(unit_price=None), 12, MIDDLE)


def test_a_published_history_of_seats() -> None:
    """The worked sequence of another product: each new high is charged once, everything under it is free."""
    story = SEQUENCES["documenso-high-water"]
    state = Seats(paid=5, high_water=5)
    for step in story["steps"]:
        wanted = int(step["members"].split("->")[1])
        elapsed = Fraction(step["at_fraction_elapsed"])
        period = Period(dt.date(2026, 6, 1), dt.date(2026, 6, 29))
        day = period.start + dt.timedelta(days=int(elapsed * period.days))
        subject = facts(state, period=period, unit_price=Money(amount=story["unit_price_minor"], currency="USD"))
        if wanted > state.paid:
            priced = price_seats(subject, wanted, day)
            assert priced.charge.total.amount == step["charge"]
            state = priced.after
        else:
            state = replace(state, paid=wanted)


@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6)), max_size=12),
    st.integers(1, 10**6),
    st.integers(0, 3000),
)
def test_a_history_costs_each_level_once(start: int, moves: list[tuple[int, int]], price: int, tax_rate: int) -> None:
    """Over any ups and downs the total is the price of each seat from the day its level was first reached."""
    state, today, charged, exact, reached = Seats(start, start), NOVEMBER.start, 0, Fraction(0), start
    for wanted, days in moves:
        today = min(today + dt.timedelta(days=days), NOVEMBER.end - dt.timedelta(days=1))
        subject = facts(state, unit_price=Money(amount=price, currency="EUR"), tax_rate=tax_rate)
        if wanted == (state.paid if state.scheduled is None else state.scheduled):
            continue
        priced = price_seats(subject, wanted, today)
        levels = max(0, wanted - reached)
        reached = max(reached, wanted)
        exact += Fraction(price * levels * NOVEMBER.days_left(today), NOVEMBER.days)
        charged += priced.charge.net.amount
        assert priced.charge.net.amount == sum(recomputed(line) for line in priced.charge.lines) >= 0
        assert priced.charge.total.amount == priced.charge.net.amount + priced.charge.tax.amount
        state = priced.after
    assert abs(charged - exact) <= Fraction(len(moves), 2)


@given(st.integers(11, 500), st.integers(0, 100), st.integers(0, 29), st.integers(0, 29), st.integers(1, 10**6))
def test_more_and_earlier_never_cost_less(wanted: int, more: int, one: int, other: int, price: int) -> None:
    """Asking for more seats, or for the same on an earlier day, is never cheaper."""
    subject = facts(unit_price=Money(amount=price, currency="EUR"))
    early, late = (NOVEMBER.start + dt.timedelta(days=days) for days in sorted((one, other)))
    cost = price_seats(subject, wanted, late).charge.total.amount
    assert price_seats(subject, wanted + more, late).charge.total.amount >= cost
    assert price_seats(subject, wanted, early).charge.total.amount >= cost
