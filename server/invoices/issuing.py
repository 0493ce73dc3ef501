"""Issuing an invoice: the row, its lines, and its digest in the history, so that it can't be changed unseen (D29)."""

from contract.billing import Invoice, InvoiceKind, InvoiceStatus
from contract.events import EventKind, EventObject
from server.domain.charging import Charge
from server.platform.transaction import Unit
from server.store import invoices


def issue(unit: Unit, charge: Charge, *, status: InvoiceStatus, tax_rate: int, quote_id: str | None = None) -> Invoice:
    """Write it under the next number of its kind, and note what it says."""
    issued = invoices.issue(
        unit.connection,
        charge,
        organisation_id=unit.organisation_id,
        subscription_id=unit.subscription_id,
        status=status,
        tax_rate=tax_rate,
        now=unit.now,
        quote_id=quote_id,
    )
    amounts = ("total", "credit_applied", "amount_paid", "amount_due")
    attributes = {
        "number": issued.number,
        "kind": issued.kind.value,
        **{name: str(getattr(issued, name)) for name in amounts},
        "amount": str(issued.total if issued.kind is InvoiceKind.CREDIT_NOTE else issued.to_pay),
        "digest": issued.seal,
    }
    if issued.credits:
        attributes["credits"] = ", ".join(issued.credits)
    label = f"{issued.number}, {attributes['amount']}"
    unit.emit(EventKind.INVOICE_ISSUED, EventObject(type="invoice", id=issued.id, label=label, attributes=attributes))
    return issued
