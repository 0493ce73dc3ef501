"""Making the change a quote promised, in the transaction that notes it as paid."""

import datetime as dt
from typing import Any

from contract.billing import Invoice, InvoiceStatus
from contract.quotes import AffectedUsers, Confirmation, Quote
from contract.subscription import SubscriptionStatus
from server.domain.charging import Charge
from server.domain.periods import local_date
from server.invoices.arrears import leave_owed
from server.invoices.issuing import issue
from server.platform.services import Services
from server.platform.transaction import Unit
from server.quotes.event_emission import tell
from server.quotes.make import MAX_NAMES
from server.store import invoices, quotes, subscriptions
from server.store.quotes import StoredQuote
from server.store.types import AnyRow
from server.subscription.reading import subscription_answer
from server.users.seat_assignment import make_room, seat_chosen, seat_waiting


def bill(unit: Unit, quote: Quote) -> Invoice:
    """The paid invoice of a quote, line for line what was promised."""
    charge = Charge(quote.lines, quote.net, quote.tax, quote.total, quote.credit_applied, quote.due_now)
    return issue(unit, charge, status=InvoiceStatus.PAID, tax_rate=quote.tax_rate, quote_id=quote.id)


def apply(unit: Unit, services: Services, stored: StoredQuote, invoice_id: str | None = None) -> Confirmation:
    """Write the terms that were promised, give seats to who is paid for, and keep the confirmation with the quote.

    Users may have come and gone while the payment was on its way: who was paid for and still waits comes first, then
    whoever waits longest; when a new period has fewer seats, those who came last wait.
    """
    quote = stored.quote
    if invoice_id is None and quote.lines:
        invoice_id = bill(unit, quote).id
    row = subscriptions.get(unit.connection, unit.subscription_id)
    make_room(unit, quote.after.seats)
    subscriptions.change(unit.connection, row.id, **_values(unit, quote, row))
    if quote.change.cancel:
        if quote.after.status is SubscriptionStatus.ENDED:
            leave_owed(unit, services.catalogue, row, _day_after(quote, row))
    elif row.status != SubscriptionStatus.ACTIVE.value:
        invoices.void_open(unit.connection, row.id)
    invoice = invoices.find(unit.connection, unit.organisation_id, invoice_id) if invoice_id else None
    chosen = [share.user_id for line in quote.lines for share in line.shares]
    tell(unit, quote, invoice, paid_for=len(chosen))
    activated = [*seat_chosen(unit, chosen), *seat_waiting(unit)]
    after = subscriptions.get(unit.connection, unit.subscription_id)
    confirmation = Confirmation(
        quote_id=quote.id,
        subscription=subscription_answer(after, services.catalogue, unit.now),
        invoice=invoice,
        payment=invoice.payments[-1] if invoice and invoice.payments else None,
        activated=AffectedUsers(count=len(activated), names=tuple(user.name for user in activated[:MAX_NAMES])),
    )
    quotes.confirmed(unit.connection, confirmation, unit.now)
    return confirmation


def _day_after(quote: Quote, row: AnyRow) -> dt.date:
    """The day after the one a quote was made on: until then its price counts what was used."""
    return local_date(quote.created_at, row.time_zone) + dt.timedelta(days=1)


def _values(unit: Unit, quote: Quote, row: AnyRow) -> dict[str, Any]:
    """The promised terms as columns; what was paid in the same period at the same price stays the high-water mark.

    What was granted stays granted as long as period, price and plan do. Started anew, nothing of before counts.
    """
    before, after = quote.before, quote.after
    same = all(getattr(before, name) == getattr(after, name) for name in ("period_start", "period_end", "unit_price"))
    same = same and quote.change.start is None
    stays = same and before.plan == after.plan
    values: dict[str, Any] = {
        "plan": after.plan,
        "billing_cycle": after.billing_cycle.value,
        "status": after.status.value,
        "period_start": after.period_start,
        "period_end": after.period_end,
        "anchor_day": after.anchor_day,
        "unit_price": None if after.unit_price is None else after.unit_price.amount,
        "seats": after.seats,
        "high_water": max(after.seats, row.high_water) if same else after.seats,
        "scheduled_seats": after.scheduled_seats,
        "granted_seats": row.granted_seats if stays else 0,
        "cancel_at_period_end": after.ends,
        "credit": row.credit - quote.credit_applied.amount,
        "pending_payment_id": None,
    }
    if after.status is not SubscriptionStatus.PAST_DUE:
        values |= {"failed_renewals": 0, "past_due_since": None, "retry_at": None}
    if after.status is SubscriptionStatus.ENDED:
        values["ended_at"] = row.ended_at or unit.now
    elif quote.change.start is not None:
        values["ended_at"] = None
    if not quote.change.cancel:
        values |= {"late_seats": None, "served_until": None}
    return values
