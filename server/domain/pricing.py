"""What a change costs and does (D4-D15). The same function prices the quote and the confirmation (D6)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from contract.arithmetic import split
from contract.billing import Line, UserShare
from contract.money import Money
from contract.problems import ProblemCode
from contract.quotes import Change, QuoteWarning, Start
from contract.subscription import BillingCycle, PlanKind, SubscriptionStatus
from server.domain.arrears import arrears_lines, arrears_of
from server.domain.charging import Charge
from server.domain.errors import Refusal
from server.domain.periods import period_from
from server.domain.plan_transitions import by_contract, check_move, starts_anew
from server.domain.plans import Market, PlanTerms
from server.domain.proration import Holding, Share, line, prorate, share_of_days, whole
from server.domain.renewal import recovery
from server.domain.subscription_state import Standing
from server.domain.warnings import warnings_of
from server.domain.wording import seats_in_words


@dataclass(frozen=True, slots=True)
class Payee:
    """An unpaid user somebody wants to pay for."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PricedChange:
    """One change with its price: how the subscription stands before and after, and from which day it counts.

    `owed` is what it leaves to be paid: days that were used after a renewal was refused.
    """

    before: Standing
    after: Standing
    effective: dt.date
    charge: Charge
    warnings: tuple[QuoteWarning, ...]
    owed: Money | None = None

    @property
    def activates(self) -> int:
        """How many unpaid users become active."""
        return max(0, self.after.seats.active - self.before.seats.active)


def price_change(
    standing: Standing, change: Change, today: dt.date, market: Market, payees: Sequence[Payee] = ()
) -> PricedChange:
    """Price a change, counting today as left; raises Refusal when it can't be had this way.

    `payees` are the unpaid users that `pay_users` comes to.
    """
    by_contract(standing, market)
    if change.start is not None:
        after, charge = _started(standing, change.start, today, market)
    elif change.cancel:
        after, charge = _cancelled(standing, today), standing.charge((), market)
    elif change.resume:
        after, charge = _resumed(standing, today), standing.charge((), market)
    elif change.pay_overdue:
        after, charge = _recovered(standing, today, market)
    elif change.pay_users is not None:
        after, charge = _paid_for(standing, payees, today, market)
    else:
        after, charge = _on_terms(standing, change, today, market)
    after = replace(after, credit=standing.credit - charge.credit_applied.amount)
    at_once = bool(charge.lines) or _differs_today(standing, after)
    owed = standing.charge(arrears_lines(after), market).due if change.cancel and after.owed else None
    return PricedChange(
        before=standing,
        after=after,
        effective=today if at_once else standing.period.end,
        charge=charge,
        warnings=tuple(warnings_of(standing, after, charge, owed)),
        owed=owed,
    )


def _differs_today(before: Standing, after: Standing) -> bool:
    now = [(each.plan.id, each.cycle, each.status, each.period, each.seats.paid) for each in (before, after)]
    return now[0] != now[1]


# New terms: seats, plan, cycle.


def _on_terms(standing: Standing, change: Change, today: dt.date, market: Market) -> tuple[Standing, Charge]:
    if standing.plan.kind is PlanKind.FREE:
        if change.plan is None:
            raise Refusal(ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS, f"{standing.plan.name} has no seats to choose")
        cycle = change.billing_cycle or BillingCycle.MONTHLY
        return _started(
            standing, Start(plan=change.plan, billing_cycle=cycle, seats=change.seats or None), today, market
        )
    _check_running(standing, today)
    plan = market.plan(standing.plan.id if change.plan is None else change.plan)
    cycle = change.billing_cycle or standing.cycle
    if (plan.id, cycle) == (standing.plan.id, standing.cycle):
        if change.seats is None:
            raise Refusal(ProblemCode.NOTHING_TO_CHANGE, f"It is {plan.name}, {cycle.value}, already")
        return _other_seats(standing, change.seats, today, market)
    check_move(standing, plan, cycle, market)
    if change.seats is not None and plan.follow_users:
        raise _seats_follow()
    if standing.ends and change.seats is not None and change.seats < standing.seats.held:
        raise _no_renewal(standing, "fewer seats wait for a renewal")
    if cycle is standing.cycle:
        return _other_plan(standing, plan, change.seats, today, market)
    return _other_cycle(standing, (plan, cycle), change.seats, today, market)


