"""A first subscription: what it is started from, and what may be started by oneself (D12).

Nothing is there yet, so it is priced as one that has ended is started again: with no users, seats, credit or debts.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from contract.problems import ProblemCode
from contract.quotes import Change, QuoteWarning, Start, WarningCode
from contract.subscription import BillingCycle, PlanKind, SubscriptionStatus
from server.domain.errors import Refusal
from server.domain.periods import Period, period_from
from server.domain.plan_transitions import Choice, to_vendor
from server.domain.plans import Market, PlanTerms
from server.domain.pricing import PricedChange, price_change
from server.domain.seats import Seats
from server.domain.subscription_state import Standing


def nothing_yet(plan: PlanTerms, cycle: BillingCycle, currency: str, today: dt.date) -> Standing:
    """How a subscription stands that is to begin today."""
    return Standing(
        plan=plan,
        cycle=cycle,
        status=SubscriptionStatus.ENDED,
        currency=currency,
        period=Period(today - dt.timedelta(days=1), today),
        anchor_day=today.day,
        seats=Seats(paid=0, high_water=0, follow_users=plan.follow_users),
        unit_price=None,
    )


def price_start(start: Start, currency: str, today: dt.date, market: Market) -> PricedChange:
    """What starting it costs and comes to.

    Raises:
        Refusal: the plan can't be had this way.
    """
    plan = market.plan(start.plan)
    _check_sold(plan, start.billing_cycle, market)
    standing = nothing_yet(plan, start.billing_cycle, currency, today)
    if plan.kind is PlanKind.FREE:
        return _free(standing, start, today, market)
    return price_change(standing, Change(start=start), today, market)


def start_choices(plan: PlanTerms, market: Market, today: dt.date) -> Iterator[Choice]:
    """The cycles of a plan at today's prices, with why one can't be started by oneself."""
    for cycle in [cycle for cycle in BillingCycle if cycle in plan.prices] or [BillingCycle.MONTHLY]:
        refusal = None
        try:
            _check_sold(plan, cycle, market)
        except Refusal as found:
            refusal = found
        yield Choice(plan, cycle, plan.price_on(cycle, today), current=False, refusal=refusal)


def start_warnings(priced: PricedChange, uses: str) -> Iterator[QuoteWarning]:
    """What somebody should know who becomes an owner by it; `uses` is the organisation they are a user of."""
    if priced.after.plan.kind is PlanKind.PAID:
        detail = "You own it and pay for it. You take none of its seats, unless you choose to."
        yield QuoteWarning(code=WarningCode.OWNER_TAKES_NO_SEAT, detail=detail)
    if uses:
        detail = f"You stay a user of {uses}: nobody is a user of two subscriptions."
        yield QuoteWarning(code=WarningCode.STAYS_A_USER_ELSEWHERE, detail=detail)


def sold_by_hand(market: Market) -> Refusal:
    """Nobody starts a subscription by themselves here."""
    detail = f"Subscriptions are not started online here: {market.ask_vendor}"
    return Refusal(ProblemCode.SOLD_BY_HAND, detail, contact=market.contact)


def _check_sold(plan: PlanTerms, cycle: BillingCycle, market: Market) -> None:
    if plan.kind is PlanKind.CONTRACT:
        to_vendor("A contract is agreed with the vendor", market, ProblemCode.SOLD_BY_HAND)
    offered = [BillingCycle.MONTHLY] if plan.kind is PlanKind.FREE else plan.prices
    if cycle not in offered:
        raise Refusal(ProblemCode.CYCLE_NOT_OFFERED, f"{plan.name} is not offered {cycle.value}")


def _free(standing: Standing, start: Start, today: dt.date, market: Market) -> PricedChange:
    """A plan for one: the main account uses it without a seat, and nothing is paid."""
    if start.seats is not None:
        raise Refusal(ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS, f"{standing.plan.name} has no seats to choose")
    period = period_from(today, standing.cycle)
    after = replace(standing, status=SubscriptionStatus.ACTIVE, period=period)
    return PricedChange(standing, after, today, standing.charge((), market), warnings=())
