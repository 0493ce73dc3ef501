"""Billing periods: half-open, in calendar days of the subscription's time zone, keeping their anchor day (D2, D3)."""

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from contract.sandbox import DURATION
from contract.subscription import BillingCycle

MONTHS = {BillingCycle.MONTHLY: 1, BillingCycle.ANNUAL: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """The days `[start, end)`; never empty."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            message = f"a period must end after it starts: {self.start} to {self.end}"
            raise ValueError(message)

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        """How many calendar days it has; the day a clock changes is one day like any other."""
        return (self.end - self.start).days

    def days_left(self, today: dt.date) -> int:
        """The days from today on, today included (D11): all of them before it starts, none after it ended."""
        return max(0, (self.end - max(today, self.start)).days)


def add_months(day: dt.date, months: int, anchor_day: int) -> dt.date:
    """The anchor day so many months later, or that month's last day when it is shorter (31 Jan → 28 Feb → 31 Mar)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(anchor_day, monthrange(year, month + 1)[1]))


def period_from(start: dt.date, cycle: BillingCycle, anchor_day: int | None = None) -> Period:
    """The period that starts on a day; without an anchor that day is the anchor."""
    return Period(start, add_months(start, MONTHS[cycle], anchor_day or start.day))


def next_period(period: Period, cycle: BillingCycle, anchor_day: int) -> Period:
    """The period that follows; the anchor day must be kept by the caller, since a short month hides it."""
    return period_from(period.end, cycle, anchor_day)


def running_end(period: Period, cycle: BillingCycle, anchor_day: int, today: dt.date) -> dt.date:
    """The end of the period that a day is in: this one's, or that of one after it which is not paid for yet."""
    while period.end <= today:
        period = next_period(period, cycle, anchor_day)
    return period.end


def local_date(now: dt.datetime, time_zone: str) -> dt.date:
    """The calendar day it is in a time zone (an IANA name) at a moment that knows its offset."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def start_of_day(day: dt.date, time_zone: str) -> dt.datetime:
    """The UTC moment a calendar day begins in a time zone; a skipped midnight counts as the moment of the skip."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(time_zone)).astimezone(dt.UTC)


def advance(now: dt.datetime, duration: str) -> dt.datetime:
    """A moment moved by an ISO 8601 duration: years and months by the calendar, the rest as elapsed time.

    Raises ValueError for a duration that is malformed, empty or leads past the year 9999.
    """
    found = re.fullmatch(DURATION.rstrip("$"), duration)
    parts = [int(part[:-1]) if part else 0 for part in found.group(1, 2, 3, 4, 6, 7, 8)] if found else []
    if not any(parts):
        message = f"not a duration that moves: {duration!r}"
        raise ValueError(message)
    years, months, weeks, days, hours, minutes, seconds = parts
    try:
        day = add_months(now.date(), 12 * years + months, now.day)
        elapsed = dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return dt.datetime.combine(day, now.timetz()) + elapsed
    except (OverflowError, ValueError) as error:
        message = f"too far ahead: {duration!r}"
        raise ValueError(message) from error
