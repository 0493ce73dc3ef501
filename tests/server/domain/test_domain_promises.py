"""What quotes say and refusals say is true on the day it is said: no day that is over, no promise that is refused."""

import datetime as dt
import random
import re
from dataclasses import replace
from itertools import product

import pytest
from standings import ANNUAL, MIDDLE, MONTHLY, NOVEMBER, market, money, standing

from contract.quotes import Change, Start, WarningCode
from contract.subscription import SubscriptionStatus
from server.domain.arrears import arrears_lines
from server.domain.errors import Refusal
from server.domain.pricing import Payee, PricedChange, price_change
from server.domain.renewal import overdue, recovery
from server.domain.seats import Seats
from server.domain.subscription_state import Arrears, Standing

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PAST = {WarningCode.STAYS_OWED, WarningCode.NEW_PERIOD}
"""What tells of days that were used, or of a period that has begun."""

CHANGES = (
    *(Change(seats=wanted) for wanted in (0, 3, 4, 8, 9, 10, 14)),
    *(Change(plan=plan) for plan in ("business", "enterprise", "professional")),
    Change(plan="enterprise", seats=9),
    Change(plan="enterprise", billing_cycle=ANNUAL),
    Change(billing_cycle=ANNUAL),
    Change(billing_cycle=ANNUAL, seats=9),
    Change(billing_cycle=MONTHLY),
    Change(pay_users="all"),
    Change(pay_overdue=True),
    Change(cancel=True),
    Change(resume=True),
    Change(start=Start(plan="business", seats=4)),
    Change(start=Start(plan="professional")),
)


def anyhow(chance: random.Random, status: SubscriptionStatus) -> tuple[Standing, dt.date]:
    """A subscription in a state, as it may be on some day."""
    plan = chance.choice(["business", "business", "professional", "enterprise"])
    active, paid = chance.randrange(5), chance.choice([4, 10])
    waiting = chance.randrange(3) if active == paid else 0
    scheduled = chance.choice([None, max(3, active)]) if plan != "professional" and paid > 4 else None
    seats = Seats(paid=paid, high_water=paid, scheduled=scheduled, active=active, not_paid=waiting)
    late = status is not SubscriptionStatus.ACTIVE
    today = NOVEMBER.end + dt.timedelta(days=chance.randrange(6)) if late else MIDDLE
    owed = Arrears(paid, today) if status in {SubscriptionStatus.ENDED, SubscriptionStatus.SUSPENDED} else None
    ends = status is SubscriptionStatus.ACTIVE and chance.random() < 0.4
    cycle = MONTHLY if plan == "professional" else chance.choice([MONTHLY, MONTHLY, ANNUAL])
    found = standing(seats, plan, status=status, ends=ends, owed=owed if owed and today > NOVEMBER.end else None)
    return replace(found, cycle=cycle, unit_price=found.plan.prices[cycle]), today


def priced(before: Standing, change: Change, today: dt.date) -> PricedChange | Refusal:
    """What a change comes to, or why not."""
    payees = [Payee(f"usr_{place}", "N") for place in range(before.seats.not_paid)] if change.pay_users else []
    try:
        return price_change(before, change, today, market(tax_rate=1900), payees)
    except Refusal as refusal:
        return refusal


@pytest.mark.parametrize("status", SubscriptionStatus)
def test_no_sentence_names_a_day_that_is_over(status: SubscriptionStatus) -> None:
    """Every warning and every refusal of any change, in any state: the days in it are today's or ahead."""
    chance = random.Random(7)  # noqa: S311 - the same subscriptions each time
    said = 0
    for _, change in product(range(40), CHANGES):
        before, today = anyhow(chance, status)
        found = priced(before, change, today)
        texts = (
            [found.detail]
            if isinstance(found, Refusal)
            else [each.detail for each in found.warnings if each.code not in _PAST]
        )
        for text in texts:
            said += 1
            days = [dt.date.fromisoformat(day) for day in _DAY.findall(text)]
            assert all(day >= today for day in days), (text, today)
    assert said > 100


@pytest.mark.parametrize("status", SubscriptionStatus)
def test_what_ends_promises_no_renewal(status: SubscriptionStatus) -> None:
    """Where nothing renews after a change, no warning says that somebody waits for the renewal."""
    chance = random.Random(8)  # noqa: S311 - the same subscriptions each time
    for _, change in product(range(40), CHANGES):
        before, today = anyhow(chance, status)
        found = priced(before, change, today)
        if isinstance(found, PricedChange) and not found.after.renews:
            waits = [each.detail for each in found.warnings if each.code is WarningCode.USERS_STAY_NOT_PAID]
            assert all("without another renewal" in detail for detail in waits)


