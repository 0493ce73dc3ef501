"""One renewal (D13): the next quantity for a whole new period, paid before it counts."""

from contract.billing import InvoiceStatus
from contract.events import EventKind, EventObject
from contract.money import Money
from contract.subscription import BillingCycle, SubscriptionStatus
from server.domain.periods import Period, next_period
from server.domain.pricing import Charge, Facts, charge_of, price_of_renewal
from server.ids import new_id
from server.payments.gateway import LocalGateway
from server.renewals.collect import collected, start_period
from server.services import Services
from server.store import invoices, payments, subscriptions
from server.store.types import AnyRow
from server.subscription.reading import facts_of
from server.unit import Unit


def renew(unit: Unit, services: Services, row: AnyRow) -> None:
    """Renew a subscription whose period is over, try a late payment again, or end what was cancelled."""
    if row.cancel_at_period_end and row.status == SubscriptionStatus.ACTIVE.value:
        _end(unit, row)
        return
    facts = facts_of(row, services.catalogue)
    period = following(row)
    charge = _charge(facts, period, row.currency)
    if charge.total.amount:
        invoice_id = _invoice(unit, facts, charge)
        _collect(unit, services, invoice_id, charge.total)
    else:
        start_period(unit, facts.seats.at_renewal, period, charge.total)


def following(row: AnyRow) -> Period:
    """The period after the one a row is in."""
    return next_period(Period(row.period_start, row.period_end), BillingCycle(row.billing_cycle), row.anchor_day)


def _charge(facts: Facts, period: Period, currency: str) -> Charge:
    if facts.unit_price is None:
        return charge_of((), facts.tax_rate, currency)
    return price_of_renewal(facts, period)


def _invoice(unit: Unit, facts: Facts, charge: Charge) -> str:
    """The open invoice of this renewal: the one of an earlier attempt while it still says the same."""
    found = invoices.open_invoice(unit.connection, unit.subscription_id)
    if found is not None:
        if found.total == charge.total.amount:
            return str(found.id)
        invoices.mark(unit.connection, found.id, InvoiceStatus.VOID)
    return invoices.issue(
        unit.connection,
        charge,
        organisation_id=unit.organisation_id,
        subscription_id=unit.subscription_id,
        status=InvoiceStatus.OPEN,
        tax_rate=facts.tax_rate,
        now=unit.now,
    )


def _collect(unit: Unit, services: Services, invoice_id: str, amount: Money) -> None:
    """Ask for the payment. A gateway with its ledger here answers at once; any other is asked after the commit."""
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
        outcome = services.gateway.charge_within(unit.connection, payment_id, amount)
        collected(unit, payment_id, outcome)


def _end(unit: Unit, row: AnyRow) -> None:
    subscriptions.change(unit.connection, row.id, status=SubscriptionStatus.ENDED.value, scheduled_seats=None)
    subject = EventObject(type="subscription", id=row.id, label=f"ended on {row.period_end}")
    unit.emit(EventKind.SUBSCRIPTION_ENDED, subject, {"status": row.status})
