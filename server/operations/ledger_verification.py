"""Invoices and payments against the history: each is what it was when it was issued or settled (D5, D11, D29)."""

from collections.abc import Iterator
from typing import Any

from contract.billing import PaymentStatus
from contract.explain import explain
from contract.money import Money
from server.store import invariants
from server.store.invoices import as_invoices, digest_of
from server.store.types import AnyRow, Connection

_AT_ONCE = 500


_KINDS = {PaymentStatus.SUCCEEDED.value: "payment.succeeded", PaymentStatus.DECLINED.value: "payment.failed"}


def findings(connection: Connection) -> Iterator[str]:
    """Every invoice and payment that is not what the history says, or that is missing on one side."""
    yield from invariants.broken(connection, invariants.LEDGER_RULES)
    told = invariants.told_of_money(connection)
    yield from _invoices(connection, {row.id: row for row in told if row.kind == "invoice.issued"})
    yield from _payments(connection, {row.id: row for row in told if row.kind != "invoice.issued"})


def _invoices(connection: Connection, issued: dict[str, Any]) -> Iterator[str]:
    """They add up and have the digest they were issued with; those from before there were digests only add up."""
    rows = invariants.every_invoice(connection)
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
    for row, settled_at in invariants.every_payment(connection):
        told = settled.pop(row.id, None)
        if told is None:
            if row.status != PaymentStatus.ASKED.value:
                yield f"payment {row.id} is {row.status}, which the history does not know"
        elif _said(row, settled_at) != (*told[:3], *told[4:6], told.account_id):
            yield f"payment {row.id} is not what became of it"
    yield from (f"payment {gone} was settled and is gone" for gone in settled)


def _said(row: AnyRow, settled_at: int | None) -> tuple[Any, ...]:
    amount = str(Money(amount=row.amount, currency=row.currency))
    return row.organisation_id, _KINDS.get(row.status), settled_at, amount, row.reason, row.account_id
