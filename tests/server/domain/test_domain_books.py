"""Books that add up: one price for the same seats, the next payment told from the price, prices that are announced."""

import datetime as dt
import random
from dataclasses import replace
from itertools import islice

import pytest
from standings import ANNUAL, MONTHLY, NOVEMBER, market, money, parts, priced, standing, sums

from contract.arithmetic import split
from contract.quotes import WarningCode
from contract.subscription import BillingCycle
from server.domain.periods import Period, period_from
from server.domain.plans import Market
from server.domain.pricing import Payee
from server.domain.renewal import forecast, next_price, renewal, renewals
from server.domain.seat_allocation import joining, paying_for
from server.domain.seats import Seats
from server.domain.subscription_state import Standing

CURRENCIES = ("JPY", "EUR", "KWD")
"""With no, two and three decimals."""


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("cycle", list(BillingCycle))
def test_the_same_seats_have_one_price(currency: str, cycle: BillingCycle) -> None:
    """Bought by number or paid for by name: one line, one sum, which the shares and the overview come to."""
    chance = random.Random(f"{currency} {cycle}")  # noqa: S311 - the same story every time
    for _ in range(150):
        start = dt.date(2024, 1, 31) + dt.timedelta(days=chance.randrange(800))
        period = period_from(start, cycle)
        today = period.start + dt.timedelta(days=chance.randrange(period.days))
        price, count = chance.choice((1, 7, 599, 1500, 12345)), chance.choice((1, 2, 3, 19, chance.randrange(1, 400)))
        sold = market(currency, tax_rate=chance.choice((0, 1900, 777)), **{f"business_{cycle.value}": price})
        seats = Seats(paid=5, high_water=5, active=5, not_paid=count)
        subject = standing(seats, sold=sold, cycle=cycle, period=period, credit=chance.choice((0, 0, 50)))
        payees = [Payee(f"usr_{number}", f"U{number}") for number in range(count)]
        named, bought = (
            priced(subject, today, sold, payees, pay_users="all"),
            priced(subject, today, sold, seats=5 + count),
        )
        assert (parts(named), sums(named)) == (parts(bought), sums(bought))
        assert named.charge.due == paying_for(subject, count, today, sold)
        (line,) = named.charge.lines
        shares = [share.amount.amount for share in line.shares]
        assert (len(shares), sum(shares), max(shares) - min(shares) <= 1) == (count, line.amount.amount, True)


def test_nineteen_seats_of_the_month() -> None:
    """JPY 1,500 for 4 of 31 days is 193.54…: nineteen are 3,677, by name or by number, and not nineteen times 194."""
    sold = market("JPY", business_monthly=1500)
    period = Period(dt.date(2026, 12, 1), dt.date(2027, 1, 1))
    subject = standing(Seats(1, 1, active=1, not_paid=19), sold=sold, period=period)
    payees = [Payee(f"usr_{number}", "X") for number in range(19)]
    assert sums(priced(subject, dt.date(2026, 12, 28), sold, payees, pay_users="all"))[2] == 3677
    assert sums(priced(subject, dt.date(2026, 12, 28), sold, seats=20))[2] == 3677


@pytest.mark.parametrize(("amount", "people"), [(0, 3), (7, 3), (-7, 3), (2, 5), (10**12 + 1, 9999)])
def test_shares_add_up(amount: int, people: int) -> None:
    """Whatever is split among however many: nothing is lost, and nobody's share is more than one unit larger."""
    shares = [each.amount for each in split(money(amount), people)]
    assert (len(shares), sum(shares)) == (people, amount)
    assert max(shares) - min(shares) <= 1


# What is granted.


def test_what_was_granted_is_never_credited() -> None:
    """Ten seats of which three were granted: seven are given back when plan or cycle change."""
    subject = standing(Seats(paid=10, high_water=10, active=8, granted=3))
    enterprise = priced(subject, plan="enterprise")
    assert parts(enterprise) == [(-7, 600, "15/30", -2100), (10, 1200, "15/30", 6000)]
    assert enterprise.after.seats.granted == 0
    year = priced(subject, billing_cycle=ANNUAL)
    assert (parts(year)[0], year.after.seats.granted) == ((-7, 600, "15/30", -2100), 0)
    all_of_them = standing(Seats(paid=3, high_water=3, granted=3))
    assert [part[0] for part in parts(priced(all_of_them, plan="enterprise"))] == [3]


def test_more_seats_beside_granted_ones_are_charged_and_the_renewal_charges_all() -> None:
    """A grant is for the period that it was made in."""
    subject = standing(Seats(paid=3, high_water=3, granted=3))
    more = priced(subject, seats=5)
    assert (parts(more), more.after.seats.granted) == ([(2, 600, "15/30", 600)], 3)
    found = renewal(more.after, market())
    assert (found.charge.due.amount, found.after.seats.granted) == (3000, 0)


# The next payment, and the price after it.


def coming(subject: Standing, sold: Market | None = None) -> tuple[int, int, int, dt.date | None]:
    """Price, credit used, what is asked for, and from when on all of it is."""
    found = forecast(subject, sold or market())
    assert found is not None
    return found.amount.amount, found.credit_applied.amount, found.due.amount, found.full_from


