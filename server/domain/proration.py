"""Proration (D11): what a change costs for the part of a period that is left, as lines anybody can recompute."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from contract.arithmetic import rounded
from contract.billing import Factor, Granularity, Line, Rounding
from contract.money import Money
from contract.subscription import BillingCycle
from server.domain.periods import MONTHS, Period, add_months, next_period, period_from


class Decrease(StrEnum):
    """What happens to what was paid and is no longer wanted: nothing is refunded, or the rest is credited."""

    NONE = "none"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Rules:
    """The parameters of proration; the defaults are ours.

    With credits, `itemised` writes two lines, the old holding and the new one, even when their prices are equal;
    `merged` writes one, the difference, even when they are not.
    """

    rounding: Rounding = Rounding.HALF_UP
    decrease: Decrease = Decrease.NONE
    itemised: bool = False
    merged: bool = False


OURS = Rules()
FIXED_DAYS = 30
"""How many days every month has when months are counted as equal."""

NOMINAL_DAYS = 365
"""How many days every year has when years are counted as equal."""

_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a period that is charged: `left` of `total` days or seconds, over the days `[start, end)` of it."""

    left: int
    total: int
    start: dt.date
    end: dt.date
    period: Period
    granularity: Granularity = Granularity.DAY

    @property
    def fraction(self) -> Fraction:
        """`left / total`, exactly."""
        return Fraction(self.left, self.total)


@dataclass(frozen=True, slots=True)
class Holding:
    """So many of something at a price for the whole period."""

    quantity: int
    unit_price: Money


def share_of_days(period: Period, today: dt.date, end: dt.date | None = None) -> Share:
    """The days from today (counted as left) until the end of the period, or until an earlier end."""
    start, end = _span(period, today, end)
    return Share((end - start).days, period.days, start, end, period)


def share_of_seconds(start: dt.datetime, end: dt.datetime, at: dt.datetime, until: dt.datetime | None = None) -> Share:
    """The whole seconds from a moment until the end of `[start, end)`, or until an earlier end.

    Seconds are those that elapse, whatever a clock shows; days are the days of the moments' own time zones.
    """
    until = max(min(until or end, end), start)
    at = min(max(at, start), until)
    days = Period(start.date(), max(end.date(), start.date() + dt.timedelta(days=1)))
    return Share(_seconds(at, until), _seconds(start, end), at.date(), until.date(), days, Granularity.SECOND)


def share_of_fixed_days(period: Period, today: dt.date, end: dt.date | None = None) -> Share:
    """The days from today until the end as if every month had thirty: a month's last day counts as its thirtieth.

    Raises ValueError for a period that is not of whole months.
    """
    months = _whole_months(period, f"months of {FIXED_DAYS} days")
    start, end = _span(period, today, end)
    total = FIXED_DAYS * months
    left = total if (start, end) == (period.start, period.end) else min(total, _fixed_day(end) - _fixed_day(start))
    return Share(left, total, start, end, period, Granularity.FIXED30)


def share_of_nominal_year(period: Period, today: dt.date, end: dt.date | None = None) -> Share:
    """The days from today until the end, of a year that always has 365: a month is a twelfth of it.

    No more than all of the period, so that the leap day costs nothing. Raises ValueError for a period that is not of
    whole months.
    """
    months = _whole_months(period, f"years of {NOMINAL_DAYS} days")
    start, end = _span(period, today, end)
    total = NOMINAL_DAYS * months
    left = total if (start, end) == (period.start, period.end) else min(total, 12 * (end - start).days)
    return Share(left, total, start, end, period)


def _whole_months(period: Period, what: str) -> int:
    months = 12 * (period.end.year - period.start.year) + period.end.month - period.start.month
    if months < 1 or add_months(period.start, months, max(period.start.day, period.end.day)) != period.end:
        message = f"{what} need a period of whole months, not {period.start} to {period.end}"
        raise ValueError(message)
    return months


