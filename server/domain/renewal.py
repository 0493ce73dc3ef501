"""Renewals (D13): what the next period costs and what it brings. The forecast is the renewal, done without doing it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from contract.billing import MAX_FORECAST, Line
from contract.money import Money
from contract.quotes import RenewalForecast
from contract.subscription import PlanKind, PriceChange, SubscriptionStatus
from server.domain.arrears import arrears_lines
from server.domain.charging import Charge
from server.domain.periods import Period, period_from
from server.domain.plans import Market
from server.domain.proration import line, whole
from server.domain.subscription_state import Standing
from server.domain.wording import seats_in_words


@dataclass(frozen=True, slots=True)
class Renewal:
    """A period, what it costs, and how the subscription stands once that is paid."""

    period: Period
    charge: Charge
    after: Standing


def renewal(standing: Standing, market: Market, period: Period | None = None) -> Renewal:
    """The next period, or another one that begins instead: the next quantity for all of it, everybody active.

    The quantity is the larger of the scheduled seats and the users listed, the price what they were bought at, unless
    another was announced for this period. Where nothing is paid, nothing is charged.
    """
    period = period or standing.following
    standing = replace(standing, unit_price=standing.price_from(period.start))
    quantity = standing.seats.at_renewal if standing.plan.kind is PlanKind.PAID else standing.seats.paid
    lines: tuple[Line, ...] = ()
    if quantity and standing.price.amount:
        what = f"{standing.plan.name}: renewal, {seats_in_words(quantity)}"
        lines = (line(quantity, standing.price, whole(period), description=what),)
    charge = standing.charge(lines, market)
    after = replace(
        standing,
        status=SubscriptionStatus.ACTIVE,
        period=period,
        seats=standing.seats.began(quantity),
        credit=standing.credit - charge.credit_applied.amount,
        paid_by=(),
        owed=None,
    )
    return Renewal(period, charge, after)


def recovery(standing: Standing, market: Market, today: dt.date) -> Renewal:
    """What paying for a refused renewal comes to today.

    The period that has begun, all of it; once access was lost a new period from today, and the days of service before.
    """
    if standing.status is SubscriptionStatus.PAST_DUE:
        return renewal(standing, market)
    found = renewal(standing, market, period_from(today, standing.cycle))
    charge = standing.charge((*arrears_lines(standing, today), *found.charge.lines), market)
    credit = standing.credit - charge.credit_applied.amount
    return replace(found, charge=charge, after=replace(found.after, anchor_day=today.day, credit=credit))


def overdue(standing: Standing, market: Market, today: dt.date) -> Money | None:
    """What is overdue, as it would be paid today: a refused renewal, or service that was never paid for."""
    if standing.status in {SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED}:
        return recovery(standing, market, today).charge.due
    return standing.charge(arrears_lines(standing), market).due if standing.owed else None


def renewals(standing: Standing, market: Market) -> Iterator[Renewal]:
    """Every renewal from now on if nothing changes: none when it ends, or nothing is paid."""
    while standing.renews:
        found = renewal(standing, market)
        yield found
        standing = found.after


def forecast(standing: Standing, market: Market) -> RenewalForecast | None:
    """The next one, in short: what it costs, what credit pays of it, and from when on no credit pays anything.

    Whoever says what is to be paid says this: quotes, the overview, the command line.
    """
    found = next(coming := renewals(standing, market), None)
    if found is None:
        return None
    charge = found.charge
    in_full = (each.period.start for each in islice(chain((found,), coming), MAX_FORECAST) if not _uses_credit(each))
    return RenewalForecast(
        date=found.period.start,
        seats=found.after.seats.paid,
        amount=charge.total,
        credit_applied=charge.credit_applied,
        due=charge.due,
        full_from=next(in_full, None),
    )


def _uses_credit(found: Renewal) -> bool:
    return found.charge.credit_applied.amount > 0


def next_price(standing: Standing) -> PriceChange | None:
    """The next renewal at which a seat costs something else, as far as that is announced."""
    announced = standing.plan.announced.get(standing.cycle, ())
    while standing.renews and any(since > standing.period.start for since, _ in announced):
        period = standing.following
        price = standing.price_from(period.start)
        if price is not None and price != standing.unit_price:
            return PriceChange(date=period.start, unit_price=price)
        standing = replace(standing, period=period)
    return None
