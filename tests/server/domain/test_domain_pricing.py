"""What changes of seats cost: only ever what is above the high-water mark, for the days that are left."""

import datetime as dt
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standings import CONTACT, MIDDLE, NOVEMBER, market, priced, refusal, standing

from contract.arithmetic import recomputed
from contract.billing import Rounding
from contract.problems import ProblemCode
from contract.quotes import WarningCode
from contract.subscription import SubscriptionStatus
from server.domain.periods import Period
from server.domain.renewal import forecast, renewal
from server.domain.seats import Seats

SEQUENCES = {
    each["id"]: each
    for each in json.loads((Path(__file__).parents[2] / "data" / "proration.json").read_text())["sequences"]
}


def test_more_seats_cost_the_rest_of_the_month() -> None:
    """Two seats from the 16th of a 30-day month cost half the price, with tax on the rounded net (D7, D11)."""
    sold = market(tax_rate=2000)
    found = priced(standing(sold=sold), sold=sold, seats=12)
    (line,) = found.charge.lines
    assert (line.quantity, line.factor.numerator, line.factor.denominator) == (2, 15, 30)
    assert (line.service_start, line.service_end) == (MIDDLE, NOVEMBER.end)
    assert (line.period_start, line.period_end) == (NOVEMBER.start, NOVEMBER.end)
    assert [found.charge.net.amount, found.charge.tax.amount, found.charge.total.amount] == [600, 120, 720]
    assert (found.effective, found.after.seats.paid) == (MIDDLE, 12)
    coming = forecast(found.after, sold)
    assert coming is not None
    assert (coming.seats, coming.amount.amount, coming.date) == (12, 8640, NOVEMBER.end)


def test_halves_are_rounded_up_and_the_line_says_so() -> None:
    """Half a cent on a line, and on the tax, is a whole one; rule and quantity are on the line (D11)."""
    sold = market(tax_rate=1154, business_monthly=25)
    found = priced(standing(sold=sold), sold=sold, seats=11)
    (line,) = found.charge.lines
    assert (line.amount.amount, line.rounding, line.description) == (13, Rounding.HALF_UP, "Business: 1 seat added")
    cheap = market(tax_rate=5000, business_monthly=1)
    even = priced(standing(sold=cheap), sold=cheap, seats=11).charge
    assert (even.net.amount, even.tax.amount, found.charge.tax.amount) == (1, 1, 2)


def test_the_line_counts_only_what_is_charged() -> None:
    """Above the high-water mark three seats are charged, and the line speaks of three (D9)."""
    (line,) = priced(standing(Seats(paid=5, high_water=10, active=5)), seats=13).charge.lines
    assert (line.quantity, line.description) == (3, "Business: 3 seats added")


def test_fewer_seats_wait_for_the_renewal() -> None:
    """A reduction costs and refunds nothing, changes nothing today, and lowers the renewal (D8)."""
    found = priced(standing(), seats=9)
    assert (found.effective, found.charge.total.amount) == (NOVEMBER.end, 0)
    assert (found.after.seats.paid, found.after.seats.scheduled, found.charge.lines) == (10, 9, ())
    assert [warning.code for warning in found.warnings] == [WarningCode.NO_REFUND]
    coming = forecast(found.after, market())
    assert coming is not None
    assert coming.amount.amount == 5400


def test_ten_five_fifteen_pays_for_five() -> None:
    """Going down first saves nothing and costs nothing: only what exceeds the most already paid is charged (D9)."""
    lower = priced(standing(Seats(paid=10, high_water=10, active=5)), NOVEMBER.start, seats=5).after
    found = priced(lower, NOVEMBER.start, seats=15)
    assert found.charge.total.amount == 5 * 600
    assert [warning.code for warning in found.warnings] == [WarningCode.REPLACES_REDUCTION]


def test_undoing_a_reduction_is_free() -> None:
    """Back to the seats that are paid for: nothing due, no warning, and the renewal is what it was (D8)."""
    found = priced(standing(Seats(paid=10, high_water=10, scheduled=8, active=8)), seats=10)
    assert (found.charge.total.amount, found.after.seats.scheduled, found.warnings) == (0, None, ())
    coming = forecast(found.after, market())
    assert coming is not None
    assert coming.seats == 10


def test_seats_below_the_high_water_mark_are_free_again() -> None:
    """Seats that were paid for in this period and given up are taken back for nothing (D9)."""
    given_up = standing(Seats(paid=7, high_water=10, active=5))
    assert priced(given_up, NOVEMBER.start, seats=11).charge.total.amount == 600
    assert priced(given_up, seats=10).charge.lines == ()


def test_it_says_who_stays_without_a_seat() -> None:
    """Two seats for five who wait: two become active and the warning counts the other three."""
    found = priced(standing(Seats(paid=10, high_water=10, active=10, not_paid=5)), seats=12)
    assert found.activates == 2
    (warning,) = found.warnings
    assert (warning.code, warning.detail[:2]) == (WarningCode.USERS_STAY_NOT_PAID, "3 ")