def shares_billed(
    service: tuple[dt.date, dt.date | None],
    cycle: BillingCycle,
    anchor_day: int,
    today: dt.date,
    *,
    in_advance: bool = True,
) -> Iterator[Share]:
    """The shares of periods that have been billed by the end of a day for a service `[start, end)`, or without an end.

    Periods begin on the anchor day: of each month, or each year of the month the service starts in. The first and the
    last one may be billed in part. In advance a share is billed on its first day, otherwise on the day it has ended.
    """
    start, end = service
    anchor = add_months(start, 0, anchor_day)
    begins = anchor if anchor <= start else add_months(anchor, -MONTHS[cycle], anchor_day)
    period = period_from(begins, cycle, anchor_day)
    while True:
        first, last = max(period.start, start), period.end if end is None else min(period.end, end)
        if first >= last or today < (first if in_advance else last):
            return
        yield share_of_days(period, first, last)
        period = next_period(period, cycle, anchor_day)


def _span(period: Period, today: dt.date, end: dt.date | None) -> tuple[dt.date, dt.date]:
    last = max(min(end or period.end, period.end), period.start)
    return min(max(today, period.start), last), last


def _seconds(start: dt.datetime, end: dt.datetime) -> int:
    return (end.astimezone(dt.UTC) - start.astimezone(dt.UTC)) // _SECOND


def _fixed_day(day: dt.date) -> int:
    is_last = day.day == monthrange(day.year, day.month)[1]
    return FIXED_DAYS * (12 * day.year + day.month) + (FIXED_DAYS if is_last else day.day)


def prorate(
    before: Holding,
    after: Holding,
    share: Share,
    *,
    rules: Rules = OURS,
    already_paid: int | None = None,
    charge: Share | None = None,
    description: str = "",
) -> tuple[Line, ...]:
    """The lines of a change from one holding to another, each rounded by itself; their sum is the net.

    Without credits only what exceeds `already_paid` (the high-water mark; by default what was held) is charged, at the
    new price. With credits the rest of the old holding is credited for `share` and the new one charged for `charge`
    (by default the same share), or just the difference while the price stays. Lines of nothing are left out.
    Raises ValueError when one merged line would have to be for two different shares.
    """
    if rules.decrease is Decrease.NONE:
        paid = before.quantity if already_paid is None else already_paid
        parts = [(max(0, after.quantity - paid), after.unit_price, charge or share)]
    elif rules.merged:
        parts = [_difference(before, after, share, charge)]
    elif rules.itemised or before.unit_price != after.unit_price:
        parts = [(-before.quantity, before.unit_price, share), (after.quantity, after.unit_price, charge or share)]
    else:
        parts = [(after.quantity - before.quantity, after.unit_price, share)]
    return tuple(_lines(parts, rules.rounding, description))


def _difference(before: Holding, after: Holding, share: Share, charge: Share | None) -> tuple[int, Money, Share]:
    if charge not in {None, share}:
        message = "one line can't be for two different shares of a period"
        raise ValueError(message)
    if before.unit_price == after.unit_price:
        return after.quantity - before.quantity, after.unit_price, share
    more = after.quantity * after.unit_price.amount - before.quantity * before.unit_price.amount
    return 1 if more > 0 else -1, Money(amount=abs(more), currency=after.unit_price.currency), share


def _lines(parts: list[tuple[int, Money, Share]], rounding: Rounding, description: str) -> Iterator[Line]:
    for quantity, price, share in parts:
        if quantity and price.amount:
            yield line(quantity, price, share, rounding=rounding, description=description)


def whole(period: Period) -> Share:
    """All of a period."""
    return Share(period.days, period.days, period.start, period.end, period)


def line(
    quantity: int,
    unit_price: Money,
    share: Share,
    *,
    rounding: Rounding = Rounding.HALF_UP,
    description: str = "",
    credits: tuple[str, ...] = (),  # noqa: A002 - the field's name on the wire
    user_id: str | None = None,
) -> Line:
    """One line: `unit × quantity × left / total`, rounded to the minor unit."""
    exact = unit_price.amount * quantity * share.fraction
    return Line(
        description=description,
        quantity=quantity,
        unit_price=unit_price,
        factor=Factor(numerator=share.left, denominator=share.total),
        granularity=share.granularity,
        rounding=rounding,
        service_start=share.start,
        service_end=share.end,
        period_start=share.period.start,
        period_end=share.period.end,
        amount=Money(amount=rounded(exact, rounding), currency=unit_price.currency),
        credits=credits,
        user_id=user_id,
    )
