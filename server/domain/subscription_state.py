"""How a subscription stands: all that prices follow from, and all that a change may move, as one frozen value."""

import datetime as dt
from dataclasses import dataclass

from contract.billing import Line
from contract.money import Money
from contract.quotes import Terms
from contract.subscription import BillingCycle, PlanKind, SubscriptionStatus
from server.domain.charging import Charge, charge_of
from server.domain.periods import Period, next_period
from server.domain.plans import Market, PlanTerms
from server.domain.seats import Seats


@dataclass(frozen=True, slots=True)
class Arrears:
    """Service that a refused renewal should have paid: so many seats, from the end of the period until a day."""

    seats: int
    until: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One subscription at one moment.

    `unit_price` is per seat and whole period, none where nothing is paid. `credit` is kept for the next payments, in
    minor units. `ends` says that it is cancelled and runs until the period ends. `paid_by` are the numbers of the
    invoices that paid for this period: what a credit line gives back. `owed` are days of service that nobody paid for,
    once access was lost or the subscription has ended.
    """

    plan: PlanTerms
    cycle: BillingCycle
    status: SubscriptionStatus
    currency: str
    period: Period
    anchor_day: int
    seats: Seats
    unit_price: Money | None
    credit: int = 0
    ends: bool = False
    paid_by: tuple[str, ...] = ()
    owed: Arrears | None = None

    @property
    def following(self) -> Period:
        """The period after this one."""
        return next_period(self.period, self.cycle, self.anchor_day)

    @property
    def price(self) -> Money:
        """The price of a seat for a whole period; of nothing where nothing is paid."""
        return self.unit_price or Money(amount=0, currency=self.currency)

    def price_from(self, day: dt.date) -> Money | None:
        """The price of a seat in a period that begins on a day: as it was bought, unless another was announced.

        One that was announced for a day of the time before this period was bought, or renewed, does not count.
        """
        return self.unit_price and (self.plan.newest(self.cycle, self.period.start, day) or self.unit_price)

    @property
    def renews(self) -> bool:
        """Whether another period will be paid for if nothing changes; a suspended one waits for somebody."""
        over = self.ends or self.status in {SubscriptionStatus.ENDED, SubscriptionStatus.SUSPENDED}
        return self.plan.kind is PlanKind.PAID and self.unit_price is not None and not over

    @property
    def terms(self) -> Terms:
        """The same as it travels in a quote."""
        return Terms(
            plan=self.plan.id,
            plan_name=self.plan.name,
            billing_cycle=self.cycle,
            status=self.status,
            seats=self.seats.paid,
            scheduled_seats=self.seats.scheduled,
            unit_price=self.unit_price,
            period_start=self.period.start,
            period_end=self.period.end,
            anchor_day=self.anchor_day,
            ends=self.ends,
        )

    def charge(self, lines: tuple[Line, ...], market: Market) -> Charge:
        """What lines come to for this subscription: its currency, its credit, the market's tax."""
        return charge_of(lines, market.tax_rate, self.currency, self.credit)