def test_refusals_have_their_reason() -> None:
    """What can't be had this way is refused with the code for it."""
    scheduled = Seats(paid=10, high_water=10, scheduled=9, active=8)
    assert refusal(standing(), seats=10).code is ProblemCode.NOTHING_TO_CHANGE
    assert refusal(standing(scheduled), seats=9).code is ProblemCode.NOTHING_TO_CHANGE
    assert refusal(standing(), seats=7).data == {"users_listed": 8, "must_remove": 1}
    assert refusal(standing(plan="professional"), seats=12).code is ProblemCode.SEATS_FOLLOW_USERS
    late = standing(status=SubscriptionStatus.PAST_DUE)
    assert refusal(late, seats=12).code is ProblemCode.SUBSCRIPTION_NOT_ACTIVE
    assert refusal(standing(), NOVEMBER.end, seats=12).code is ProblemCode.SUBSCRIPTION_NOT_ACTIVE
    assert refusal(standing(plan="non-commercial"), seats=2).code is ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS
    agreed = refusal(standing(plan="contract"), seats=2)
    assert (agreed.code, agreed.data["contact"]) == (ProblemCode.SET_BY_CONTRACT, CONTACT)


def test_a_cancelled_subscription_has_no_renewal() -> None:
    """Seats may still be added until the end, but no next payment is promised (D12)."""
    found = priced(standing(ends=True), seats=11)
    assert forecast(found.after, market()) is None
    assert [warning.code for warning in found.warnings] == [WarningCode.ENDS_ANYWAY]
    assert forecast(standing(plan="non-commercial"), market()) is None


@pytest.mark.parametrize(("currency", "price"), [("JPY", 1500), ("KWD", 12345), ("EUR", 600)])
def test_the_forecast_is_the_renewal(currency: str, price: int) -> None:
    """The next payment that is shown and the invoice that comes are one sum, in every kind of currency (D1, D6)."""
    sold = market(currency, tax_rate=1960, business_monthly=price)
    subject = standing(sold=sold)
    promised = forecast(subject, sold)
    assert promised is not None
    assert renewal(subject, sold).charge.due == promised.due == promised.amount
    assert promised.amount.currency == currency


def test_a_published_history_of_seats() -> None:
    """The worked sequence of another product: each new high is charged once, everything under it is free."""
    story = SEQUENCES["documenso-high-water"]
    sold = market("USD", business_monthly=story["unit_price_minor"])
    state = standing(Seats(paid=5, high_water=5), sold=sold, period=Period(dt.date(2026, 6, 1), dt.date(2026, 6, 29)))
    for step in story["steps"]:
        wanted = int(step["members"].split("->")[1])
        day = state.period.start + dt.timedelta(days=int(Fraction(step["at_fraction_elapsed"]) * state.period.days))
        if wanted > state.seats.paid:
            found = priced(state, day, sold, seats=wanted)
            assert found.charge.total.amount == step["charge"]
            state = found.after
        else:
            state = replace(state, seats=replace(state.seats, paid=wanted))


@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6)), max_size=12),
    st.integers(1, 10**6),
    st.integers(0, 3000),
)
def test_a_history_costs_each_level_once(start: int, moves: list[tuple[int, int]], price: int, tax_rate: int) -> None:
    """Over any ups and downs the total is the price of each seat from the day its level was first reached."""
    sold = market(tax_rate=tax_rate, business_monthly=price)
    state = standing(Seats(start, start), sold=sold)
    today, charged, exact, reached = NOVEMBER.start, 0, Fraction(0), start
    for wanted, days in moves:
        today = min(today + dt.timedelta(days=days), NOVEMBER.end - dt.timedelta(days=1))
        seats = state.seats
        if wanted == (seats.paid if seats.scheduled is None else seats.scheduled):
            continue
        found = priced(state, today, sold, seats=wanted)
        levels = max(0, wanted - reached)
        reached = max(reached, wanted)
        exact += Fraction(price * levels * NOVEMBER.days_left(today), NOVEMBER.days)
        charged += found.charge.net.amount
        assert found.charge.net.amount == sum(recomputed(line) for line in found.charge.lines) >= 0
        assert found.charge.total.amount == found.charge.net.amount + found.charge.tax.amount
        state = found.after
    assert abs(charged - exact) <= Fraction(len(moves), 2)


@given(st.integers(11, 500), st.integers(0, 100), st.integers(0, 29), st.integers(0, 29), st.integers(1, 10**6))
def test_more_and_earlier_never_cost_less(wanted: int, more: int, one: int, other: int, price: int) -> None:
    """Asking for more seats, or for the same on an earlier day, is never cheaper."""
    sold = market(business_monthly=price)
    subject = standing(sold=sold)
    early, late = (NOVEMBER.start + dt.timedelta(days=days) for days in sorted((one, other)))
    cost = priced(subject, late, sold, seats=wanted).charge.total.amount
    assert priced(subject, late, sold, seats=wanted + more).charge.total.amount >= cost
    assert priced(subject, early, sold, seats=wanted).charge.total.amount >= cost