def test_a_credit_lowers_one_payment_and_no_price() -> None:
    """Four seats and 24.00 of credit: nothing on 1 December, 24.00 each month from 1 January."""
    four = Seats(4, 4, active=3)
    january, february = dt.date(2027, 1, 1), dt.date(2027, 2, 1)
    assert coming(standing(four)) == (2400, 0, 2400, NOVEMBER.end)
    assert coming(standing(four, credit=2400)) == (2400, 2400, 0, january)
    assert coming(standing(four, credit=2500)) == (2400, 2400, 0, february)
    assert coming(standing(four, credit=300)) == (2400, 300, 2100, january)
    assert coming(standing(four, credit=10**6)) == (2400, 2400, 0, None)
    raised = priced(standing(four, credit=2700), NOVEMBER.start, seats=5)
    assert (raised.charge.due.amount, coming(raised.after)) == (0, (3000, 2100, 900, january))


@pytest.mark.parametrize("credit", [0, 1, 599, 600, 4800, 123_456])
@pytest.mark.parametrize("tax_rate", [0, 1900])
def test_the_short_forecast_is_the_long_one(credit: int, tax_rate: int) -> None:
    """What quotes and the overview say is what the forecast's payments say, one by one."""
    sold = market(tax_rate=tax_rate)
    subject = standing(credit=credit)
    price, used, due, full_from = coming(subject, sold)
    payments = list(islice(renewals(subject, sold), 36))
    first = payments[0].charge
    assert (price, used, due) == (first.total.amount, first.credit_applied.amount, first.due.amount)
    assert price == used + due
    in_full = [each.period.start for each in payments if not each.charge.credit_applied.amount]
    assert full_from == (in_full[0] if in_full else None)


def test_who_joins_makes_the_renewal_dearer_though_credit_pays_it() -> None:
    """What a person adds is told by the price, not by what credit leaves of it."""
    found = joining(standing(Seats(8, 8, active=8), credit=10**6), 2, dt.date(2026, 11, 16), market())
    assert found.renewal_adds == money(1200)


# Prices that are announced.


def announced(*prices: tuple[str, int], cycle: BillingCycle = MONTHLY) -> Market:
    """The usual plans, Business with prices that hold from a day on."""
    sold = market()
    new = {cycle: tuple((dt.date.fromisoformat(day), money(price)) for day, price in prices)}
    return replace(sold, plans={**sold.plans, "business": replace(sold.plan("business"), announced=new)})


def prices_of(subject: Standing, sold: Market, count: int = 4) -> list[int]:
    """What a seat costs in the next periods."""
    return [each.after.price.amount for each in islice(renewals(subject, sold), count)]


@pytest.mark.parametrize(
    ("day", "prices"),
    [
        ("2026-11-01", [600, 600, 600, 600]),
        ("2026-11-02", [700, 700, 700, 700]),
        ("2026-12-01", [700, 700, 700, 700]),
        ("2026-12-02", [600, 700, 700, 700]),
        ("2027-01-15", [600, 600, 700, 700]),
    ],
)
def test_a_price_stays_until_the_renewal_after_its_day(day: str, prices: list[int]) -> None:
    """In November, renewing on 1 December: a day that came before this period was bought is nobody's surprise."""
    sold = announced((day, 700))
    assert prices_of(standing(sold=sold), sold) == prices


def test_a_price_that_was_not_announced_is_for_others() -> None:
    """The catalogue says 700 now: who has the plan pays 600 on, seats added too, and who comes pays 700."""
    sold = market(business_monthly=700)
    subject = standing(sold=sold, unit_price=money(600))
    assert prices_of(subject, sold) == [600] * 4
    assert parts(priced(subject, sold=sold, seats=12)) == [(2, 600, "15/30", 600)]
    free = standing(Seats(0, 0), plan="non-commercial", sold=sold, unit_price=None)
    assert parts(priced(free, sold=sold, start={"plan": "business", "seats": 2}))[0][1] == 700


def test_what_is_bought_costs_what_holds_that_day() -> None:
    """On the day itself the new price; the day before the old one, until the first renewal."""
    sold = announced(("2026-11-16", 700))
    free = standing(Seats(0, 0), plan="non-commercial", sold=sold, unit_price=None)
    start = {"plan": "business", "seats": 1}
    late, early = (priced(free, dt.date(2026, 11, day), sold, start=start) for day in (16, 15))
    assert (parts(late)[0][1], parts(early)[0][1]) == (700, 600)
    assert prices_of(early.after, sold, 1) == [700]
    assert prices_of(late.after, sold, 1) == [700]


def test_several_announcements_come_one_after_the_other() -> None:
    """The last one whose day has come by a renewal counts; of a year, that of the year's renewal."""
    sold = announced(("2026-12-01", 700), ("2026-12-15", 800), ("2027-03-01", 650))
    assert prices_of(standing(sold=sold), sold, 5) == [700, 800, 800, 650, 650]
    yearly = announced(("2027-01-01", 7000), ("2027-06-01", 8000), cycle=ANNUAL)
    year = standing(sold=yearly, cycle=ANNUAL, period=Period(dt.date(2026, 11, 1), dt.date(2027, 11, 1)))
    assert prices_of(year, yearly, 2) == [8000, 8000]


def test_a_new_price_is_told_before_it_bites() -> None:
    """By the day of the first renewal that has it, in every quote that goes on; not where nothing renews or changes."""
    sold = announced(("2027-01-15", 700))
    subject = standing(sold=sold)
    found = next_price(subject)
    assert found is not None
    assert (found.date, found.unit_price) == (dt.date(2027, 2, 1), money(700))
    quote = priced(subject, sold=sold, seats=12)
    (warning,) = quote.warnings
    assert warning.code is WarningCode.PRICE_CHANGES
    assert warning.detail == "From the renewal of 2027-02-01 on, a seat costs EUR 7.00 instead of EUR 6.00."
    assert next_price(standing(sold=sold, ends=True)) is None
    assert next_price(standing(sold=announced(("2027-01-15", 600)))) is None
    assert next_price(standing()) is None
