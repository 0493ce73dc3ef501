"""Payments for starts whose outcome nobody has noted, and prices that nobody took."""

import datetime as dt
import logging
from collections.abc import Iterator

from contract.billing import PaymentStatus
from contract.money import Money
from server.payments.gateway import Delivery, ask
from server.platform.services import Services
from server.starting.finishing import finish
from server.store import payments, starts
from server.store.types import AnyRow

log = logging.getLogger("headcount.server")

KEPT = dt.timedelta(days=2)
"""How long after its end a price that nobody tried to pay is kept: it counts against the limits of a day."""


async def settle_starts(services: Services) -> None:
    """At start: ask about every payment in the outbox."""
    await _settle(services, services.clock.now() + payments.ASK_AGAIN)


async def settle_due_starts(services: Services) -> None:
    """The errand: ask again about those that are due."""
    await _settle(services, services.clock.now())


async def _settle(services: Services, until: dt.datetime) -> None:
    with services.database.read() as connection:
        waiting = [row for row in starts.asked(connection) if row.ask_at <= until]
    for row in waiting:
        if row.gateway == services.gateway.name:
            await _ask(services, row)
        else:
            log.warning("payment %s was asked of %s, which is not there", row.id, row.gateway)


async def _ask(services: Services, row: AnyRow) -> None:
    try:
        outcome = await ask(services.gateway, row.id, Money(amount=row.amount, currency=row.currency))
        async with services.database.writing() as connection:
            finish(connection, services, row.id, outcome, services.clock.now())
    except Exception:  # a gateway may fail in any way; the payment stays in the outbox and is asked about again
        log.exception("payment %s is not settled yet", row.id)
        async with services.database.writing() as connection:
            starts.put_off(connection, row.id, services.clock.now())


async def deliver_start(services: Services, delivery: Delivery) -> bool:
    """Act on an answer that a gateway gave by itself; False when it is about no start."""
    async with services.database.writing() as connection:
        row = starts.payment(connection, delivery.key)
        if row is None or row.gateway != services.gateway.name:
            return False
        if row.status == PaymentStatus.ASKED.value:
            finish(connection, services, row.id, delivery.outcome, services.clock.now())
        elif (row.status == PaymentStatus.SUCCEEDED.value) != delivery.outcome.accepted:
            log.error("payment %s is %s, but now the gateway says otherwise", row.id, row.status)
    return True


def forget_prices(services: Services) -> Iterator[int]:
    """The chore: what was never paid is gone after a while, and with it the only trace of its name."""
    before = services.clock.now() - KEPT
    with services.database.read() as connection:
        old = starts.any_expired(connection, before)
    if old:
        with services.database.write() as connection:
            starts.forget_expired(connection, before)
    yield 0
