"""Proration (D11): what a change costs for the part of a period that is left, as lines anybody can recompute."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from contract.billing import Factor, Granularity, Line, Rounding
from contract.money import Money
from contract.arithmetic import rounded
from server.domain.periods import Period


class Decrease(StrEnum):
    """What happens to what was paid and is no longer wanted: nothing is refunded, or the rest is credited."""

    NONE = "none"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Rules:
    """The parameters of proration; the defaults are ours.

    `itemised` writes a credit as two lines, the old holding and the new one, even when their prices are equal.
    """

    rounding: Rounding = Rounding.HALF_UP
    decrease: Decrease = Decrease.NONE
    itemised: bool = False


OURS = Rules()
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
    end = end or period.end
    start = min(max(today, period.start), end)
    return Share((end - start).days, period.days, start, end, period)


def share_of_seconds(start: dt.datetime, end: dt.datetime, at: dt.datetime, until: dt.datetime | None = None) -> Share:
    """The whole seconds from a moment until the end of `[start, end)`, or until an earlier end."""
    until = until or end
    left, total = ((until - at) // _SECOND, (end - start) // _SECOND)
    days = Period(start.date(), max(end.date(), start.date() + dt.timedelta(days=1)))
    return Share(left, total, at.date(), until.date(), days, Granularity.SECOND)


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
    """
    if rules.decrease is Decrease.NONE:
        paid = before.quantity if already_paid is None else already_paid
        parts = [(max(0, after.quantity - paid), after.unit_price, charge or share)]
    elif rules.itemised or before.unit_price != after.unit_price:
        parts = [(-before.quantity, before.unit_price, share), (after.quantity, after.unit_price, charge or share)]
    else:
        parts = [(after.quantity - before.quantity, after.unit_price, share)]
    return tuple(_lines(parts, rules.rounding, description))


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