def _other_seats(standing: Standing, wanted: int, today: dt.date, market: Market) -> tuple[Standing, Charge]:
    """More at once (D7), fewer at the renewal (D8), or a scheduled reduction taken back."""
    if standing.plan.follow_users:
        raise _seats_follow()
    seats = standing.seats
    lower = seats.reduced(wanted) if wanted < seats.paid else None
    if lower is not None and standing.ends:
        raise _no_renewal(standing, "fewer seats wait for a renewal")
    if wanted == seats.scheduled:
        detail = f"It goes down to {seats_in_words(wanted)} on {standing.period.end} already"
        raise Refusal(ProblemCode.NOTHING_TO_CHANGE, detail)
    if wanted == seats.paid and seats.scheduled is None:
        raise Refusal(ProblemCode.NOTHING_TO_CHANGE, f"It is {seats_in_words(wanted)} already")
    if lower is not None:
        return replace(standing, seats=lower), standing.charge((), market)
    after = seats.raised(wanted) if wanted > seats.paid else seats.kept()
    lines = prorate(
        Holding(seats.paid, standing.price),
        Holding(wanted, standing.price),
        share_of_days(standing.period, today),
        already_paid=seats.held,
        description=f"{standing.plan.name}: {seats_in_words(seats.chargeable(wanted))} added",
    )
    return replace(standing, seats=after), standing.charge(lines, market)


def _other_plan(
    standing: Standing, plan: PlanTerms, wanted: int | None, today: dt.date, market: Market
) -> tuple[Standing, Charge]:
    """Another plan for the rest of the period: what was paid is credited, the new price charged (D10)."""
    seats, price = standing.seats, _price(plan, standing.cycle, today)
    quantity = max(seats.held, wanted or 0)
    share = share_of_days(standing.period, today)
    lines = (
        *_credit(standing, share, standing.seats.held),
        line(quantity, price, share, description=f"{plan.name}: {seats_in_words(quantity)}"),
    )
    moved = replace(seats, paid=quantity, high_water=quantity, scheduled=None, granted=0)
    moved = replace(moved, follow_users=plan.follow_users).seated()
    later = wanted
    if wanted is None and (seats.scheduled is not None or seats.follow_users):
        later = seats.at_renewal if seats.follow_users else seats.scheduled
    if later is not None and later < quantity:
        moved = moved.reduced(later) if wanted is not None else replace(moved, scheduled=later)
    after = replace(standing, plan=plan, unit_price=price, seats=moved)
    return after, standing.charge(_real(lines), market)


def _other_cycle(
    standing: Standing, terms: tuple[PlanTerms, BillingCycle], wanted: int | None, today: dt.date, market: Market
) -> tuple[Standing, Charge]:
    """A new period from today, charged whole for its next quantity (D10).

    The rest of the old one is credited for the seats that go on; one that a reduction takes away is not refunded (D8).
    """
    plan, cycle = terms
    quantity = standing.seats.at_renewal if wanted is None else wanted
    after, charged = _new_period(standing, plan, cycle, quantity, today)
    goes_on = min(standing.seats.held, quantity)
    credited = _credit(standing, share_of_days(standing.period, today), goes_on)
    return after, standing.charge(_real((*credited, charged)), market)


# The other changes.


def _started(standing: Standing, start: Start, today: dt.date, market: Market) -> tuple[Standing, Charge]:
    """A first period, or the first after the end (D12)."""
    if not starts_anew(standing):
        detail = f"It is {standing.plan.name}, {standing.status.value.replace('_', ' ')}"
        raise Refusal(ProblemCode.ALREADY_SUBSCRIBED, detail)
    plan = market.plan(start.plan)
    check_move(standing, plan, start.billing_cycle, market)
    if start.seats is not None and plan.follow_users:
        raise _seats_follow()
    listed = standing.seats.listed
    quantity = listed if plan.follow_users else start.seats or max(1, listed)
    after, charged = _new_period(standing, plan, start.billing_cycle, quantity, today)
    after = replace(after, status=SubscriptionStatus.ACTIVE, ends=False, owed=None)
    return after, standing.charge((*arrears_lines(standing, today), *_real((charged,))), market)


def _paid_for(standing: Standing, payees: Sequence[Payee], today: dt.date, market: Market) -> tuple[Standing, Charge]:
    """A seat for each of these users for the rest of the period: one line, with what each one's share is (D15)."""
    if standing.plan.kind is PlanKind.FREE:
        raise Refusal(ProblemCode.NOTHING_TO_CHANGE, "Nobody needs to be paid for on this plan")
    _check_running(standing, today)
    if not payees:
        raise Refusal(ProblemCode.NOTHING_TO_CHANGE, "Nobody is NOT PAID")
    seats = f"a seat for {payees[0].name}" if len(payees) == 1 else f"seats for {len(payees)} users"
    share = share_of_days(standing.period, today)
    paid = line(len(payees), standing.price, share, description=f"{standing.plan.name}: {seats}")
    shares = tuple(
        UserShare(user_id=payee.id, name=payee.name, amount=amount)
        for payee, amount in zip(payees, split(paid.amount, len(payees)), strict=True)
    )
    lines = _real((paid.model_copy(update={"shares": shares}),))
    return replace(standing, seats=standing.seats.paying(len(payees))), standing.charge(lines, market)


