"""What was charged: lines that anybody can recompute, invoices, payments, and the payments to come (D11, D13)."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from contract.base import Answer, Identifier, Instant, Query
from contract.money import Money
from contract.pages import PageQuery
from contract.subscription import PriceChange

MAX_FORECAST = 36
"""The most payments one forecast tells."""


class Granularity(StrEnum):
    """What a period is divided into when a part of it is charged. `fixed30`: days of months that all have thirty."""

    DAY = "day"
    SECOND = "second"
    FIXED30 = "fixed30"


class Rounding(StrEnum):
    """How a line is rounded to the minor unit. Halves are away from zero, to even, or cut off."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


class Factor(Answer):
    """The share of a period that a line charges, as two integers."""

    numerator: int
    denominator: int


class UserShare(Answer):
    """What one user's seat is of a line that pays for several; the shares of a line add up to its amount."""

    user_id: str
    name: str
    amount: Money


class Line(Answer):
    """One line of a quote or an invoice, with all that is needed to recompute it from its JSON alone.

    `amount` is `unit_price × quantity × factor`, rounded to the minor unit by `rounding`; a line that gives back has a
    negative quantity and names in `credits` the invoices that had charged it. `[service_start, service_end)` are the
    days it is for, `[period_start, period_end)` the whole period of the unit price: with days as granularity the
    factor is the first span over the second. `shares` are the users it pays for, if it pays for users by name, one
    for each of its quantity. Lines from before there were shares named one user each, as `user_id`.
    """

    description: str
    quantity: int
    unit_price: Money
    factor: Factor
    granularity: Granularity
    rounding: Rounding
    service_start: dt.date
    service_end: dt.date
    period_start: dt.date
    period_end: dt.date
    amount: Money
    credits: tuple[str, ...] = ()
    user_id: str | None = None
    shares: tuple[UserShare, ...] = ()


class PaymentStatus(StrEnum):
    """What the gateway said; `asked` until it has said something."""

    ASKED = "asked"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


class Payment(Answer):
    """One attempt to collect an amount. One that was declined for a quote belongs to no invoice."""

    id: Identifier
    amount: Money
    status: PaymentStatus
    gateway: str
    created_at: Instant
    settled_at: Instant | None = None
    reason: str = ""
    invoice_id: str | None = None


class InvoiceStatus(StrEnum):
    """Whether an invoice has been paid. A void one was replaced by another and charges nothing."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"


class InvoiceKind(StrEnum):
    """A credit note gives back more than it charges. Each kind has numbers of its own, without gaps."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Invoice(Answer):
    """What was charged, line by line, or what was given back: then it is a credit note.

    `net` is the sum of the lines, `tax` is taken on it, `total` is both. `credit_applied` is what an earlier credit
    pays of it; it is negative when the lines give back more than they charge, and that is kept as credit. What is left
    is to be paid: `total = credit_applied + amount_paid + amount_due`. Nothing is due once it is paid. A void one was
    never paid and is not owed: both are 0, and it took no credit either. `credits` are the numbers of the invoices
    that its lines give back something of. `tax_rate` is in hundredths of a percent. `seal` is a digest of everything
    else here (`contract.explain`).
    """

    id: Identifier
    kind: InvoiceKind = InvoiceKind.INVOICE
    number: str
    credits: tuple[str, ...] = ()
    issued_at: Instant
    status: InvoiceStatus
    lines: tuple[Line, ...]
    net: Money
    tax_rate: int = 0
    tax: Money
    total: Money
    credit_applied: Money
    amount_paid: Money
    amount_due: Money
    quote_id: str | None = None
    payments: tuple[Payment, ...] = ()
    seal: str = ""

    @property
    def to_pay(self) -> Money:
        """What credit leaves of the total: what its payment takes or took, never negative."""
        return Money(amount=self.total.amount - self.credit_applied.amount, currency=self.total.currency)


def with_amounts(said: Any) -> Any:
    """An invoice as JSON, from before its amounts had names: `due` was what was to be paid, also once it was paid."""
    if not isinstance(said, dict) or not isinstance(due := said.get("due"), dict) or "amount_due" in said:
        return said
    nothing = {**due, "amount": 0}
    paid, owed = said.get("status") == InvoiceStatus.PAID.value, said.get("status") == InvoiceStatus.OPEN.value
    return {**said, "amount_paid": due if paid else nothing, "amount_due": due if owed else nothing}


class ExpectedPayment(Answer):
    """One payment to come if nothing changes, with the lines its invoice will have.

    `date` is the day it will be asked for, `due` what it will take after the credit that is left.
    """

    date: dt.date
    period_start: dt.date
    period_end: dt.date
    seats: int
    lines: tuple[Line, ...]
    net: Money
    tax: Money
    total: Money
    credit_applied: Money
    due: Money


class Forecast(Answer):
    """The next payments if nothing changes; fewer than asked when the subscription ends before.

    `price_change` is the next renewal at which a seat costs something else, as far as that is announced.
    """

    as_of: Instant
    payments: tuple[ExpectedPayment, ...]
    ends: dt.date | None = None
    credit: Money | None = None
    price_change: PriceChange | None = None


class ForecastQuery(Query):
    """How many payments to tell."""

    count: Annotated[int, Field(ge=1, le=MAX_FORECAST)] = 12


class PaymentsQuery(PageQuery):
    """Payments, newest first."""
