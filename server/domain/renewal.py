"""Renewals (D13): what the next period costs and what it brings. The forecast is the renewal, done without doing it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from contract.billing import Line
from contract.quotes import RenewalForecast
from contract.subscription import PlanKind, SubscriptionStatus
from server.domain.charging import Charge
from server.domain.periods import Period
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

    The quantity is the larger of the scheduled seats and the users listed. Where nothing is paid, nothing is charged.
    """
    period = period or standing.following
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
    )
    return Renewal(period, charge, after)


def renewals(standing: Standing, market: Market) -> Iterator[Renewal]:
    """Every renewal from now on if nothing changes: none when it ends, or nothing is paid."""
    while standing.renews:
        found = renewal(standing, market)
        yield found
        standing = found.after


def forecast(standing: Standing, market: Market) -> RenewalForecast | None:
    """The next one, in short."""
    found = next(renewals(standing, market), None)
    if found is None:
        return None
    return RenewalForecast(date=found.period.start, seats=found.after.seats.paid, amount=found.charge.due)
