"""Everything that falls due by itself, one after another in the order it fell due."""

import datetime as dt
import heapq
import logging
from collections.abc import Iterator

from sqlalchemy import Connection, or_, select
from sqlalchemy.exc import OperationalError

from contract.subscription import SubscriptionStatus
from server.domain.periods import start_of_day
from server.renewals.renew import renew
from server.services import Services
from server.store import subscriptions
from server.store.tables import subscriptions as table
from server.store.types import AnyRow
from server.transfers.expiry import expire_due
from server.unit import Unit

log = logging.getLogger("headcount.server")

FARTHEST_AHEAD = dt.timedelta(hours=14)
"""The earliest time zone: a day begins there so long before it begins in UTC."""


def run_due(connection: Connection, now: dt.datetime, services: Services) -> int:
    """Expire requests and renew subscriptions that are due; answers how many things it did.

    A sandbox that was moved past several due moments stamps each thing with its own moment, so that a jump of three
    months leaves what three months would have left. A real server that was down acts now, and says so.
    """
    done = 0
    for at, subscription_id in _in_order(connection, now):
        moment = at if services.settings.sandbox else now
        done += expire_due(connection, moment)
        done += _renew_one(connection, subscription_id, moment, services)
    return done + expire_due(connection, now)


def _renew_one(connection: Connection, subscription_id: str, moment: dt.datetime, services: Services) -> int:
    """One renewal, all of it or nothing: what is wrong with one subscription must not hold up the others'."""
    row = subscriptions.get(connection, subscription_id)
    unit = Unit(connection=connection, organisation_id=row.organisation_id, subscription_id=row.id, now=moment)
    try:
        with connection.begin_nested():
            renew(unit, services, row)
            unit.record()
    except OperationalError:
        raise
    except Exception:
        log.exception("subscription %s is not renewed; it is tried again later", subscription_id)
        return 0
    return 1


def _in_order(connection: Connection, now: dt.datetime) -> Iterator[tuple[dt.datetime, str]]:
    """What is due, earliest first; a subscription comes again when its next due moment has passed too."""
    heap = [(at, row.id) for row in _candidates(connection, now) if (at := due_at(row)) is not None and at <= now]
    heapq.heapify(heap)
    while heap:
        found = heapq.heappop(heap)
        yield found
        again = due_at(subscriptions.get(connection, found[1]))
        if again is not None and found[0] < again <= now:
            heapq.heappush(heap, (again, found[1]))


def due_at(row: AnyRow) -> dt.datetime | None:
    """When something is to be done about a subscription; None while a payment is under way, or for good."""
    if row.pending_payment_id is not None:
        return None
    if row.status == SubscriptionStatus.PAST_DUE.value:
        retry_at: dt.datetime | None = row.retry_at
        return retry_at
    return start_of_day(row.period_end, row.time_zone) if row.status == SubscriptionStatus.ACTIVE.value else None


def _candidates(connection: Connection, now: dt.datetime) -> list[AnyRow]:
    latest = (now + FARTHEST_AHEAD).date()
    ended = (table.c.status == SubscriptionStatus.ACTIVE.value) & (table.c.period_end <= latest)
    late = (table.c.status == SubscriptionStatus.PAST_DUE.value) & (table.c.retry_at <= now)
    return list(connection.execute(select(table).where(or_(ended, late))))
