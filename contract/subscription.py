"""Plans, the subscription, and the answer that paints the first screen."""

import datetime as dt
from enum import StrEnum

from contract.base import Answer, Identifier, Instant, Version
from contract.events import Event
from contract.money import Money
from contract.people import Me


class PlanKind(StrEnum):
    """How a plan is paid for."""

    FREE = "free"
    PAID = "paid"
    CONTRACT = "contract"


class BillingCycle(StrEnum):
    """How long a period is."""

    MONTHLY = "monthly"
    ANNUAL = "annual"


class SubscriptionStatus(StrEnum):
    """Where a subscription stands with its payments (D12, D13)."""

    ACTIVE = "active"
    PAST_DUE = "past_due"
    SUSPENDED = "suspended"
    ENDED = "ended"


class PlanChoice(Answer):
    """A plan with one of its cycles, as this subscription may or may not move to it; `reason` says why not (D10)."""

    billing_cycle: BillingCycle
    price: Money | None = None
    current: bool = False
    allowed: bool = False
    reason: str = ""


class Plan(Answer):
    """One entry of the catalogue. A price is per seat; no price means the cycle is not offered.

    `choices` has one entry for each cycle that is offered, and one for a plan that has no price.
    """

    id: str
    name: str
    kind: PlanKind
    sub_accounts: bool
    seats_follow_users: bool = False
    monthly: Money | None = None
    annual: Money | None = None
    max_users: int | None = None
    choices: tuple[PlanChoice, ...] = ()


class NextPayment(Answer):
    """What will be charged at the next renewal if nothing changes: `amount`, on `date`.

    `total` is the price of that renewal with tax, `credit_applied` what a credit pays of it, `amount` the rest.
    `full_from` is the first renewal that no credit pays anything of; none when the credit outlasts three years.
    """

    date: dt.date
    amount: Money
    seats: int
    total: Money | None = None
    credit_applied: Money | None = None
    full_from: dt.date | None = None


class PriceChange(Answer):
    """From the renewal on `date` on a seat costs `unit_price` for a period: a price the vendor has announced."""

    date: dt.date
    unit_price: Money


class Subscription(Answer):
    """State of one subscription. The period is `[period_start, period_end)` in days of `time_zone`.

    `granted_seats` are seats of this period that were given and not sold: leaving them early gives no credit.
    `price_change` is the next renewal at which a seat costs something else, as far as that is announced.
    `credit` is kept for the next payments. `overdue` is what a refused renewal asks for, `retry_at` when it is asked
    again, and `suspended_at` when access is lost if every try is refused (D13). Suspended, it is a new period and the
    days used before access was lost; ended, those days alone. `users_inactive` have a seat but no access, because it is
    suspended or has ended. `restorable_until` is until when somebody removed now could be listed again (D19); none
    once it has ended, which it did at `ended_at`.
    """

    id: Identifier
    plan: str
    billing_cycle: BillingCycle
    status: SubscriptionStatus
    currency: str
    time_zone: str
    period_start: dt.date
    period_end: dt.date
    unit_price: Money | None
    seats: int
    high_water: int
    scheduled_seats: int | None = None
    granted_seats: int = 0
    users_active: int
    users_not_paid: int
    users_inactive: int = 0
    main_account_uses_seat: bool = False
    cancel_at_period_end: bool = False
    next_payment: NextPayment | None = None
    price_change: PriceChange | None = None
    credit: Money | None = None
    overdue: Money | None = None
    retry_at: Instant | None = None
    suspended_at: Instant | None = None
    restorable_until: Instant | None = None
    ended_at: Instant | None = None
    created_at: Instant
    version: Version


class SeatCounts(Answer):
    """Seats as the Overview counts them. `used` are active users, `not_paid` wait for a seat, `inactive` have one.

    Nobody is active once the subscription is suspended or has ended: who had a seat is `inactive` then. After the end
    no seat is paid for.

    `free_until_renewal` is how many of the free seats go away at the renewal if nobody takes them (D8, D9).
    """

    paid: int
    used: int
    free: int
    not_paid: int
    high_water: int
    at_renewal: int
    inactive: int = 0
    free_until_renewal: int = 0


class TransferCounts(Answer):
    """Pending requests, and how many of the incoming ones expire within a day."""

    incoming: int
    outgoing: int
    expiring: int = 0


class CodeNotice(Answer):
    """An invitation code that is about to run out."""

    code: str
    uses_left: int
    expires_at: Instant | None = None


class SeatUsage(Answer):
    """The most seats paid and used in the week that starts on `week` (a Monday)."""

    week: dt.date
    used: int
    paid: int


class Overview(Answer):
    """Everything the first screen paints, in one answer.

    `pay_unpaid` is what paying for every unpaid user would take now, with tax and after credit; none when nobody is
    unpaid or nothing can be paid for. `seat_now` is what one more seat takes for the rest of the period, without tax;
    none when nothing can be paid for. Several at once are rounded together, so they may cost a little less or more.
    `plans_for_more` names the plans that would allow more users, on a plan without sub-accounts.
    """

    as_of: Instant
    me: Me
    plan: Plan
    subscription: Subscription
    seats: SeatCounts
    transfers: TransferCounts
    codes: tuple[CodeNotice, ...] = ()
    latest: tuple[Event, ...] = ()
    usage: tuple[SeatUsage, ...] = ()
    pay_unpaid: Money | None = None
    seat_now: Money | None = None
    plans_for_more: tuple[str, ...] = ()
    last_event_id: str = "evt_0"
    vendor_contact: str = ""
    sandbox: bool = False
