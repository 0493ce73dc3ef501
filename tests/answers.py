"""Answers of a server with defaults, for what is computed from them: a test names only what matters to it."""

import datetime as dt
from typing import Any

from contract.billing import (
    ExpectedPayment,
    Factor,
    Forecast,
    Granularity,
    Invoice,
    InvoiceStatus,
    Line,
    Payment,
    PaymentStatus,
    Rounding,
)
from contract.events import Actor, Event, EventKind, EventObject
from contract.money import Money
from contract.people import Account, Me, Organisation, Permission, Role
from contract.quotes import AffectedUsers, Change, Quote, QuoteStatus, RenewalForecast, Terms
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
        "seat_now": eur(220),
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
        "period_start": dt.date(2026, 11, 1),
        "period_end": dt.date(2026, 12, 1),
        "amount": eur(1200),
    }
    return Line(**{**defaults, **facts})


def make_terms(**facts: Any) -> Terms:
    """Business, monthly, 36 seats in November."""
    defaults: dict[str, Any] = {
        "plan": "business",
        "plan_name": "Business",
        "billing_cycle": BillingCycle.MONTHLY,
        "status": SubscriptionStatus.ACTIVE,
        "seats": 36,
        "unit_price": eur(600),
        "period_start": dt.date(2026, 11, 1),
        "period_end": dt.date(2026, 12, 1),
        "anchor_day": 1,
    }
    return Terms(**{**defaults, **facts})


def make_quote(**facts: Any) -> Quote:
    """From 36 to 42 seats, EUR 12.00 now."""
    defaults: dict[str, Any] = {
        "id": "quo_1",
        "status": QuoteStatus.OPEN,
        "change": Change(seats=42),
        "created_at": NOW,
        "expires_at": NOW + dt.timedelta(minutes=15),
        "subscription_version": 7,
        "before": make_terms(),
        "after": make_terms(seats=42),
        "seats_before": 36,
        "seats_after": 42,
        "effective": NOW.date(),
        "lines": (make_line(),),
        "net": eur(1200),
        "tax": eur(0),
        "total": eur(1200),
        "credit_applied": eur(0),
        "due_now": eur(1200),
        "renewal": make_renewal(dt.date(2026, 12, 1), 42, eur(25200)),
        "activates": AffectedUsers(count=3, names=("Ana", "Bo", "Cy")),
    }
    return Quote(**{**defaults, **facts})


def make_renewal(date: dt.date, seats: int, amount: Money) -> RenewalForecast:
    """A renewal that no credit pays anything of."""
    nothing = Money(amount=0, currency=amount.currency)
    return RenewalForecast(date=date, seats=seats, amount=amount, credit_applied=nothing, due=amount, full_from=date)


def make_payment(**facts: Any) -> Payment:
    """EUR 12.00, paid."""
    defaults: dict[str, Any] = {
        "id": "pay_1",
        "amount": eur(1200),
        "status": PaymentStatus.SUCCEEDED,
        "gateway": "sandbox",
        "created_at": NOW,
        "settled_at": NOW,
        "invoice_id": "inv_1",
    }
    return Payment(**{**defaults, **facts})


def make_invoice(**facts: Any) -> Invoice:
    """Six seats more, EUR 12.00, paid; `due` is what was to be paid: it is paid or owed by its status."""
    defaults: dict[str, Any] = {
        "id": "inv_1",
        "number": "INV-00012",
        "issued_at": NOW,
        "status": InvoiceStatus.PAID,
        "lines": (make_line(),),
        "net": eur(1200),
        "tax": eur(0),
        "total": eur(1200),
        "credit_applied": eur(0),
        "due": eur(1200),
        "quote_id": "quo_1",
        "payments": (make_payment(),),
    }
    found = {**defaults, **facts}
    to_pay = found.pop("due")
    paid, owed = found["status"] is InvoiceStatus.PAID, found["status"] is InvoiceStatus.OPEN
    nothing = Money(amount=0, currency=to_pay.currency)
    return Invoice(**{"amount_paid": to_pay if paid else nothing, "amount_due": to_pay if owed else nothing, **found})


def make_expected(month: int = 0, **facts: Any) -> ExpectedPayment:
    """The payment of the first of December for 39 seats, or of a later month."""
    start, end = (dt.date(2026 + (11 + at) // 12, (11 + at) % 12 + 1, 1) for at in (month, month + 1))
    whole = Factor(numerator=(end - start).days, denominator=(end - start).days)
    line = make_line(
        description="Business: renewal, 39 seats",
        quantity=39,
        factor=whole,
        service_start=start,
        service_end=end,
        period_start=start,
        period_end=end,
        amount=eur(23400),
    )
    defaults: dict[str, Any] = {
        "date": start,
        "period_start": start,
        "period_end": end,
        "seats": 39,
        "lines": (line,),
        "net": eur(23400),
        "tax": eur(0),
        "total": eur(23400),
        "credit_applied": eur(0),
        "due": eur(23400),
    }
    return ExpectedPayment(**{**defaults, **facts})


def make_forecast(count: int = 12, **facts: Any) -> Forecast:
    """Twelve months of 39 seats."""
    return Forecast(**{"as_of": NOW, "payments": tuple(make_expected(month) for month in range(count)), **facts})
