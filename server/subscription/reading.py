"""A subscription's row as the rules and the wire see it."""

from contract.money import Money
from contract.subscription import (
    BillingCycle,
    NextPayment,
    Plan,
    PlanKind,
    Subscription,
    SubscriptionStatus,
)
from server.catalogue import Catalogue
from server.domain.periods import Period
from server.domain.pricing import Facts, forecast
from server.domain.seats import Seats
from server.store.types import AnyRow


def seats_of(row: AnyRow, catalogue: Catalogue) -> Seats:
    """The seats, for the rules."""
    return Seats(
        paid=row.seats,
        high_water=row.high_water,
        scheduled=row.scheduled_seats,
        active=row.users_active,
        not_paid=row.users_not_paid,
        follow_users=catalogue.offer(row.plan).seats_follow_users,
    )


def facts_of(row: AnyRow, catalogue: Catalogue) -> Facts:
    """All that pricing needs to know."""
    return Facts(
        plan=catalogue.offer(row.plan).name,
        plan_kind=catalogue.offer(row.plan).kind,
        status=SubscriptionStatus(row.status),
        period=Period(row.period_start, row.period_end),
        seats=seats_of(row, catalogue),
        unit_price=_unit_price(row),
        tax_rate=catalogue.tax_rate,
        ends=row.cancel_at_period_end,
        contact=catalogue.vendor_contact,
    )


def plan_of(row: AnyRow, catalogue: Catalogue) -> Plan:
    """The plan it is on; on a contract the maximum number of users is the contract's."""
    plan = catalogue.offer(row.plan).plan(row.currency)
    return plan.model_copy(update={"max_users": row.seats}) if plan.kind is PlanKind.CONTRACT else plan


def subscription_answer(row: AnyRow, catalogue: Catalogue) -> Subscription:
    """The subscription as it travels, with what the next renewal will cost if nothing changes."""
    return Subscription(
        id=row.id,
        plan=row.plan,
        billing_cycle=BillingCycle(row.billing_cycle),
        status=SubscriptionStatus(row.status),
        currency=row.currency,
        time_zone=row.time_zone,
        period_start=row.period_start,
        period_end=row.period_end,
        unit_price=_unit_price(row),
        seats=row.seats,
        high_water=row.high_water,
        scheduled_seats=row.scheduled_seats,
        users_active=row.users_active,
        users_not_paid=row.users_not_paid,
        main_account_uses_seat=row.main_account_uses_seat,
        cancel_at_period_end=row.cancel_at_period_end,
        next_payment=_next_payment(row, catalogue),
        created_at=row.created_at,
        version=row.version,
    )


def _unit_price(row: AnyRow) -> Money | None:
    return None if row.unit_price is None else Money(amount=row.unit_price, currency=row.currency)


def _next_payment(row: AnyRow, catalogue: Catalogue) -> NextPayment | None:
    facts = facts_of(row, catalogue)
    found = forecast(facts, facts.seats)
    return None if found is None else NextPayment(date=found.date, amount=found.amount, seats=found.seats)
