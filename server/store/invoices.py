"""Invoices with their lines. What was issued is never changed, except from open to paid or void."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update

from contract.billing import (
    Factor,
    Granularity,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Line,
    Payment,
    Rounding,
    UserShare,
)
from contract.explain import seal_of
from contract.money import Money
from server.domain.charging import Charge
from server.platform.ids import new_id
from server.store import payments
from server.store.tables import invoice_lines, invoices
from server.store.types import AnyRow


def issue(
    connection: Connection,
    charge: Charge,
    *,
    organisation_id: str,
    subscription_id: str,
    status: InvoiceStatus,
    tax_rate: int,
    now: dt.datetime,
    quote_id: str | None = None,
) -> Invoice:
    """Write an invoice under the organisation's next number, without gaps; its `seal` here is the stored digest.

    One that gives back more than it charges is a credit note, which has numbers of its own.
    """
    invoice_id = new_id("inv")
    kind = InvoiceKind.CREDIT_NOTE if charge.total.amount < 0 else InvoiceKind.INVOICE
    last = func.coalesce(func.max(invoices.c.serial), 0)
    of_kind = func.coalesce(func.max(case((invoices.c.kind == kind.value, invoices.c.number_of_kind))), 0)
    ours = invoices.c.organisation_id == organisation_id
    serial, number = connection.execute(select(last + 1, of_kind + 1).where(ours)).one()
    connection.execute(
        insert(invoices).values(
            id=invoice_id,
            organisation_id=organisation_id,
            subscription_id=subscription_id,
            serial=serial,
            kind=kind.value,
            number_of_kind=number,
            number=f"{_PREFIX[kind]}-{number:05d}",
            quote_id=quote_id,
            status=status.value,
            currency=charge.total.currency,
            net=charge.net.amount,
            tax_rate=tax_rate,
            tax=charge.tax.amount,
            total=charge.total.amount,
            credit_applied=charge.credit_applied.amount,
            due=charge.due.amount,
            issued_at=now,
        )
    )
    rows = [_line_row(invoice_id, position, line) for position, line in enumerate(charge.lines)]
    connection.execute(insert(invoice_lines), rows)
    issued = find(connection, organisation_id, invoice_id)
    assert issued is not None
    digest = digest_of(issued)
    connection.execute(update(invoices).where(invoices.c.id == invoice_id).values(digest=digest))
    return issued.model_copy(update={"seal": digest})


_PREFIX = {InvoiceKind.INVOICE: "INV", InvoiceKind.CREDIT_NOTE: "CN"}


def digest_of(invoice: Invoice, like: str = "") -> str:
    """A digest of what is issued for good: everything but its status and its payments (D29).

    `like` is an earlier digest of it, which tells how to make this one.
    """
    issued = {"status": InvoiceStatus.OPEN, "payments": (), **_amounts(InvoiceStatus.OPEN, invoice.to_pay)}
    return seal_of(invoice.model_copy(update=issued), like.partition(":")[0])


def _amounts(status: InvoiceStatus, to_pay: Money) -> dict[str, Money]:
    """What was paid, and what is owed: nothing of either of one that is void."""
    nothing = Money(amount=0, currency=to_pay.currency)
    return {
        "amount_paid": to_pay if status is InvoiceStatus.PAID else nothing,
        "amount_due": to_pay if status is InvoiceStatus.OPEN else nothing,
    }


def of_period(connection: Connection, row: AnyRow) -> tuple[str, ...]:
    """The numbers of the paid invoices behind what a subscription holds: its period, at its price; oldest first."""
    query = (
        select(invoices.c.number)
        .join(invoice_lines, invoice_lines.c.invoice_id == invoices.c.id)
        .where(
            invoices.c.subscription_id == row.id,
            invoices.c.status == InvoiceStatus.PAID.value,
            invoice_lines.c.period_start == row.period_start,
            invoice_lines.c.period_end == row.period_end,
            invoice_lines.c.unit_price == row.unit_price,
            invoice_lines.c.quantity > 0,
        )
        .group_by(invoices.c.serial, invoices.c.number)
        .order_by(invoices.c.serial)
    )
    return tuple(connection.execute(query).scalars())


def mark(connection: Connection, invoice_id: str, status: InvoiceStatus) -> None:
    """Close an open invoice."""
    connection.execute(update(invoices).where(invoices.c.id == invoice_id).values(status=status.value))


def void_open(connection: Connection, subscription_id: str) -> None:
    """Take back the renewal that waits for its payment: another invoice takes its place, or nothing is owed."""
    found = open_invoice(connection, subscription_id)
    if found is not None:
        mark(connection, found.id, InvoiceStatus.VOID)


def open_invoice(connection: Connection, subscription_id: str) -> AnyRow | None:
    """The renewal that waits for its payment, if there is one."""
    return connection.execute(
        select(invoices).where(
            invoices.c.subscription_id == subscription_id, invoices.c.status == InvoiceStatus.OPEN.value
        )
    ).first()


def issued_since(connection: Connection, subscription_id: str, moment: dt.datetime) -> list[str | None]:
    """The quotes behind what was invoiced and not voided since a moment; None for a renewal."""
    query = select(invoices.c.quote_id).where(
        invoices.c.subscription_id == subscription_id,
        invoices.c.issued_at >= moment,
        invoices.c.status != InvoiceStatus.VOID.value,
    )
    return list(connection.execute(query).scalars())


def find(connection: Connection, organisation_id: str, invoice_id: str) -> Invoice | None:
    """One invoice of an organisation."""
    query = select(invoices).where(invoices.c.id == invoice_id, invoices.c.organisation_id == organisation_id)
    found = as_invoices(connection, connection.execute(query).all())
    return found[0] if found else None


def subscription_of(connection: Connection, invoice_id: str) -> str:
    """Whose invoice it is."""
    found: str = connection.execute(select(invoices.c.subscription_id).where(invoices.c.id == invoice_id)).scalar_one()
    return found


def page(
    connection: Connection,
    organisation_id: str,
    *,
    limit: int,
    after: int | None = None,
    offset: int = 0,
) -> Sequence[AnyRow]:
    """Rows of invoices, newest first, continuing after a serial number."""
    query = select(invoices).where(invoices.c.organisation_id == organisation_id)
    if after is not None:
        query = query.where(invoices.c.serial < after)
    return connection.execute(query.order_by(invoices.c.serial.desc()).limit(limit).offset(offset)).all()


def count(connection: Connection, organisation_id: str) -> int:
    """How many invoices an organisation has."""
    query = select(func.count()).select_from(invoices).where(invoices.c.organisation_id == organisation_id)
    return int(connection.execute(query).scalar_one())


def as_invoices(connection: Connection, rows: Sequence[AnyRow]) -> list[Invoice]:
    """Rows with their lines and payments, in the order given: two queries, however many rows."""
    ids = [row.id for row in rows]
    lines: dict[str, list[Line]] = {invoice_id: [] for invoice_id in ids}
    currencies = {row.id: row.currency for row in rows}
    query = select(invoice_lines).where(invoice_lines.c.invoice_id.in_(ids)).order_by(invoice_lines.c.position)
    for row in connection.execute(query):
        lines[row.invoice_id].append(_line(row, currencies[row.invoice_id]))
    paid = payments.of_invoices(connection, ids)
    return [_invoice(row, tuple(lines[row.id]), paid[row.id]) for row in rows]


def _invoice(row: AnyRow, lines: tuple[Line, ...], paid: tuple[Payment, ...]) -> Invoice:
    found = Invoice(
        id=row.id,
        kind=InvoiceKind(row.kind),
        number=row.number,
        credits=tuple(dict.fromkeys(number for line in lines for number in line.credits)),
        issued_at=row.issued_at,
        status=InvoiceStatus(row.status),
        lines=lines,
        net=Money(amount=row.net, currency=row.currency),
        tax_rate=row.tax_rate,
        tax=Money(amount=row.tax, currency=row.currency),
        total=Money(amount=row.total, currency=row.currency),
        credit_applied=Money(amount=row.credit_applied, currency=row.currency),
        **_amounts(InvoiceStatus(row.status), Money(amount=row.due, currency=row.currency)),
        quote_id=row.quote_id,
        payments=paid,
    )
    return found.model_copy(update={"seal": seal_of(found)})


def _line(row: AnyRow, currency: str) -> Line:
    return Line(
        description=row.description,
        quantity=row.quantity,
        unit_price=Money(amount=row.unit_price, currency=currency),
        factor=Factor(numerator=row.numerator, denominator=row.denominator),
        granularity=Granularity(row.granularity),
        rounding=Rounding(row.rounding),
        service_start=row.service_start,
        service_end=row.service_end,
        period_start=row.period_start,
        period_end=row.period_end,
        amount=Money(amount=row.amount, currency=currency),
        credits=tuple(row.credits.split()),
        user_id=row.user_id,
        shares=tuple(
            UserShare(user_id=user_id, name=name, amount=Money(amount=amount, currency=currency))
            for user_id, name, amount in (json.loads(row.shares) if row.shares else ())
        ),
    )


def _line_row(invoice_id: str, position: int, line: Line) -> dict[str, Any]:
    return {
        "invoice_id": invoice_id,
        "position": position,
        "description": line.description,
        "quantity": line.quantity,
        "unit_price": line.unit_price.amount,
        "numerator": line.factor.numerator,
        "denominator": line.factor.denominator,
        "granularity": line.granularity.value,
        "rounding": line.rounding.value,
        "service_start": line.service_start,
        "service_end": line.service_end,
        "amount": line.amount.amount,
        "period_start": line.period_start,
        "period_end": line.period_end,
        "credits": " ".join(line.credits),
        "user_id": line.user_id,
        "shares": json.dumps([(each.user_id, each.name, each.amount.amount) for each in line.shares])
        if line.shares
        else "",
    }
