"""One renewal (D13): the next quantity for a whole new period, paid before it counts."""

from contract.billing import Invoice, InvoiceStatus
from contract.events import EventKind, EventObject
from contract.money import Money
from contract.subscription import SubscriptionStatus
from server.domain.periods import start_of_day
from server.domain.renewal import Renewal, renewal
from server.invoices.issuing import issue
from server.payments.gateway import LocalGateway
from server.payments.settle import ask_within
from server.platform.ids import new_id
from server.platform.services import Services
from server.platform.transaction import Unit
from server.renewals.collect import start_period
from server.store import invoices, payments, subscriptions
from server.store.types import AnyRow
from server.subscription.reading import standing_of


def renew(unit: Unit, services: Services, row: AnyRow) -> None:
    """Renew a subscription whose period is over, try a late payment again, or end what was cancelled."""
    if row.cancel_at_period_end and row.status == SubscriptionStatus.ACTIVE.value:
        _end(unit, row)
        return
    standing = standing_of(row, services.catalogue)
    found = renewal(standing, services.catalogue.market(row.currency))
    invoice = _invoice(unit, services, found)
    if invoice is not None and invoice.to_pay.amount:
        _collect(unit, services, invoice.id, invoice.to_pay)
        return
    if invoice is not None:
        invoices.mark(unit.connection, invoice.id, InvoiceStatus.PAID)
    start_period(unit, found.after.seats.paid, found.period, found.after.unit_price, invoice)


def _invoice(unit: Unit, services: Services, found: Renewal) -> Invoice | None:
    """The open invoice of this renewal: the one of an earlier attempt while it still says the same.

    None where nothing is charged; what an earlier attempt would have charged is void then.
    """
    row = invoices.open_invoice(unit.connection, unit.subscription_id)
    if row is not None:
        waiting = invoices.find(unit.connection, unit.organisation_id, row.id)
        charge = found.charge
        if waiting and (waiting.lines, waiting.total, waiting.to_pay) == (charge.lines, charge.total, charge.due):
            return waiting
        invoices.mark(unit.connection, row.id, InvoiceStatus.VOID)
    if not found.charge.lines:
        return None
    return issue(unit, found.charge, status=InvoiceStatus.OPEN, tax_rate=services.catalogue.tax_rate)


def _collect(unit: Unit, services: Services, invoice_id: str, amount: Money) -> None:
    """Put the payment into the outbox. A gateway with its ledger here is asked at once, any other after the commit."""
    payment_id = new_id("pay")
    payments.insert_asked(
        unit.connection,
        payment_id,
        organisation_id=unit.organisation_id,
        account_id=None,
        amount=amount,
        gateway=services.gateway.name,
        now=unit.now,
        invoice_id=invoice_id,
    )
    payments.pend(unit.connection, unit.subscription_id, payment_id)
    if isinstance(services.gateway, LocalGateway):
        unit.record()
        ask_within(unit.connection, services, payment_id, unit.now)


def _end(unit: Unit, row: AnyRow) -> None:
    ended = {"status": SubscriptionStatus.ENDED.value, "scheduled_seats": None}
    ended_at = min(unit.now, start_of_day(row.period_end, row.time_zone))
    subscriptions.change(unit.connection, row.id, **ended, ended_at=ended_at)
    subject = EventObject(type="subscription", id=row.id, label=f"ended on {row.period_end}")
    unit.emit(EventKind.SUBSCRIPTION_ENDED, subject, {"status": row.status})
