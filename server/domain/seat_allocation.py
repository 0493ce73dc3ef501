"""What it comes to when people join: the seats that are short, what paying for them takes, what the renewal adds."""

import datetime as dt
from dataclasses import dataclass, replace

from contract.money import Money
from contract.subscription import PlanKind, SubscriptionStatus
from server.domain.charging import charge_for
from server.domain.plans import Market
from server.domain.proration import line, share_of_days
from server.domain.renewal import forecast
from server.domain.subscription_state import Standing


@dataclass(frozen=True, slots=True)
class Joining:
    """So many people on a subscription: `short` of them find no free seat.

    `pay_now` is what paying for these would take today, with tax and after credit; `renewal_adds` by how much the
    renewal on `renewal_date` grows, before a credit pays some of it. None where nothing can be paid, or nothing renews.
    """

    free: int
    short: int
    pay_now: Money | None = None
    renewal_adds: Money | None = None
    renewal_date: dt.date | None = None


def joining(standing: Standing, people: int, today: dt.date, market: Market) -> Joining:
    """What it comes to when so many people join now (D13, D15)."""
    seats = standing.seats
    free = max(0, seats.paid - seats.listed)
    if standing.plan.kind is not PlanKind.PAID:
        return Joining(free, 0)
    short = max(0, people - free)
    joined = replace(seats, active=seats.active + people - short, not_paid=seats.not_paid + short)
    now, then = forecast(standing, market), forecast(replace(standing, seats=joined), market)
    if now is None or then is None:
        return Joining(free, short, paying_for(standing, short, today, market))
    adds = Money(amount=then.amount.amount - now.amount.amount, currency=standing.currency)
    return Joining(free, short, paying_for(standing, short, today, market), adds, then.date)


def paying_for(standing: Standing, users: int, today: dt.date, market: Market) -> Money | None:
    """What paying for so many unpaid users takes: one line, rounded once, as the quote will have it (D15)."""
    net = seats_price(standing, users, today)
    return charge_for(net, market.tax_rate, standing.credit).due if users and net is not None else None


def seat_price(standing: Standing, today: dt.date) -> Money | None:
    """One seat for the rest of the period, rounded, without tax; none when nothing can be paid for."""
    return seats_price(standing, 1, today)


def seats_price(standing: Standing, seats: int, today: dt.date) -> Money | None:
    """So many seats for the rest of the period, rounded together, without tax; none when nothing can be paid for."""
    payable = standing.status is SubscriptionStatus.ACTIVE and standing.unit_price and today in standing.period
    return line(seats, standing.price, share_of_days(standing.period, today)).amount if payable else None
