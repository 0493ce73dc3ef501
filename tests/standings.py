"""Subscriptions for the tests of the rules: a test names only what matters to it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from contract.money import Money
from contract.quotes import Change
from contract.subscription import BillingCycle, PlanKind, SubscriptionStatus
from server.domain.errors import Refusal
from server.domain.periods import Period
from server.domain.plans import Market, PlanTerms
from server.domain.pricing import Payee, PricedChange, price_change
from server.domain.seats import Seats
from server.domain.subscription_state import Standing

NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 1))
MIDDLE = dt.date(2026, 11, 16)
MONTHLY, ANNUAL = BillingCycle.MONTHLY, BillingCycle.ANNUAL
CONTACT = "billing@vendor.example"


def money(amount: int, currency: str = "EUR") -> Money:
    """So many minor units."""
    return Money(amount=amount, currency=currency)


def market(currency: str = "EUR", *, tax_rate: int = 0, **prices: int) -> Market:
    """The five plans; `prices` override the price of a seat, as `business_monthly=25`."""
    usual = {
        "professional_monthly": 1500,
        "business_monthly": 600,
        "business_annual": 6000,
        "enterprise_monthly": 1200,
        "enterprise_annual": 12000,
    }

    def plan(name: str, kind: PlanKind, moves: str = "", **more: Any) -> PlanTerms:
        key = name.replace("-", "_")
        found = {cycle: {**usual, **prices}.get(f"{key}_{cycle.value}") for cycle in BillingCycle}
        sold = {cycle: money(price, currency) for cycle, price in found.items() if price is not None}
        return PlanTerms(
            id=name, name=name.capitalize(), kind=kind, prices=sold, moves=frozenset(moves.split()), **more
        )

    plans = [
        plan("non-commercial", PlanKind.FREE, "professional business enterprise", sub_accounts=False),
        plan("professional", PlanKind.PAID, "business enterprise", follow_users=True),
        plan("business", PlanKind.PAID, "enterprise"),
        plan("enterprise", PlanKind.PAID),
        plan("contract", PlanKind.CONTRACT),
    ]
    return Market(plans={each.id: each for each in plans}, tax_rate=tax_rate, contact=CONTACT)


def standing(
    seats: Seats | None = None, plan: str = "business", sold: Market | None = None, **changes: Any
) -> Standing:
    """Business, monthly, in November, with ten seats at 6.00 and eight users."""
    sold = sold or market()
    terms = sold.plan(plan)
    seats = replace(seats or Seats(paid=10, high_water=10, active=8), follow_users=terms.follow_users)
    cycle = changes.pop("cycle", MONTHLY)
    price = terms.prices.get(cycle)
    usual = Standing(
        plan=terms,
        cycle=cycle,
        status=SubscriptionStatus.ACTIVE,
        currency=price.currency if price else "EUR",
        period=NOVEMBER,
        anchor_day=1,
        seats=seats,
        unit_price=price,
    )
    return replace(usual, **changes)


def priced(
    subject: Standing,
    today: dt.date = MIDDLE,
    sold: Market | None = None,
    payees: Sequence[Payee] = (),
    **change: Any,
) -> PricedChange:
    """What a change costs."""
    return price_change(subject, Change(**change), today, sold or market(), payees)


def sums(found: PricedChange) -> tuple[int, int, int, int, int]:
    """Net, tax, total, credit applied and due, in minor units."""
    charge = found.charge
    net, tax, total, credit, due = (charge.net, charge.tax, charge.total, charge.credit_applied, charge.due)
    return net.amount, tax.amount, total.amount, credit.amount, due.amount


def parts(found: PricedChange) -> list[tuple[int, int, str, int]]:
    """Of each line: quantity, price of one, share of the period, amount."""
    return [
        (
            line.quantity,
            line.unit_price.amount,
            f"{line.factor.numerator}/{line.factor.denominator}",
            line.amount.amount,
        )
        for line in found.charge.lines
    ]


def refusal(subject: Standing, today: dt.date = MIDDLE, sold: Market | None = None, **change: Any) -> Refusal:
    """How a change is refused."""
    with pytest.raises(Refusal) as caught:
        price_change(subject, Change(**change), today, sold or market())
    return caught.value
