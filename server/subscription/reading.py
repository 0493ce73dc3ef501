"""A subscription's row as the rules and the wire see it."""

import datetime as dt

from contract.money import Money
from contract.subscription import (
    BillingCycle,
    NextPayment,
    Plan,
    PlanChoice,
    PlanKind,
    Subscription,
    SubscriptionStatus,
)
from contract.users import UserStatus
from server.catalogue import Catalogue
from server.domain.periods import Period, local_date, running_end, start_of_day
from server.domain.plan_transitions import choices
from server.domain.plans import Market
from server.domain.renewal import forecast, next_price, overdue
from server.domain.retries import AT_LEAST, last_try
from server.domain.seats import Seats
from server.domain.subscription_state import Arrears, Standing
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
        granted=row.granted_seats,
        late=(row.late_seats or 0) if row.status == SubscriptionStatus.PAST_DUE.value else 0,
    )


def standing_of(row: AnyRow, catalogue: Catalogue, paid_by: tuple[str, ...] = ()) -> Standing:
    """All that prices follow from; `paid_by` are the invoices of its period, for who wants to credit them."""
    return Standing(
        plan=catalogue.offer(row.plan).terms(row.currency),
        cycle=BillingCycle(row.billing_cycle),
        status=SubscriptionStatus(row.status),
        currency=row.currency,
        period=Period(row.period_start, row.period_end),
        anchor_day=row.anchor_day,
        seats=seats_of(row, catalogue),
        unit_price=_unit_price(row),
        credit=row.credit,
        ends=row.cancel_at_period_end,
        paid_by=paid_by,
        owed=None if row.served_until is None else Arrears(row.late_seats or 0, row.served_until),
    )


def plan_of(row: AnyRow, catalogue: Catalogue, today: dt.date) -> Plan:
    """The plan it is on, at today's prices; on a contract the maximum number of users is the contract's."""
    plan = catalogue.offer(row.plan).plan(row.currency, today)
    return plan.model_copy(update={"max_users": row.seats}) if plan.kind is PlanKind.CONTRACT else plan


def plan_choices(row: AnyRow, catalogue: Catalogue, plan_id: str, today: dt.date) -> tuple[PlanChoice, ...]:
    """What this subscription may make of one plan, cycle by cycle (D10)."""
    standing, market = standing_of(row, catalogue), catalogue.market(row.currency)
    return tuple(
        PlanChoice(
            billing_cycle=choice.cycle,
            price=choice.price,
            current=choice.current,
            allowed=choice.allowed,
            reason=f"{choice.refusal.detail}." if choice.refusal else "",
        )
        for choice in choices(standing, market.plan(plan_id), market, today)
    )


def subscription_answer(row: AnyRow, catalogue: Catalogue, now: dt.datetime) -> Subscription:
    """The subscription as it travels, with what the next renewal will cost if nothing changes."""
    standing, market = standing_of(row, catalogue), catalogue.market(row.currency)
    are_active = seated_status(row, now) is UserStatus.ACTIVE
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
        granted_seats=row.granted_seats,
        users_active=row.users_active if are_active else 0,
        users_inactive=0 if are_active else row.users_active,
        users_not_paid=row.users_not_paid,
        main_account_uses_seat=row.main_account_uses_seat,
        cancel_at_period_end=row.cancel_at_period_end,
        next_payment=_next_payment(row, standing, market),
        price_change=next_price(standing),
        credit=Money(amount=row.credit, currency=row.currency) if row.credit else None,
        overdue=overdue(standing, market, local_date(now, row.time_zone)),
        retry_at=row.retry_at,
        suspended_at=suspended_at(row),
        restorable_until=restorable_until(row, now),
        ended_at=row.ended_at,
        created_at=row.created_at,
        version=row.version,
    )


def restorable_until(row: AnyRow, now: dt.datetime) -> dt.datetime | None:
    """Until when somebody removed now can be listed again: the period's end, paid for or not (D19).

    None when nobody can: it has ended, or is about to.
    """
    today = local_date(now, row.time_zone)
    over = row.cancel_at_period_end and today >= row.period_end
    if over or row.status == SubscriptionStatus.ENDED.value:
        return None
    period = Period(row.period_start, row.period_end)
    end = running_end(period, BillingCycle(row.billing_cycle), row.anchor_day, today)
    return start_of_day(end, row.time_zone)


def seated_status(row: AnyRow, now: dt.datetime) -> UserStatus:
    """What a user with a seat is: active, or else why nobody is (D12, D13)."""
    over = row.cancel_at_period_end and now >= start_of_day(row.period_end, row.time_zone)
    if row.status == SubscriptionStatus.SUSPENDED.value:
        return UserStatus.SUSPENDED
    return UserStatus.ENDED if over or row.status == SubscriptionStatus.ENDED.value else UserStatus.ACTIVE


def _unit_price(row: AnyRow) -> Money | None:
    return None if row.unit_price is None else Money(amount=row.unit_price, currency=row.currency)


def suspended_at(row: AnyRow) -> dt.datetime | None:
    """When access is lost if every try is refused, or was."""
    if row.past_due_since is None:
        return None
    if row.retry_at is None:
        return last_try(row.past_due_since, 1, row.past_due_since + AT_LEAST)
    return last_try(row.past_due_since, row.failed_renewals, row.retry_at)


def _next_payment(row: AnyRow, standing: Standing, market: Market) -> NextPayment | None:
    """The next renewal; for one that was refused, the day it is asked for again."""
    found = forecast(standing, market)
    if found is None:
        return None
    date = local_date(row.retry_at, row.time_zone) if row.retry_at else found.date
    return NextPayment(
        date=date,
        amount=found.due,
        seats=found.seats,
        total=found.amount,
        credit_applied=found.credit_applied,
        full_from=found.full_from,
    )
