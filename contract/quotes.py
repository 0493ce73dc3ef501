"""Quotes: a priced, expiring promise of one change, and what confirming it did (D4-D12)."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from contract.base import Answer, Body, Identifier, Instant, Version
from contract.billing import Invoice, Line, Payment, with_amounts
from contract.money import Money
from contract.spending import SpendingCheck
from contract.subscription import BillingCycle, PriceChange, Subscription, SubscriptionStatus

MAX_SEATS = 1_000_000
"""The most seats that can be asked for, in every way."""
MAX_PAYEES = 10_000
"""The most users one quote pays for."""

UNUSUAL_BY = 10
"""A change that adds more seats than this, to more than twice those there are, may be a slip of the keyboard."""

Seats = Annotated[int, Field(ge=0, le=MAX_SEATS)]
PlanId = Annotated[str, StringConstraints(min_length=1, max_length=60)]


def _only_true(value: bool) -> bool:  # noqa: FBT001 - a validator's argument
    if not value:
        message = "give true, or leave it out"
        raise ValueError(message)
    return value


Yes = Annotated[bool, AfterValidator(_only_true)]
"""`true` and nothing else: neither 1 nor false."""

_TERMS = frozenset({"seats", "plan", "billing_cycle"})


class Start(Body):
    """Taking a subscription where there is none, or none any more; without seats as many as users are listed."""

    plan: PlanId
    billing_cycle: BillingCycle = BillingCycle.MONTHLY
    seats: Annotated[int, Field(ge=1, le=MAX_SEATS)] | None = None


class Change(Body):
    """Exactly one change: new terms (seats, plan and cycle, alone or together) or one of the others.

    `pay_users` pays for unpaid users, in one line with a share for each; `pay_overdue` pays the renewal that was
    refused, or what a subscription that has ended left owing.
    """

    seats: Seats | None = None
    plan: PlanId | None = None
    billing_cycle: BillingCycle | None = None
    pay_users: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MAX_PAYEES)] | Literal["all"] | None = (
        None
    )
    pay_overdue: Yes | None = None
    start: Start | None = None
    cancel: Yes | None = None
    resume: Yes | None = None

    @model_validator(mode="after")
    def _one_change(self) -> Self:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if not given or (len(given) > 1 and not given <= _TERMS):
            message = "give one change: seats, plan and billing_cycle (or some of them), or exactly one of the others"
            raise ValueError(message)
        return self


class RenewalForecast(Answer):
    """The renewals as they will be once the change is made: the next one on `date`, and those after it.

    `amount` is the price of a renewal, with tax. Of the next one a credit pays `credit_applied`, and `due` is what will
    be asked for on `date`. From `full_from` on no credit pays anything; none when the credit outlasts three years.
    """

    date: dt.date
    seats: int
    amount: Money
    credit_applied: Money
    due: Money
    full_from: dt.date | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_before(cls, said: Any) -> Any:
        """One from before credit was told apart from the price."""
        if not isinstance(said, dict) or "due" in said or "amount" not in said:
            return said
        amount = Money.model_validate(said["amount"])
        nothing = Money(amount=0, currency=amount.currency)
        return {**said, "due": amount, "credit_applied": nothing, "full_from": said.get("date")}


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
    NEW_PERIOD = "new_period"
    CREDIT_KEPT = "credit_kept"
    CREDIT_USED = "credit_used"
    USERS_LOSE_ACCESS = "users_lose_access"
    ENDS_ANYWAY = "ends_anyway"
    PRICE_CHANGES = "price_changes"
    STAYS_OWED = "stays_owed"
    SEATS_GO = "seats_go"
    CHARGES_NOBODY = "charges_nobody"
    OWNER_TAKES_NO_SEAT = "owner_takes_no_seat"
    STAYS_A_USER_ELSEWHERE = "stays_a_user_elsewhere"


class QuoteWarning(Answer):
    """One such thing, with a sentence."""

    code: WarningCode
    detail: str


class QuoteStatus(StrEnum):
    """What became of a quote."""

    OPEN = "open"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"


class Terms(Answer):
    """What a subscription is worth at one moment: the two sides of a change. `plan_name` is for people.

    `anchor_day` is the day of the month on which its periods begin; a shorter month begins them on its last day.
    """

    plan: str
    plan_name: str
    billing_cycle: BillingCycle
    status: SubscriptionStatus
    seats: int
    scheduled_seats: int | None = None
    unit_price: Money | None = None
    period_start: dt.date
    period_end: dt.date
    anchor_day: int
    ends: bool = False


class Quote(Answer):
    """What a change costs and does. Confirming charges exactly `due_now` or nothing (D5).

    `effective` is the day the change is in force: today when it is charged now, the renewal otherwise. `total` is net
    and tax; `credit_applied` is what an earlier credit pays of it (negative: what is kept as credit), and `due_now`
    the rest. `tax_rate` is in hundredths of a percent, taken on the rounded net. `seats_before` and `seats_after` are
    the seats paid for, but for a reduction: then the number from the renewal on. `price_change` is the next renewal at
    which a seat costs something else, as far as that is announced. `spending` is how it stands against the monthly
    limit of whoever asked, where one binds them. `owed` is what stays to be paid once it is confirmed, as an open
    invoice: days of service after a renewal that was refused, of a subscription that this ends. `renewal` is the next
    one once the change is made, `renewal_before` the next one without it.
    """

    id: Identifier
    status: QuoteStatus
    change: Change
    created_at: Instant
    expires_at: Instant
    subscription_version: Version
    before: Terms
    after: Terms
    seats_before: int
    seats_after: int
    effective: dt.date
    lines: tuple[Line, ...]
    net: Money
    tax_rate: int = 0
    tax: Money
    total: Money
    credit_applied: Money
    due_now: Money
    renewal: RenewalForecast | None
    price_change: PriceChange | None = None
    renewal_before: RenewalForecast | None = None
    activates: AffectedUsers
    warnings: tuple[QuoteWarning, ...] = ()
    spending: SpendingCheck | None = None
    owed: Money | None = None

    @property
    def is_unusual(self) -> bool:
        """Whether it adds more than ten seats and more than doubles them, so that it may be a slip of the keyboard."""
        return self.seats_after - self.seats_before > UNUSUAL_BY and self.seats_after > 2 * self.seats_before


class Confirmation(Answer):
    """What confirming did. A change with nothing to charge has neither invoice nor payment."""

    quote_id: Identifier
    subscription: Subscription
    invoice: Invoice | None = None
    payment: Payment | None = None
    activated: AffectedUsers

    @model_validator(mode="before")
    @classmethod
    def _from_before(cls, said: Any) -> Any:
        """One that was kept before the amounts of invoices had names."""
        return {**said, "invoice": with_amounts(said.get("invoice"))} if isinstance(said, dict) else said
