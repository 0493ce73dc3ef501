"""What was charged: lines that anybody can recompute, invoices, payments, and the payments to come (D11, D13)."""

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contract.base import Answer, Identifier, Instant, Query
from contract.money import Money
from contract.pages import PageQuery

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


class Line(Answer):
    """One line of a quote or an invoice, with all that is needed to recompute it from its JSON alone.

    `amount` is `unit_price × quantity × factor`, rounded to the minor unit by `rounding`; a line that gives back has a
    negative quantity and names in `credits` the invoices that had charged it. `[service_start, service_end)` are the
    days it is for, `[period_start, period_end)` the whole period of the unit price: with days as granularity the
    factor is the first span over the second. `user_id` is the one user it pays for, if it pays for one.
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


class Invoice(Answer):
    """What was charged, line by line.

    `net` is the sum of the lines, `tax` is taken on it, `total` is both. `credit_applied` is what an earlier credit
    pays of it; it is negative when the lines give back more than they charge, and that is kept as credit. `due` is
    `total - credit_applied`, never negative: what the payment took. `tax_rate` is in hundredths of a percent. `seal`
    is a digest of everything else here (`contract.explain`).
    """

    id: Identifier
    number: str
    issued_at: Instant
    status: InvoiceStatus
    lines: tuple[Line, ...]
    net: Money
    tax_rate: int = 0
    tax: Money
    total: Money
    credit_applied: Money
    due: Money
    quote_id: str | None = None
    payments: tuple[Payment, ...] = ()
    seal: str = ""


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
    """The next payments if nothing changes; fewer than asked when the subscription ends before."""

    as_of: Instant
    payments: tuple[ExpectedPayment, ...]
    ends: dt.date | None = None
    credit: Money | None = None


class ForecastQuery(Query):
    """How many payments to tell."""

    count: Annotated[int, Field(ge=1, le=MAX_FORECAST)] = 12


class PaymentsQuery(PageQuery):
    """Payments, newest first."""
