"""Proration: other systems' numbers, its own properties, and what a period is divided into."""

import datetime as dt
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract.arithmetic import plus, recomputed, rounded, tax_on
from contract.billing import Granularity, Rounding
from contract.money import Money
from contract.subscription import BillingCycle
from server.domain.periods import Period, period_from
from server.domain.proration import (
    Decrease,
    Holding,
    Rules,
    Share,
    line,
    prorate,
    share_of_days,
    share_of_fixed_days,
    share_of_seconds,
    shares_billed,
    whole,
)
from server.operations.check_prices import check_prices

DATA = Path(__file__).parents[2] / "data"
JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1))


@pytest.mark.parametrize("name", ["proration.json", "own_prices.json"])
def test_agrees_with_worked_prices(name: str) -> None:
    """Every entry, from other billing systems and computed by hand, comes out as it says (D11)."""
    report = check_prices(DATA / name)
    assert report.findings == ()
    assert report.summary[-1].endswith("0 differ, 0 could not be computed")


def test_the_last_lowest_unit_is_not_lost_by_any_rounding() -> None:
    """Halves go away from zero, to even, or are cut off; on both sides of zero alike."""
    halves = [Fraction(-5, 2), Fraction(-3, 2), Fraction(-1, 2), Fraction(1, 2), Fraction(3, 2), Fraction(5, 2)]
    assert [rounded(half, Rounding.HALF_UP) for half in halves] == [-3, -2, -1, 1, 2, 3]
    assert [rounded(half, Rounding.HALF_EVEN) for half in halves] == [-2, -2, 0, 0, 2, 2]
    assert [rounded(half, Rounding.DOWN) for half in halves] == [-2, -1, 0, 0, 1, 2]


def test_tax_is_taken_on_the_rounded_net() -> None:
    """A rate of 19.60 % on 3.33 is 0.65: hundredths of a percent, rounded once."""
    assert tax_on(Money(amount=333, currency="EUR"), 1960) == Money(amount=65, currency="EUR")
    assert tax_on(Money(amount=333, currency="EUR"), 0).amount == 0


def test_currencies_do_not_mix() -> None:
    """Yen and dinars can't be added up."""
    with pytest.raises(ValueError, match="one currency"):
        plus(Money(amount=1, currency="JPY"), Money(amount=1, currency="KWD"))


def test_seconds_are_finer_than_days() -> None:
    """By seconds, half a day is half a day's price; by days, today counts whole."""
    start, end = dt.datetime(2026, 6, 1, tzinfo=dt.UTC), dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    noon = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
    by_seconds = share_of_seconds(start, end, noon)
    assert (by_seconds.fraction, by_seconds.granularity) == (Fraction(1, 60), Granularity.SECOND)
    assert share_of_days(Period(start.date(), end.date()), noon.date()).fraction == Fraction(1, 30)


PRICES = st.builds(Money, amount=st.integers(0, 10**9), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
SHARES = st.integers(1, 366).flatmap(
    lambda total: st.integers(0, total).map(lambda left: Share(left, total, JANUARY.start, JANUARY.end, JANUARY))
)


@given(PRICES, st.integers(-1000, 10**6), SHARES, st.sampled_from(Rounding))
def test_a_line_is_recomputed_from_itself(price: Money, quantity: int, share: Share, rounding: Rounding) -> None:
    """A line's own JSON gives its amount again, less than one minor unit from the exact value."""
    found = line(quantity, price, share, rounding=rounding)
    assert recomputed(type(found).model_validate_json(found.model_dump_json())) == found.amount.amount
    assert abs(found.amount.amount - price.amount * quantity * share.fraction) < 1
    assert found.amount.currency == price.currency


def test_elapsed_seconds_not_what_a_clock_shows() -> None:
    """The night a clock is put forward lacks an hour, also when both moments are told in that time zone."""
    zone = ZoneInfo("Europe/Berlin")
    start, end = (dt.datetime(2026, 3, day, tzinfo=zone) for day in (29, 30))
    share = share_of_seconds(start, end, start)
    assert (share.left, share.total) == (23 * 3600, 23 * 3600)
    assert (share.start, share.end) == (start.date(), end.date())


@given(DAYS, st.sampled_from(BillingCycle), st.integers(0, 400), st.integers(0, 400))
def test_a_share_never_exceeds_its_period(first: dt.date, cycle: BillingCycle, before: int, after: int) -> None:
    """Whatever days are asked for, by calendar days or months of thirty: from nothing to all, and less every day."""
    period = period_from(first, cycle)
    day = period.start + dt.timedelta(days=before - 20)
    for share_of in (share_of_days, share_of_fixed_days):
        share = share_of(period, day, day + dt.timedelta(days=after))
        assert 0 <= share.fraction <= 1
        assert period.start <= share.start <= share.end <= period.end
        assert share_of(period, day + dt.timedelta(days=1)).fraction <= share_of(period, day).fraction
        assert share_of(period, period.start) == share_of(period, period.start, period.end)
        assert share_of(period, period.start).fraction == 1


def test_months_of_thirty_days_need_months() -> None:
    """A week can't be told in months that all have thirty days."""
    with pytest.raises(ValueError, match="whole months"):
        share_of_fixed_days(Period(dt.date(2026, 6, 1), dt.date(2026, 6, 8)), dt.date(2026, 6, 2))


@given(DAYS, st.integers(1, 800), st.sampled_from(BillingCycle), st.integers(1, 31))
def test_billed_in_advance_and_in_arrear_is_the_same_in_the_end(
    start: dt.date, days: int, cycle: BillingCycle, anchor: int
) -> None:
    """The shares cover the service without a gap, each within its own period, whenever they are billed."""
    end = start + dt.timedelta(days=days)
    shares = list(shares_billed((start, end), cycle, anchor, end))
    assert shares == list(shares_billed((start, end), cycle, anchor, end, in_advance=False))
    assert [each.start for each in shares] == [start, *(each.end for each in shares[:-1])]
    assert shares[-1].end == end
    assert sum(each.left for each in shares) == days
    assert all(each.fraction == 1 for each in shares[1:-1])


@given(PRICES, PRICES, st.integers(0, 1000), st.integers(0, 1000), SHARES)
def test_a_merged_change_is_one_line(before: Money, after: Money, held: int, wanted: int, share: Share) -> None:
    """One line says the difference, can be recomputed, and differs by less than 2 from two lines rounded each."""
    assume(before.currency == after.currency)
    holdings = Holding(held, before), Holding(wanted, after)
    merged = prorate(*holdings, share, rules=Rules(decrease=Decrease.CREDIT, merged=True))
    itemised = prorate(*holdings, share, rules=Rules(decrease=Decrease.CREDIT, itemised=True))
    assert len(merged) == (held * before.amount != wanted * after.amount)
    assert all(recomputed(each) == each.amount.amount for each in merged)
    assert abs(sum(each.amount.amount for each in merged) - sum(each.amount.amount for each in itemised)) < 2


def test_a_merged_change_is_of_one_share() -> None:
    """A line has one factor: crediting a part and charging a whole period takes two."""
    one = Holding(1, Money(amount=100, currency="EUR"))
    part = share_of_days(JANUARY, dt.date(2026, 1, 11))
    rules = Rules(decrease=Decrease.CREDIT, merged=True)
    with pytest.raises(ValueError, match="two different shares"):
        prorate(one, one, part, rules=rules, charge=whole(JANUARY))
