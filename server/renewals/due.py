"""Everything that falls due by itself, earliest first; each thing once, whoever looks and whenever somebody dies.

What is due follows from what is stored (a period's end, the moment of a retry, of a request's end, or of asking about a
payment again), so it needs no list of jobs that could disagree. It is found through indexes, and looked at again inside
the transaction that does it: what another server did meanwhile is not due any more.
"""

import datetime as dt
import heapq
import logging
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import NamedTuple

from contract.subscription import SubscriptionStatus
from server.domain.periods import start_of_day
from server.ownership.moves import expire as end_offers
from server.payments.gateway import LocalGateway
from server.payments.settle import ask_within
from server.platform.services import Services
from server.platform.transaction import Unit
from server.renewals.renew import renew
from server.store import events, ownership, payments, selections, subscriptions, transfers
from server.store.errors import UnavailableError
from server.store.types import AnyRow, Connection
from server.transfers.expiry import expire

log = logging.getLogger("headcount.server")

FARTHEST_AHEAD = dt.timedelta(hours=14)
"""The earliest time zone: a day begins there so long before it begins in UTC."""


class Kind(IntEnum):
    """What can be due, in the order in which it is done when it falls due at the same moment."""

    EXPIRY = 1
    PAYMENT = 2
    PERIOD = 3


class Due(NamedTuple):
    """The next thing to be done about a subscription."""

    at: dt.datetime
    kind: Kind


Step = Callable[[str, dt.datetime], tuple[bool, dt.datetime | None]]
"""Does what is due by a moment for one subscription; answers whether it did, and when it is its turn again."""


def run_due(services: Services) -> Iterator[int]:
    """The chore: do everything that is due by now, each thing in a transaction of its own, and yield after each."""
    now = services.clock.now()
    with services.database.read() as connection:
        found = waiting(connection, now, services)

    def step(subscription_id: str, at: dt.datetime) -> tuple[bool, dt.datetime | None]:
        try:
            with services.database.write() as connection:
                return _next(connection, subscription_id, at, now, services)
        except UnavailableError:
            log.exception("subscription %s has to wait; it is tried again later", subscription_id)
            return False, None

    yield from _in_order(found, now, step)


def run_until(connection: Connection, target: dt.datetime, services: Services) -> int:
    """Do everything that is due by a moment, inside this transaction; answers how many things it did."""

    def step(subscription_id: str, at: dt.datetime) -> tuple[bool, dt.datetime | None]:
        return _next(connection, subscription_id, at, target, services)

    return sum(_in_order(waiting(connection, target, services), target, step))


def _in_order(found: dict[str, dt.datetime], now: dt.datetime, step: Step) -> Iterator[int]:
    heap = [(at, subscription_id) for subscription_id, at in found.items()]
    heapq.heapify(heap)
    while heap:
        at, subscription_id = heapq.heappop(heap)
        did, again = step(subscription_id, at)
        if again is not None and again <= now:
            heapq.heappush(heap, (again, subscription_id))
        yield int(did)


def waiting(connection: Connection, now: dt.datetime, services: Services) -> dict[str, dt.datetime]:
    """The subscriptions with something due by a moment, and since when."""
    found: dict[str, dt.datetime] = {}
    ended = subscriptions.due(connection, (now + FARTHEST_AHEAD).date(), now)
    rows = [*transfers.due_subscriptions(connection, now), *ownership.due_subscriptions(connection, now), *ended]
    if isinstance(services.gateway, LocalGateway):
        rows += payments.due(connection, services.gateway.name, now)
    for row in rows:
        at = row.at if hasattr(row, "at") else _period_due(row)
        if at is not None and at <= now:
            found[row.id] = min(at, found.get(row.id, at))
    return found


def _period_due(row: AnyRow) -> dt.datetime | None:
    """When its period ends, or its payment is tried again; None while a payment is under way, or for good."""
    if row.pending_payment_id is not None:
        return None
    if row.status == SubscriptionStatus.PAST_DUE.value:
        retry_at: dt.datetime | None = row.retry_at
        return retry_at
    return start_of_day(row.period_end, row.time_zone) if row.status == SubscriptionStatus.ACTIVE.value else None


def _next_due(connection: Connection, row: AnyRow, services: Services) -> Due | None:
    """What is to be done next about one subscription."""
    payment_at = None
    if row.pending_payment_id is not None and isinstance(services.gateway, LocalGateway):
        payment = payments.find(connection, row.pending_payment_id)
        payment_at = payment.ask_at if payment.gateway == services.gateway.name else None
    moments = {
        Kind.EXPIRY: _next_expiry(connection, row.id),
        Kind.PAYMENT: payment_at,
        Kind.PERIOD: _period_due(row),
    }
    return min((Due(at, kind) for kind, at in moments.items() if at is not None), default=None)


def _next_expiry(connection: Connection, subscription_id: str) -> dt.datetime | None:
    """When the next request, or the offer to hand it over, is over."""
    ends = (transfers.next_expiry(connection, subscription_id), ownership.next_expiry(connection, subscription_id))
    return min((at for at in ends if at is not None), default=None)


def _next(
    connection: Connection, subscription_id: str, expected: dt.datetime, now: dt.datetime, services: Services
) -> tuple[bool, dt.datetime | None]:
    """Do what is due, if it still is, under the lock of its row: all of it or nothing.

    What is wrong with one subscription must not hold up the others': it is left for the next round. So is a period
    while users are being removed: whose removal was acknowledged is not paid for again.
    """
    row = subscriptions.lock(connection, subscription_id)
    due = _next_due(connection, row, services)
    if due is None or due.at > expected:
        return False, due.at if due else None
    if due.kind is Kind.PERIOD and selections.is_removing(connection, subscription_id):
        return False, None
    try:
        with connection.begin_nested():
            _do(connection, row, due, _moment(connection, row, due, now, services), services)
    except UnavailableError:
        raise
    except Exception:
        log.exception("subscription %s is left as it is; it is tried again later", subscription_id)
        return False, None
    again = _next_due(connection, subscriptions.get(connection, subscription_id), services)
    return True, again.at if again and again != due else None


def _moment(connection: Connection, row: AnyRow, due: Due, now: dt.datetime, services: Services) -> dt.datetime:
    """Which time it is then.

    A sandbox that was moved past several due moments stamps each thing with its own moment, so that a jump of three
    months leaves what three months would have left; never earlier than what is in the history already. A real server
    that was down acts now, and says so.
    """
    if not services.settings.sandbox:
        return now
    return max(due.at, events.last_moment(connection, row.organisation_id) or due.at)


def _do(connection: Connection, row: AnyRow, due: Due, moment: dt.datetime, services: Services) -> None:
    if due.kind is Kind.PAYMENT:
        ask_within(connection, services, row.pending_payment_id, moment)
        return
    unit = Unit(connection=connection, organisation_id=row.organisation_id, subscription_id=row.id, now=moment)
    if due.kind is Kind.EXPIRY:
        expire(unit)
        end_offers(unit)
    else:
        renew(unit, services, row)
    unit.record()
