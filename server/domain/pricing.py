"""What a change of seats costs and does (D6–D9, D11). The same function prices the quote and the confirmation."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from contract.billing import Line
from contract.money import Money
from contract.problems import ProblemCode
from contract.quotes import QuoteWarning, RenewalForecast, WarningCode
from contract.subscription import PlanKind, SubscriptionStatus
from contract.arithmetic import plus, tax_on
from server.domain.periods import Period
from server.domain.proration import Holding, Share, line, prorate, share_of_days
from server.domain.refusals import Refusal
from server.domain.seats import Seats


@dataclass(frozen=True, slots=True)
class Facts:
    """What pricing needs to know of a subscription. `unit_price` is per seat and whole period; `tax_rate` in 0.01 %."""

    plan: str
    plan_kind: PlanKind
    status: SubscriptionStatus
    period: Period
    seats: Seats
    unit_price: Money | None
    tax_rate: int = 0
    ends: bool = False
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """Lines with their sum, the tax on the sum, and both together."""

    lines: tuple[Line, ...]
    net: Money
    tax: Money
    total: Money


class Effect(StrEnum):
    """What a change of seats comes to."""

    RAISE = "raise"
    REDUCE = "reduce"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class PricedChange:
    """One change with its price. `after` is the state of the seats once it is made, `activates` how many get a seat."""

    effect: Effect
    wanted: int
    before: Seats
    after: Seats
    effective: dt.date
    charge: Charge
    renewal: RenewalForecast | None
    warnings: tuple[QuoteWarning, ...]

    @property
    def activates(self) -> int:
        """How many unpaid users become active."""
        return self.after.active - self.before.active


def charge_of(lines: tuple[Line, ...], tax_rate: int, currency: str) -> Charge:
    """The sum of lines, with tax on the rounded net."""
    net = plus(Money(amount=0, currency=currency), *(each.amount for each in lines))
    tax = tax_on(net, tax_rate)
    return Charge(lines, net, tax, plus(net, tax))


def price_of_renewal(facts: Facts, period: Period) -> Charge:
    """What a whole new period costs for the next quantity (D13): the forecast and the invoice are the same sum."""
    price = _price(facts)
    quantity = facts.seats.at_renewal
    whole = Share(period.days, period.days, period.start, period.end)
    lines = (line(quantity, price, whole, description=f"{facts.plan}: renewal, {_seats(quantity)}"),)
    return charge_of(lines if quantity and price.amount else (), facts.tax_rate, price.currency)


def price_seats(facts: Facts, wanted: int, today: dt.date) -> PricedChange:
    """Price a new total of seats, counting today as left; raises Refusal when it can't be had this way."""
    _check_possible(facts, today)
    seats = facts.seats
    if wanted == (seats.paid if seats.scheduled is None else seats.scheduled):
        raise Refusal(ProblemCode.NOTHING_TO_CHANGE, f"It is {_seats(wanted)} already")
    if wanted > seats.paid:
        effect, after = Effect.RAISE, seats.raised(wanted)
    elif wanted == seats.paid:
        effect, after = Effect.KEEP, seats.kept()
    else:
        effect, after = Effect.REDUCE, seats.reduced(wanted)
    return PricedChange(
        effect=effect,
        wanted=wanted,
        before=seats,
        after=after,
        effective=today if effect is Effect.RAISE else facts.period.end,
        charge=_charge(facts, wanted, today),
        renewal=forecast(facts, after),
        warnings=tuple(_warnings(facts, effect, after)),
    )


def forecast(facts: Facts, seats: Seats) -> RenewalForecast | None:
    """The next renewal for these seats; none when the subscription ends with its period or costs nothing."""
    if facts.ends or facts.unit_price is None or facts.status is SubscriptionStatus.ENDED:
        return None
    price, quantity = facts.unit_price, seats.at_renewal
    net = Money(amount=price.amount * quantity, currency=price.currency)
    total = plus(net, tax_on(net, facts.tax_rate))
    return RenewalForecast(date=facts.period.end, seats=quantity, amount=total)


def _check_possible(facts: Facts, today: dt.date) -> None:
    if facts.plan_kind is not PlanKind.PAID:
        raise Refusal(
            ProblemCode.REDUCTION_NEEDS_CONTACT,
            f"Seats are not bought on this plan; write to {facts.contact}" if facts.contact else "Ask the vendor",
            contact=facts.contact,
        )
    if facts.seats.follow_users:
        raise Refusal(ProblemCode.SEATS_FOLLOW_USERS, "On this plan every user listed is a seat: add or remove users")
    if facts.status is not SubscriptionStatus.ACTIVE:
        raise Refusal(
            ProblemCode.SUBSCRIPTION_NOT_ACTIVE, f"The subscription is {facts.status}", status=facts.status.value
        )
    if today not in facts.period:
        raise Refusal(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "The renewal is being settled: ask again in a minute")


def _charge(facts: Facts, wanted: int, today: dt.date) -> Charge:
    price = _price(facts)
    seats = facts.seats
    added = seats.chargeable(wanted)
    lines = prorate(
        Holding(seats.paid, price),
        Holding(wanted, price),
        share_of_days(facts.period, today),
        already_paid=max(seats.high_water, seats.paid),
        description=f"{facts.plan}: {_seats(added)} added",
    )
    return charge_of(lines, facts.tax_rate, price.currency)


def _price(facts: Facts) -> Money:
    if facts.unit_price is None:
        message = f"plan {facts.plan!r} has no price for this cycle"
        raise ValueError(message)
    return facts.unit_price


def _warnings(facts: Facts, effect: Effect, after: Seats) -> list[QuoteWarning]:
    found = []
    if effect is Effect.REDUCE:
        found.append(
            QuoteWarning(
                code=WarningCode.NO_REFUND,
                detail=f"The seats stay yours until {facts.period.end}; nothing is refunded",
            )
        )
    if effect is not Effect.KEEP and facts.seats.scheduled is not None:
        found.append(
            QuoteWarning(
                code=WarningCode.REPLACES_REDUCTION,
                detail=f"Replaces the reduction to {_seats(facts.seats.scheduled)} on {facts.period.end}.",
            )
        )
    if after.not_paid:
        found.append(
            QuoteWarning(
                code=WarningCode.USERS_STAY_NOT_PAID,
                detail=f"{_users(after.not_paid)} no seat until {facts.period.end}.",
            )
        )
    return found


def _users(number: int) -> str:
    return "1 of the users listed still has" if number == 1 else f"{number} of the users listed still have"


def _seats(quantity: int) -> str:
    return f"{quantity} seat" if quantity == 1 else f"{quantity} seats"