def test_annual_credits_only_what_goes_on() -> None:
    """Ten seats paid and one scheduled: one is credited and charged; that nine go, and when, is said."""
    before = standing(Seats(10, 10, scheduled=1, active=1))
    found = price_change(before, Change(billing_cycle=ANNUAL), MIDDLE, market())
    assert [(line.quantity, line.amount.amount) for line in found.charge.lines] == [(-1, -300), (1, 6000)]
    (going,) = [each.detail for each in found.warnings if each.code is WarningCode.SEATS_GO]
    assert going == ("9 of your 10 seats go today and not only on 2026-12-01; nothing is refunded for them.")


@pytest.mark.parametrize(
    ("before", "change", "credited", "goes"),
    [
        (standing(Seats(10, 10, active=8)), Change(billing_cycle=ANNUAL, seats=8), -8, "2 of your 10 seats go today"),
        (standing(Seats(10, 10, active=8)), Change(billing_cycle=ANNUAL, seats=12), -10, ""),
        (standing(Seats(10, 10, scheduled=9, active=8)), Change(plan="enterprise"), -10, "1 of the 10 seats goes on"),
        (standing(Seats(10, 10, active=8), "professional"), Change(plan="business"), -10, "2 of the 10 seats go on"),
        (
            standing(Seats(10, 10, active=8), "professional"),
            Change(plan="business", billing_cycle=ANNUAL),
            -8,
            "2 of your 10 seats go today",
        ),
        (
            standing(Seats(10, 10, scheduled=8, active=8)),
            Change(plan="enterprise", billing_cycle=ANNUAL),
            -8,
            "2 of your 10 seats go today",
        ),
    ],
)
def test_every_new_price_credits_only_what_goes_on(before: Standing, change: Change, credited: int, goes: str) -> None:
    """Plan, cycle, both, or with seats: what is credited is what is charged again, and what goes is said."""
    found = price_change(before, change, MIDDLE, market())
    assert found.charge.lines[0].quantity == credited
    said = [each.detail for each in found.warnings if each.code is WarningCode.SEATS_GO]
    assert [each.startswith(goes) for each in said] == [True] * bool(goes)


def test_a_number_that_too_many_users_keep_from_coming() -> None:
    """Three scheduled and four listed since: asking for three again says how many must go first, not "already"."""
    before = standing(Seats(4, 4, scheduled=3, active=4))
    refused = priced(before, Change(seats=3), MIDDLE)
    assert isinstance(refused, Refusal)
    assert (refused.code.value, refused.data["must_remove"]) == ("seats_below_users", 1)


@pytest.mark.parametrize("change", [Change(seats=9), Change(plan="enterprise", seats=9), Change(billing_cycle=ANNUAL)])
def test_what_needs_another_period_is_refused_alike_when_it_ends(change: Change) -> None:
    """Cancelled, fewer seats and another cycle are refused with the same code and the same way out."""
    refused = priced(standing(ends=True), change, MIDDLE)
    assert isinstance(refused, Refusal)
    assert refused.code.value == "subscription_not_active"
    assert refused.detail.startswith("The subscription ends on 2026-12-01, and ")
    assert refused.detail.endswith(": resume it first")


@pytest.mark.parametrize("change", [Change(seats=12), Change(plan="enterprise")])
def test_what_counts_until_the_end_is_had_alike_when_it_ends(change: Change) -> None:
    """Cancelled, more seats and a better plan are had for the days that are left, and it is said that it still ends."""
    found = priced(standing(ends=True), change, MIDDLE)
    assert isinstance(found, PricedChange)
    assert WarningCode.ENDS_ANYWAY in {each.code for each in found.warnings}


def test_professional_with_nobody_says_what_it_will_charge() -> None:
    """Nothing is due for nobody; the price of each user, now and at the renewal, is said."""
    before = standing(Seats(0, 0), "non-commercial")
    found = price_change(before, Change(plan="professional"), MIDDLE, market())
    (said,) = [each.detail for each in found.warnings if each.code is WarningCode.CHARGES_NOBODY]
    assert found.charge.due == money(0)
    assert "EUR 15.00" in said


def test_days_owed_are_whole_and_once() -> None:
    """They may reach into a second period; a day of a period that is paid now is not one of them."""
    before = standing(Seats(10, 10, active=8), status=SubscriptionStatus.SUSPENDED)
    before = replace(before, owed=Arrears(10, dt.date(2027, 1, 3)))
    lines = arrears_lines(before)
    assert [(line.service_start, line.service_end) for line in lines] == [
        (dt.date(2026, 12, 1), dt.date(2027, 1, 1)),
        (dt.date(2027, 1, 1), dt.date(2027, 1, 3)),
    ]
    same_day = recovery(before, market(), dt.date(2027, 1, 2))
    assert [line.service_end for line in same_day.charge.lines[:2]] == [dt.date(2027, 1, 1), dt.date(2027, 1, 2)]
    assert overdue(before, market(), dt.date(2027, 1, 2)) == same_day.charge.due
