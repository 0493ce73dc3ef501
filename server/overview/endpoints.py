"""`GET /v1/overview`: a fixed number of indexed queries, however many users there are."""

import datetime as dt

from contract.events import EventKind
from contract.money import Money
from contract.operations import OVERVIEW
from contract.subscription import (
    CodeNotice,
    Overview,
    PlanKind,
    SeatCounts,
    SeatUsage,
    TransferCounts,
)
from contract.users import UserStatus
from server.domain.periods import local_date
from server.domain.seat_allocation import paying_for, seat_price
from server.http.call import Call
from server.http.masking import MASKED, sees_codes, shown_events
from server.people.me import me_answer
from server.store import counts, events, subscriptions, usage
from server.store.types import AnyRow
from server.subscription.reading import plan_of, seated_status, seats_of, standing_of, subscription_answer

LATEST = 20
"""Events on the first screen. Invoices are left out: the payment and the change that caused them say it."""

TRANSFERS_EXPIRE_SOON = dt.timedelta(days=1)
_WEEK = dt.timedelta(weeks=1)
CODES_END_SOON = dt.timedelta(days=7)


def show_overview(call: Call) -> Overview:
    """All of it, as of one instant."""
    catalogue = call.services.catalogue
    row = subscriptions.get(call.connection, call.subscription_id)
    today = local_date(call.now, row.time_zone)
    newest = events.parse(events.newest(call.connection, call.organisation_id, 2 * LATEST))
    latest = [event for event in newest if event.type is not EventKind.INVOICE_ISSUED][:LATEST]
    return Overview(
        as_of=call.now,
        me=me_answer(call),
        plan=plan_of(row, catalogue, today),
        subscription=subscription_answer(row, catalogue, call.now),
        seats=_seats(call, row),
        transfers=_transfers(call),
        codes=_codes(call),
        latest=shown_events(latest, call.principal.role),
        usage=_usage(call, row),
        pay_unpaid=_pay_unpaid(call, row),
        seat_now=seat_price(standing_of(row, catalogue), today),
        last_event_id=events.event_id(events.last_seq(call.connection, call.organisation_id)),
        plans_for_more=catalogue.for_more(row.plan, row.currency),
        vendor_contact=catalogue.vendor_contact,
        sandbox=call.services.settings.sandbox,
    )


def _seats(call: Call, row: AnyRow) -> SeatCounts:
    """A subscription that ends with its period, or costs nothing, keeps its seats as far as anybody knows."""
    seats = seats_of(row, call.services.catalogue)
    paid_plan = call.services.catalogue.offer(row.plan).kind is PlanKind.PAID
    seated = seated_status(row, call.now)
    if seated is UserStatus.ENDED:
        return SeatCounts(
            paid=0, used=0, free=0, not_paid=seats.not_paid, high_water=0, at_renewal=0, inactive=seats.active
        )
    are_active = seated is UserStatus.ACTIVE
    return SeatCounts(
        paid=seats.paid,
        used=seats.active if are_active else 0,
        inactive=0 if are_active else seats.active,
        free=seats.free,
        not_paid=seats.not_paid,
        high_water=seats.high_water,
        at_renewal=seats.at_renewal if paid_plan else seats.paid,
        free_until_renewal=min(seats.free, seats.free_until_renewal) if paid_plan else 0,
    )


def _pay_unpaid(call: Call, row: AnyRow) -> Money | None:
    """What paying for everybody who waits would cost now: one line, rounded once (D15)."""
    catalogue = call.services.catalogue
    today = local_date(call.now, row.time_zone)
    return paying_for(standing_of(row, catalogue), row.users_not_paid, today, catalogue.market(row.currency))


def _usage(call: Call, row: AnyRow) -> tuple[SeatUsage, ...]:
    """Twelve months week by week: a week in which nothing changed was like the one before it."""
    noted = {each.week: each for each in usage.latest(call.connection, call.subscription_id)}
    if not noted:
        return ()
    last = usage.week_of(local_date(call.now, row.time_zone))
    first = max(min(noted), last - (usage.WEEKS - 1) * _WEEK)
    found: list[SeatUsage] = []
    known = noted[max((week for week in noted if week <= first), default=min(noted))]
    is_closed = seated_status(row, call.now) is not UserStatus.ACTIVE
    closed = usage.week_of(row.served_until or row.period_end) if is_closed else None
    for place in range((last - first) // _WEEK + 1):
        week = first + place * _WEEK
        known = noted.get(week, known)
        quiet = week > max(noted)
        used, paid = (row.users_active, row.seats) if quiet else (known.used, known.paid)
        if quiet and closed is not None and week > closed:
            used, paid = 0, 0
        found.append(SeatUsage(week=week, used=used, paid=paid))
    return tuple(found)


def _transfers(call: Call) -> TransferCounts:
    incoming, outgoing, expiring = counts.pending_transfers(
        call.connection, call.subscription_id, call.now, call.now + TRANSFERS_EXPIRE_SOON
    )
    return TransferCounts(incoming=incoming, outgoing=outgoing, expiring=expiring)


def _codes(call: Call) -> tuple[CodeNotice, ...]:
    rows = counts.ending_codes(call.connection, call.subscription_id, call.now, call.now + CODES_END_SOON)
    sees = sees_codes(call.principal.role)
    return tuple(
        CodeNotice(code=row.code if sees else MASKED, uses_left=row.uses_left, expires_at=row.expires_at)
        for row in rows
    )


HANDLERS = {OVERVIEW: show_overview}
