"""Periods keep their anchor day, days are the time zone's, durations follow the calendar."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.subscription import BillingCycle
from server.domain.periods import (
    Period,
    add_months,
    advance,
    local_date,
    next_period,
    period_from,
    start_of_day,
)

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1))
CYCLES = st.sampled_from(BillingCycle)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_months_keep_the_31st() -> None:
    """A month that is too short bills on its last day and the anchor comes back after it (D3)."""
    period = period_from(_day("2027-01-31"), BillingCycle.MONTHLY)
    ends = []
    for _ in range(4):
        ends.append(period.end.isoformat())
        period = next_period(period, BillingCycle.MONTHLY, 31)
    assert ends == ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]


def test_leap_days_come_back() -> None:
    """A yearly subscription from 29 February bills on the 28th in other years and on the 29th in the next leap year."""
    period = period_from(_day("2024-02-29"), BillingCycle.ANNUAL)
    ends = [period.end.isoformat()]
    for _ in range(3):
        period = next_period(period, BillingCycle.ANNUAL, 29)
        ends.append(period.end.isoformat())
    assert ends == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


@given(DAYS, CYCLES, st.integers(1, 40))
def test_periods_are_seamless(start: dt.date, cycle: BillingCycle, count: int) -> None:
    """Each period starts where the last one ended, and none drifts from its anchor day."""
    period = period_from(start, cycle)
    for _ in range(count):
        following = next_period(period, cycle, start.day)
        assert following.start == period.end
        assert following.end.day == start.day or add_months(following.end, 0, 31) == following.end
        period = following


@given(DAYS, CYCLES, DAYS)
def test_a_day_is_left_or_gone(start: dt.date, cycle: BillingCycle, today: dt.date) -> None:
    """Today counts as left; before the period all its days are left and after it none."""
    period = period_from(start, cycle)
    left = period.days_left(today)
    if today in period:
        assert left == period.days - (today - start).days
        assert left >= 1
    else:
        assert left == (period.days if today < start else 0)


def test_the_day_the_clock_changes_is_one_day() -> None:
    """A month with a daylight saving change has its calendar days, 23-hour day or not (D2)."""
    march = Period(_day("2026-03-01"), _day("2026-04-01"))
    zone = "Europe/Paris"
    assert march.days == 31
    length = start_of_day(_day("2026-03-30"), zone) - start_of_day(_day("2026-03-29"), zone)
    assert length == dt.timedelta(hours=23)
    assert march.days_left(_day("2026-03-29")) - march.days_left(_day("2026-03-30")) == 1


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("UTC", "2026-11-15"), ("Pacific/Kiritimati", "2026-11-16"), ("America/Los_Angeles", "2026-11-15")],
)
def test_today_depends_on_where_the_subscription_lives(zone: str, expected: str) -> None:
    """The billing day is the calendar day in the subscription's own time zone (D2)."""
    now = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)
    assert local_date(now, zone) == _day(expected)


@given(DAYS, st.sampled_from(["UTC", "Europe/Paris", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Auckland"]))
def test_a_day_starts_on_that_day(day: dt.date, zone: str) -> None:
    """The moment a day starts lies on it, and a second earlier does not, also where midnight is skipped."""
    start = start_of_day(day, zone)
    assert local_date(start, zone) == day
    assert local_date(start - dt.timedelta(seconds=1), zone) < day


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("P1M", "2026-02-28T10:30:00+00:00"),
        ("P1Y", "2027-01-31T10:30:00+00:00"),
        ("P1M1D", "2026-03-01T10:30:00+00:00"),
        ("P2W", "2026-02-14T10:30:00+00:00"),
        ("P3DT2H", "2026-02-03T12:30:00+00:00"),
        ("PT90M5S", "2026-01-31T12:00:05+00:00"),
    ],
)
def test_durations_follow_the_calendar(duration: str, expected: str) -> None:
    """Months keep the day where the month has it; weeks, days and times are elapsed time."""
    assert advance(dt.datetime(2026, 1, 31, 10, 30, tzinfo=dt.UTC), duration).isoformat() == expected


@pytest.mark.parametrize("duration", ["", "P", "PT", "P0D", "1M", "P-1M", "P1.5D", "P9999Y", "PT1H\n"])
def test_a_duration_must_move(duration: str) -> None:
    """What is malformed, empty or beyond the calendar is refused."""
    with pytest.raises(ValueError, match=r"duration|far"):
        advance(dt.datetime(2026, 1, 31, tzinfo=dt.UTC), duration)


def test_a_period_is_never_empty() -> None:
    """A period that ends when it starts can't be made."""
    with pytest.raises(ValueError, match="must end after"):
        Period(_day("2026-01-01"), _day("2026-01-01"))