def _recovered(standing: Standing, today: dt.date, market: Market) -> tuple[Standing, Charge]:
    """The renewal that was refused (D13), or what a subscription that has ended left owing."""
    if standing.status is SubscriptionStatus.ENDED and standing.owed is not None:
        return replace(standing, owed=None), standing.charge(arrears_lines(standing), market)
    if standing.status not in {SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED}:
        raise Refusal(ProblemCode.NOTHING_TO_CHANGE, "Nothing is overdue")
    found = recovery(standing, market, today)
    return found.after, found.charge


def _cancelled(standing: Standing, today: dt.date) -> Standing:
    """No further period; one that is not paid for ends at once (D12), and the days it was used stay owed (D13)."""
    if standing.plan.kind is PlanKind.FREE or standing.ends or standing.status is SubscriptionStatus.ENDED:
        runs = standing.ends and standing.status is not SubscriptionStatus.ENDED
        detail = f"It ends on {standing.period.end} already" if runs else "Nothing to cancel"
        raise Refusal(ProblemCode.NOTHING_TO_CHANGE, detail)
    if standing.status is SubscriptionStatus.ACTIVE:
        _check_running(standing, today)
        return replace(standing, ends=True)
    owed = arrears_of(standing, today + dt.timedelta(days=1))
    seats = replace(standing.seats, scheduled=None, late=0)
    return replace(standing, status=SubscriptionStatus.ENDED, seats=seats, owed=owed)


def _resumed(standing: Standing, today: dt.date) -> Standing:
    if standing.status is SubscriptionStatus.ENDED:
        detail = "The subscription has ended and has to be started again"
        raise Refusal(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, detail, status=standing.status.value)
    if not standing.ends:
        raise Refusal(ProblemCode.NOTHING_TO_CHANGE, "It is not cancelled")
    _check_running(standing, today)
    return replace(standing, ends=False)


# What they share.


def _new_period(
    standing: Standing, plan: PlanTerms, cycle: BillingCycle, quantity: int, today: dt.date
) -> tuple[Standing, Line]:
    """How it stands once a period begins today with so many seats, and the line that charges all of it."""
    if quantity < standing.seats.listed:
        standing.seats.reduced(quantity)
    period, price = period_from(today, cycle), _price(plan, cycle, today)
    after = replace(
        standing,
        plan=plan,
        cycle=cycle,
        unit_price=price,
        period=period,
        anchor_day=today.day,
        seats=standing.seats.began(quantity, follow_users=plan.follow_users),
        paid_by=(),
    )
    what = f"{plan.name}, {cycle.value}: {seats_in_words(quantity)}"
    return after, line(quantity, price, whole(period), description=what)


def _credit(standing: Standing, share: Share, quantity: int) -> tuple[Line, ...]:
    """What is left of so many of the seats that were charged in this period: nothing of those that were granted."""
    quantity = min(quantity, standing.seats.invoiced)
    what = f"{standing.plan.name}, {standing.cycle.value}: the rest of {seats_in_words(quantity)} credited"
    return _real((line(-quantity, standing.price, share, description=what, credits=standing.paid_by),))


def _price(plan: PlanTerms, cycle: BillingCycle, today: dt.date) -> Money:
    """The price of a seat bought today; that the cycle is sold was checked before."""
    price = plan.price_on(cycle, today)
    assert price is not None
    return price


def _real(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Without lines of nothing."""
    return tuple(each for each in lines if each.quantity and each.unit_price.amount)


def _check_running(standing: Standing, today: dt.date) -> None:
    status = standing.status
    if status is not SubscriptionStatus.ACTIVE:
        sentences = {
            SubscriptionStatus.PAST_DUE: "The overdue amount has to be paid first",
            SubscriptionStatus.SUSPENDED: "The subscription is suspended: the overdue amount has to be paid first",
            SubscriptionStatus.ENDED: "The subscription has ended and has to be started again first",
        }
        raise Refusal(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, sentences[status], status=status.value)
    if today not in standing.period:
        raise Refusal(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "The renewal is being processed: try again in a minute")


def _no_renewal(standing: Standing, why: str) -> Refusal:
    detail = f"The subscription ends on {standing.period.end}, and {why}: resume it first"
    return Refusal(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, detail, status=standing.status.value)


def _seats_follow() -> Refusal:
    return Refusal(ProblemCode.SEATS_FOLLOW_USERS, "On this plan every user takes a seat: add or remove users instead")
