"""Invoices and payments against the history: each is what it was when it was issued or settled (D5, D11, D29)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select, text

from contract.billing import PaymentStatus
from contract.explain import explain
from contract.money import Money
from server.store.invoices import as_invoices, digest_of
from server.store.tables import invoices, payments
from server.store.types import AnyRow

_AT_ONCE = 500

RULES = {
    "invoice {0}: its subscription is not of the organisation {1}": """
        SELECT i.id, i.organisation_id FROM invoices i LEFT JOIN subscriptions s
        ON s.id = i.subscription_id AND s.organisation_id = i.organisation_id WHERE s.id IS NULL""",
    "organisation {0}: its last invoice is number {1}, it has {2}": """
        SELECT organisation_id, max(serial), count(*) FROM invoices
        GROUP BY organisation_id HAVING max(serial) <> count(*)""",
    "invoice {0}: it is number {1} and called {2}": """
        SELECT id, serial, number FROM invoices WHERE number <> printf('INV-%05d', serial)""",
    "invoice {0}: its lines are not counted through": """
        SELECT invoice_id FROM invoice_lines GROUP BY invoice_id
        HAVING min(position) <> 0 OR max(position) + 1 <> count(*)""",
    "payment {0}: its key at the gateway is {1}": """
        SELECT id, gateway_key FROM payments WHERE gateway_key <> id""",
    "payment {0}: its invoice is of another organisation": """
        SELECT p.id FROM payments p JOIN invoices i ON i.id = p.invoice_id
        WHERE i.organisation_id <> p.organisation_id""",
}
"""A sentence for each rule, and the query that finds what breaks it."""

_TOLD = """
    SELECT organisation_id, kind, created_at, json_extract(body, '$.object.id') AS id,
      json_extract(body, '$.object.attributes.amount') AS amount,
      coalesce(json_extract(body, '$.object.attributes.reason'), '') AS reason,
      json_extract(body, '$.object.attributes.digest') AS digest, json_extract(body, '$.actor.account_id') AS account_id
    FROM events WHERE kind IN ('invoice.issued', 'payment.succeeded', 'payment.failed')"""
_KINDS = {PaymentStatus.SUCCEEDED.value: "payment.succeeded", PaymentStatus.DECLINED.value: "payment.failed"}


def findings(connection: Connection) -> Iterator[str]:
    """Every invoice and payment that is not what the history says, or that is missing on one side."""
    for sentence, query in RULES.items():
        for row in connection.execute(text(query)):
            yield sentence.format(*row)
    told = list(connection.execute(text(_TOLD)))
    yield from _invoices(connection, {row.id: row for row in told if row.kind == "invoice.issued"})
    yield from _payments(connection, {row.id: row for row in told if row.kind != "invoice.issued"})


def _invoices(connection: Connection, issued: dict[str, Any]) -> Iterator[str]:
    """They add up and have the digest they were issued with; those from before there were digests only add up."""
    rows = connection.execute(select(invoices).order_by(invoices.c.id)).all()
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        for row, invoice in zip(part, as_invoices(connection, part), strict=True):
            for finding in explain(invoice).findings:
                yield f"invoice {invoice.id}: {finding}"
            told = issued.pop(invoice.id, None)
            said = (row.digest, digest_of(invoice), row.organisation_id)
            if told is not None and told.digest and said != (told.digest, told.digest, told.organisation_id):
                yield f"invoice {invoice.id} is not what was issued"
            elif told is None and row.digest:
                yield f"invoice {invoice.id} was never issued"
    yield from (f"invoice {gone} was issued and is gone" for gone in issued)


def _payments(connection: Connection, settled: dict[str, Any]) -> Iterator[str]:
    """Each that was settled ended as the history says: for whom, how, when, and how much it was."""
    raw = connection.execute(text("SELECT id, settled_at FROM payments"))
    moments: dict[str, int | None] = {row.id: row.settled_at for row in raw}
    for row in connection.execute(select(payments)):
        told = settled.pop(row.id, None)
        if told is None:
            if row.status != PaymentStatus.ASKED.value:
                yield f"payment {row.id} is {row.status}, which the history does not know"
        elif _said(row, moments[row.id]) != (*told[:3], *told[4:6], told.account_id):
            yield f"payment {row.id} is not what became of it"
    yield from (f"payment {gone} was settled and is gone" for gone in settled)


def _said(row: AnyRow, settled_at: int | None) -> tuple[Any, ...]:
    amount = str(Money(amount=row.amount, currency=row.currency))
    return row.organisation_id, _KINDS.get(row.status), settled_at, amount, row.reason, row.account_id
