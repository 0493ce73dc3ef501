"""Making the change a quote promised, in the transaction that notes it as paid."""

from typing import Any

from contract.billing import Invoice, InvoiceStatus
from contract.events import EventKind, EventObject
from contract.quotes import AffectedUsers, Confirmation, Quote
from server.domain.pricing import Charge, Effect
from server.quotes.make import MAX_NAMES
from server.services import Services
from server.store import invoices, quotes, subscriptions
from server.store.quotes import StoredQuote
from server.subscription.reading import subscription_answer
from server.unit import Unit
from server.users.seating import seat_waiting

_KINDS = {
    Effect.RAISE: EventKind.SEATS_ADDED,
    Effect.REDUCE: EventKind.SEATS_REDUCTION_SCHEDULED,
    Effect.KEEP: EventKind.SEATS_REDUCTION_CANCELLED,
}


def bill(unit: Unit, quote: Quote) -> str:
    """The paid invoice of a quote, line for line what was promised."""
    return invoices.issue(
        unit.connection,
        Charge(quote.lines, quote.net, quote.tax, quote.due_now),
        organisation_id=unit.organisation_id,
        subscription_id=unit.subscription_id,
        status=InvoiceStatus.PAID,
        tax_rate=quote.tax_rate,
        now=unit.now,
        quote_id=quote.id,
    )


def apply(unit: Unit, services: Services, stored: StoredQuote, invoice_id: str | None = None) -> Confirmation:
    """Change the seats, give free ones to those who wait longest, and keep the confirmation with the quote."""
    wanted = stored.quote.change.seats
    row = subscriptions.get(unit.connection, unit.subscription_id)
    values: dict[str, Any] = {"pending_payment_id": None, "scheduled_seats": None}
    if stored.effect is Effect.RAISE:
        values |= {"seats": wanted, "high_water": max(row.high_water, wanted)}
    elif stored.effect is Effect.REDUCE:
        values["scheduled_seats"] = wanted
    subscriptions.change(unit.connection, unit.subscription_id, **values)
    invoice = invoices.find(unit.connection, unit.organisation_id, invoice_id) if invoice_id else None
    before = row.scheduled_seats if stored.effect is Effect.KEEP else row.seats
    unit.emit(_KINDS[stored.effect], _subject(unit, stored.quote, invoice, before), {"seats": before})
    activated = seat_waiting(unit)
    after = subscriptions.get(unit.connection, unit.subscription_id)
    confirmation = Confirmation(
        quote_id=stored.quote.id,
        subscription=subscription_answer(after, services.catalogue),
        invoice=invoice,
        payment=invoice.payments[-1] if invoice and invoice.payments else None,
        activated=AffectedUsers(count=len(activated), names=tuple(user.name for user in activated[:MAX_NAMES])),
    )
    quotes.confirmed(unit.connection, confirmation, unit.now)
    return confirmation


def _subject(unit: Unit, quote: Quote, invoice: Invoice | None, before: int) -> EventObject:
    attributes: dict[str, Any] = {
        "from": before,
        "to": quote.change.seats,
        "effective": quote.effective.isoformat(),
        "amount": str(quote.due_now),
        "quote_id": quote.id,
    }
    if invoice:
        attributes["invoice"] = invoice.number
    label = f"{before} → {quote.change.seats} seats"
    return EventObject(type="subscription", id=unit.subscription_id, label=label, attributes=attributes)
