"""What the payment of a renewal comes to: a new period for everybody, or another try later (D13)."""

from typing import Any

from contract.billing import Invoice, InvoiceStatus, PaymentStatus
from contract.events import EventKind, EventObject
from contract.money import Money
from contract.subscription import SubscriptionStatus
from server.catalogue import Catalogue
from server.domain.periods import Period, local_date
from server.domain.renewal import overdue
from server.domain.retries import next_try
from server.invoices.arrears import leave_owed
from server.payments.gateway import Outcome
from server.platform.transaction import Unit
from server.store import invoices, payments, subscriptions
from server.store.types import AnyRow
from server.subscription.reading import standing_of
from server.users.seat_assignment import make_room, seat_waiting


def collected(unit: Unit, catalogue: Catalogue, payment_id: str, outcome: Outcome) -> None:
    """Note how the payment of a renewal ended, and do what follows; once only, however often it is told."""
    payment = payments.find(unit.connection, payment_id)
    if payment.status != PaymentStatus.ASKED.value:
        return
    amount = Money(amount=payment.amount, currency=payment.currency)
    payments.settle(
        unit.connection,
        payment_id,
        accepted=outcome.accepted,
        reason=outcome.reason,
        invoice_id=payment.invoice_id,
        now=unit.now,
    )
    payments.pend(unit.connection, unit.subscription_id, None)
    if outcome.accepted:
        invoices.mark(unit.connection, payment.invoice_id, InvoiceStatus.PAID)
        invoice = invoices.find(unit.connection, unit.organisation_id, payment.invoice_id)
        assert invoice is not None
        unit.emit(EventKind.PAYMENT_SUCCEEDED, _payment(payment_id, amount, invoice=invoice.number))
        renewed = invoice.lines[0]
        period = Period(renewed.service_start, renewed.service_end)
        start_period(unit, renewed.quantity, period, renewed.unit_price, invoice)
    else:
        unit.emit(EventKind.PAYMENT_FAILED, _payment(payment_id, amount, reason=outcome.reason))
        _late(unit, catalogue, payment.invoice_id, amount)


def start_period(
    unit: Unit, seats: int, period: Period, unit_price: Money | None, invoice: Invoice | None = None
) -> None:
    """Begin a period that is paid: seats, their price, a new high-water mark, and a seat for everybody who waits."""
    make_room(unit, seats)
    row = subscriptions.get(unit.connection, unit.subscription_id)
    subscriptions.change(
        unit.connection,
        row.id,
        status=SubscriptionStatus.ACTIVE.value,
        period_start=period.start,
        period_end=period.end,
        unit_price=None if unit_price is None else unit_price.amount,
        seats=seats,
        high_water=seats,
        granted_seats=0,
        scheduled_seats=None,
        credit=row.credit - (invoice.credit_applied.amount if invoice else 0),
        failed_renewals=0,
        past_due_since=None,
        retry_at=None,
        late_seats=None,
        served_until=None,
    )
    previous = {"seats": row.seats, "period_end": row.period_end.isoformat()}
    unit.emit(EventKind.SUBSCRIPTION_RENEWED, _renewed(row, seats, period, invoice), previous)
    seat_waiting(unit)


def _late(unit: Unit, catalogue: Catalogue, invoice_id: str, amount: Money) -> None:
    """Past due with another try, or suspended after the last one. Users stay as they are until then.

    From the first refusal on it is kept how many users were active, and who loses access leaves owed what was used.
    """
    row = subscriptions.get(unit.connection, unit.subscription_id)
    failed, since = row.failed_renewals + 1, row.past_due_since or unit.now
    retry_at = next_try(since, failed, unit.now)
    suspended = retry_at is None
    status = SubscriptionStatus.SUSPENDED if suspended else SubscriptionStatus.PAST_DUE
    values: dict[str, Any] = {"failed_renewals": failed, "past_due_since": since, "retry_at": retry_at}
    if row.late_seats is None:
        values["late_seats"] = _used(unit, row, invoice_id)
    late = subscriptions.change(unit.connection, row.id, status=SubscriptionStatus.PAST_DUE.value, **values)
    if suspended:
        leave_owed(unit, catalogue, late)
        lost = subscriptions.change(unit.connection, row.id, status=status.value)
        market, today = catalogue.market(row.currency), local_date(unit.now, row.time_zone)
        amount = overdue(standing_of(lost, catalogue), market, today) or amount
    attributes = {"amount": str(amount)}
    if retry_at:
        attributes["retry_at"] = retry_at.isoformat().replace("+00:00", "Z")
    kind = EventKind.SUBSCRIPTION_SUSPENDED if suspended else EventKind.SUBSCRIPTION_PAST_DUE
    subject = EventObject(type="subscription", id=row.id, label=str(amount), attributes=attributes)
    if status.value != row.status:
        unit.emit(kind, subject, {"status": row.status})


def _used(unit: Unit, row: AnyRow, invoice_id: str) -> int:
    """How many seats were used when a renewal was refused: those active, and who left while it was being asked for."""
    asked = invoices.find(unit.connection, unit.organisation_id, invoice_id)
    seats = asked.lines[0].quantity if asked and asked.lines else 0
    return max(int(row.users_active), min(seats, int(row.seats)))


def _payment(payment_id: str, amount: Money, **attributes: str) -> EventObject:
    said = {"amount": str(amount), **attributes}
    return EventObject(type="payment", id=payment_id, label=str(amount), attributes=said)


def _renewed(row: AnyRow, seats: int, period: Period, invoice: Invoice | None) -> EventObject:
    """What it says of a contract has no amounts: there are none."""
    attributes: dict[str, Any] = {
        "from": row.seats,
        "to": seats,
        "period_start": period.start.isoformat(),
        "period_end": period.end.isoformat(),
    }
    label = f"{seats} seats until {period.end}"
    if invoice:
        attributes |= {"amount": str(invoice.to_pay), "invoice": invoice.number}
        label += f", {invoice.to_pay}"
    return EventObject(type="subscription", id=row.id, label=label, attributes=attributes)
