"""Payments whose outcome was not noted: the gateway is asked again, with the same key, and answers what it did."""

import logging

from sqlalchemy import Connection

from contract.events import Actor, EventRequest
from contract.money import Money
from server.payments.gateway import Outcome
from server.quotes.finish import finish
from server.renewals.collect import collected
from server.services import Services
from server.store import organisations, payments, quotes
from server.store.quotes import StoredQuote
from server.store.tables import invoices
from server.store.types import AnyRow
from server.unit import Unit

log = logging.getLogger("headcount.server")


async def settle_pending(services: Services) -> None:
    """Finish what was interrupted between "asked to pay" and "paid"; each payment in a transaction of its own."""
    with services.database.read() as connection:
        waiting = payments.asked(connection)
    for row in waiting:
        try:
            outcome = await services.gateway.charge(row.id, Money(amount=row.amount, currency=row.currency))
        except Exception:  # a gateway may fail in any way; the payment stays asked and the next start tries again
            log.exception("payment %s is not settled yet", row.id)
            continue
        with services.database.write() as connection:
            _settle(connection, services, row, outcome)


def _settle(connection: Connection, services: Services, row: AnyRow, outcome: Outcome) -> None:
    stored = quotes.of_payment(connection, row.id)
    if stored is None:
        _settle_renewal(connection, services, row, outcome)
        return
    unit = Unit(
        connection=connection,
        organisation_id=row.organisation_id,
        subscription_id=stored.subscription_id,
        now=services.clock.now(),
        actor=_actor(connection, stored),
        request=EventRequest(idempotency_key=stored.confirm_key),
    )
    finish(unit, services, stored.quote.id, row.id, outcome)
    unit.record()


def _settle_renewal(connection: Connection, services: Services, row: AnyRow, outcome: Outcome) -> None:
    invoice = connection.execute(invoices.select().where(invoices.c.id == row.invoice_id)).one()
    unit = Unit(
        connection=connection,
        organisation_id=row.organisation_id,
        subscription_id=invoice.subscription_id,
        now=services.clock.now(),
    )
    collected(unit, row.id, outcome)
    unit.record()


def _actor(connection: Connection, stored: StoredQuote) -> Actor:
    account = organisations.account(connection, stored.confirmed_by) if stored.confirmed_by else None
    return Actor(account_id=stored.confirmed_by, label=account.email if account else "")
