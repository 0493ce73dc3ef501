"""Answers of a server with defaults, for what is computed from them: a test names only what matters to it."""

import datetime as dt
from typing import Any

from contract.events import Actor, Event, EventKind, EventObject
from contract.money import Money
from contract.people import Account, Me, Organisation, Permission, Role
from contract.quotes import (
    AffectedUsers,
    Change,
    Factor,
    Granularity,
    Line,
    Quote,
    QuoteStatus,
    RenewalForecast,
    Rounding,
)
from contract.subscription import (
    BillingCycle,
    NextPayment,
    Overview,
    Plan,
    PlanKind,
    SeatCounts,
    SeatUsage,
    Subscription,
    SubscriptionStatus,
    TransferCounts,
)

NOW = dt.datetime(2026, 11, 21, 14, 2, tzinfo=dt.UTC)


def eur(cents: int) -> Money:
    """So many cents."""
    return Money(amount=cents, currency="EUR")


def make_event(kind: EventKind, label: str = "Ana Silva", *, actor: str = "Jane", **attributes: Any) -> Event:
    """Something that has just happened."""
    return Event(
        id="evt_1",
        type=kind,
        created_at=NOW,
        actor=Actor(account_id="acc_9", label=actor),
        object=EventObject(type="thing", id="usr_1", label=label, attributes=attributes),
    )


def make_subscription(**facts: Any) -> Subscription:
    """Business, monthly, 36 seats all taken, 3 users NOT PAID, ten days before the renewal."""
    defaults: dict[str, Any] = {
        "id": "sub_1",
        "plan": "business",
        "billing_cycle": BillingCycle.MONTHLY,
        "status": SubscriptionStatus.ACTIVE,
        "currency": "EUR",
        "time_zone": "UTC",
        "period_start": dt.date(2026, 11, 1),
        "period_end": dt.date(2026, 12, 1),
        "unit_price": eur(600),
        "seats": 36,
        "high_water": 36,
        "users_active": 36,
        "users_not_paid": 3,
        "next_payment": NextPayment(date=dt.date(2026, 12, 1), amount=eur(23400), seats=39),
        "created_at": NOW,
        "version": 7,
    }
    return Subscription(**{**defaults, **facts})


def make_overview(**facts: Any) -> Overview:
    """The first screen's answer to the owner."""
    account = Account(id="acc_2", email="jane@acme.example", first_name="Jane", last_name="Doe")
    me = Me(
        account=account,
        organisation=Organisation(id="org_1", name="Acme"),
        role=Role.OWNER,
        may=frozenset(Permission),
    )
    defaults: dict[str, Any] = {
        "as_of": NOW,
        "me": me,
        "plan": Plan(id="business", name="Business", kind=PlanKind.PAID, sub_accounts=True, monthly=eur(600)),
        "subscription": make_subscription(),
        "seats": SeatCounts(paid=36, used=36, free=0, not_paid=3, high_water=36, at_renewal=39),
        "transfers": TransferCounts(incoming=7, outgoing=3),
        "usage": (SeatUsage(week=dt.date(2026, 11, 16), used=36, paid=36),),
    }
    return Overview(**{**defaults, **facts})


def make_line(**facts: Any) -> Line:
    """Six seats for the last ten days of November."""
    defaults: dict[str, Any] = {
        "description": "seats",
        "quantity": 6,
        "unit_price": eur(600),
        "factor": Factor(numerator=10, denominator=30),
        "granularity": Granularity.DAY,
        "rounding": Rounding.HALF_UP,
        "service_start": dt.date(2026, 11, 21),
        "service_end": dt.date(2026, 12, 1),
        "amount": eur(1200),
    }
    return Line(**{**defaults, **facts})


def make_quote(**facts: Any) -> Quote:
    """From 36 to 42 seats, EUR 12.00 now."""
    defaults: dict[str, Any] = {
        "id": "quo_1",
        "status": QuoteStatus.OPEN,
        "change": Change(seats=42),
        "created_at": NOW,
        "expires_at": NOW + dt.timedelta(minutes=15),
        "subscription_version": 7,
        "seats_before": 36,
        "seats_after": 42,
        "effective": NOW.date(),
        "lines": (make_line(),),
        "net": eur(1200),
        "tax": eur(0),
        "due_now": eur(1200),
        "renewal": RenewalForecast(date=dt.date(2026, 12, 1), seats=42, amount=eur(25200)),
        "activates": AffectedUsers(count=3, names=("Ana", "Bo", "Cy")),
    }
    return Quote(**{**defaults, **facts})
