"""Quotes: a priced, expiring promise of one change, and what confirming it did (D4–D11)."""

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contract.base import Answer, Body, Identifier, Instant, Version
from contract.money import Money
from contract.subscription import Subscription

MAX_SEATS = 10_000_000


class Granularity(StrEnum):
    """What a period is divided into when a part of it is charged."""

    DAY = "day"
    SECOND = "second"


class Rounding(StrEnum):
    """How a line is rounded to the minor unit. Halves are away from zero, to even, or cut off."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


class Change(Body):
    """What is asked for: the new total number of seats."""

    seats: Annotated[int, Field(ge=0, le=MAX_SEATS)]


class Factor(Answer):
    """The share of a period that a line charges, as two integers."""

    numerator: int
    denominator: int


class Line(Answer):
    """One line of a quote or an invoice, with all that is needed to recompute it from its JSON alone.

    `amount` is `unit_price × quantity × factor`, rounded to the minor unit by `rounding`.
    `[service_start, service_end)` are days.
    """

    description: str
    quantity: int
    unit_price: Money
    factor: Factor
    granularity: Granularity
    rounding: Rounding
    service_start: dt.date
    service_end: dt.date
    amount: Money


class RenewalForecast(Answer):
    """The next renewal as it will be once the change is made."""

    date: dt.date
    seats: int
    amount: Money


class AffectedUsers(Answer):
    """Who becomes active by the change: all of them counted, the first twenty by name."""

    count: int
    names: tuple[str, ...] = ()


class WarningCode(StrEnum):
    """What a person should know before confirming."""

    NO_REFUND = "no_refund"
    USERS_STAY_NOT_PAID = "users_stay_not_paid"
    SANDBOX = "sandbox"
    REPLACES_REDUCTION = "replaces_reduction"


class QuoteWarning(Answer):
    """One such thing, with a sentence."""

    code: WarningCode
    detail: str


class QuoteStatus(StrEnum):
    """What became of a quote."""

    OPEN = "open"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"


class Quote(Answer):
    """What a change costs and does. Confirming charges exactly `due_now` or nothing (D5).

    `effective` is the day the new number is in force: today when it is charged now, the renewal otherwise.
    `tax_rate` is in hundredths of a percent, taken on the rounded net.
    """

    id: Identifier
    status: QuoteStatus
    change: Change
    created_at: Instant
    expires_at: Instant
    subscription_version: Version
    seats_before: int
    seats_after: int
    effective: dt.date
    lines: tuple[Line, ...]
    net: Money
    tax_rate: int = 0
    tax: Money
    due_now: Money
    renewal: RenewalForecast | None
    activates: AffectedUsers
    warnings: tuple[QuoteWarning, ...] = ()


class PaymentStatus(StrEnum):
    """What the gateway said."""

    ASKED = "asked"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


class Payment(Answer):
    """One attempt to collect an invoice."""

    id: Identifier
    amount: Money
    status: PaymentStatus
    gateway: str
    created_at: Instant
    reason: str = ""


class InvoiceStatus(StrEnum):
    """Whether an invoice has been paid."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"


class Invoice(Answer):
    """What was charged, line by line."""

    id: Identifier
    number: str
    issued_at: Instant
    status: InvoiceStatus
    lines: tuple[Line, ...]
    net: Money
    tax_rate: int = 0
    tax: Money
    total: Money
    quote_id: str | None = None
    payments: tuple[Payment, ...] = ()


class Confirmation(Answer):
    """What confirming did. A change that costs nothing has neither invoice nor payment."""

    quote_id: Identifier
    subscription: Subscription
    invoice: Invoice | None = None
    payment: Payment | None = None
    activated: AffectedUsers
