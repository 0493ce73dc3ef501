"""The outbox: payments with the status `asked`, whose outcome nobody has noted yet.

A payment is put there by the same transaction that needs it, before the gateway hears of it, and leaves it in the
transaction that does what was paid for. Whatever breaks in between, the gateway is asked again with the same key and
answers what it did; and whoever brings an answer, and however often, only the first one counts.
"""

import datetime as dt
import logging

from contract.billing import PaymentStatus
from contract.events import Actor, EventRequest
from contract.money import Money
from server.payments.gateway import Delivery, LocalGateway, Outcome, OutcomeUnknownError, TellingGateway, ask
from server.platform.services import Services
from server.platform.transaction import Unit
from server.quotes.finish import finish
from server.renewals.collect import collected
from server.starting.settling import deliver_start
from server.store import invoices, organisations, payments, quotes
from server.store.quotes import StoredQuote
from server.store.types import AnyRow, Connection

log = logging.getLogger("headcount.server")

GIVE_UP_AFTER = 5
"""So many questions in a row without an answer: the gateway is down, and the rest is asked in the next round."""


async def settle_pending(services: Services) -> None:
    """Ask about every payment in the outbox, each settled in a transaction of its own."""
    with services.database.read() as connection:
        waiting = payments.asked(connection)
    silent = 0
    for row in waiting:
        silent = 0 if await _ask(services, row) else silent + 1
        if silent == GIVE_UP_AFTER:
            log.warning("the gateway does not answer; it is asked again later")
            return


async def settle_elsewhere(services: Services) -> None:
    """The errand: ask a gateway outside about its payments, and hear what any gateway has to tell.

    A gateway with its ledger here is asked by the chore that does what falls due, in its turn.
    """
    if not isinstance(services.gateway, LocalGateway):
        await settle_pending(services)
    if isinstance(services.gateway, TellingGateway):
        for delivery in await services.gateway.news():
            await deliver(services, delivery)
            await services.gateway.heard(delivery)


async def deliver(services: Services, delivery: Delivery) -> None:
    """Act on an answer that came by itself; told before, or about a payment of somebody else's, it changes nothing."""
    if await deliver_start(services, delivery):
        return
    async with services.database.writing() as connection:
        row = payments.of_key(connection, delivery.key)
        if row is None or row.gateway != services.gateway.name:
            log.warning("the gateway told of a payment that is not ours: %r", delivery.key)
        elif row.status == PaymentStatus.ASKED.value:
            settle(connection, services, row, delivery.outcome, services.clock.now())
        elif (row.status == PaymentStatus.SUCCEEDED.value) != delivery.outcome.accepted:
            log.error("payment %s is %s, but now the gateway says otherwise", row.id, row.status)


async def _ask(services: Services, row: AnyRow) -> bool:
    """Whether there was an answer."""
    if row.gateway != services.gateway.name:
        log.warning("payment %s was asked of %s, which is not there", row.id, row.gateway)
        return True
    try:
        outcome = await ask(services.gateway, row.gateway_key, _amount(row))
        async with services.database.writing() as connection:
            settle(connection, services, row, outcome, services.clock.now())
    except Exception:  # a gateway may fail in any way; the payment stays in the outbox and is asked about again
        log.exception("payment %s is not settled yet", row.id)
        async with services.database.writing() as connection:
            payments.put_off(connection, row.id, services.clock.now())
        return False
    return True


def ask_within(connection: Connection, services: Services, payment_id: str, now: dt.datetime) -> None:
    """Ask a gateway with its ledger here, as a part of this transaction; without an answer, again in a minute."""
    row, gateway = payments.find(connection, payment_id), services.gateway
    assert isinstance(gateway, LocalGateway)
    try:
        outcome = gateway.charge_within(connection, row.gateway_key, _amount(row), now)
    except OutcomeUnknownError:
        payments.put_off(connection, payment_id, now)
    else:
        settle(connection, services, row, outcome, now)


def settle(connection: Connection, services: Services, row: AnyRow, outcome: Outcome, now: dt.datetime) -> None:
    """Note how a payment ended, and do what follows; once only, whoever else does the same at the same time."""
    if payments.find(connection, row.id).status != PaymentStatus.ASKED.value:
        return
    stored = None if row.invoice_id else quotes.of_payment(connection, row.id)
    unit = _renewing(connection, row, now) if stored is None else _confirming(connection, row, stored, now)
    if stored is None:
        collected(unit, services.catalogue, row.id, outcome)
    else:
        finish(unit, services, stored.quote.id, row.id, outcome)
    unit.record()


def _confirming(connection: Connection, row: AnyRow, stored: StoredQuote, now: dt.datetime) -> Unit:
    account = organisations.account(connection, stored.confirmed_by) if stored.confirmed_by else None
    return Unit(
        connection=connection,
        organisation_id=row.organisation_id,
        subscription_id=stored.subscription_id,
        now=now,
        actor=Actor(account_id=stored.confirmed_by, label=account.email if account else ""),
        request=EventRequest(idempotency_key=stored.confirm_key),
    )


def _renewing(connection: Connection, row: AnyRow, now: dt.datetime) -> Unit:
    return Unit(
        connection=connection,
        organisation_id=row.organisation_id,
        subscription_id=invoices.subscription_of(connection, row.invoice_id),
        now=now,
    )


def _amount(row: AnyRow) -> Money:
    return Money(amount=row.amount, currency=row.currency)
