"""Checking a database against its own rules: invariants, counters, money, the event chain (D5, D11, D16, D29)."""

from collections.abc import Iterator
from typing import Any

from contract.billing import PaymentStatus
from contract.events import Event
from contract.explain import explain
from contract.money import Money
from server.platform.text import made_safe
from server.store import invariants
from server.store.errors import DatabaseError
from server.store.events import event_id, link
from server.store.invoices import as_invoices, digest_of
from server.store.schema import HEAD, current_revision
from server.store.types import AnyRow, Connection


def findings(connection: Connection) -> Iterator[str]:
    """Everything that is not as it should be, as sentences."""
    yield from invariants.broken(connection, invariants.STATE_RULES)
    yield from _ledger(connection)
    yield from broken_chains(connection)


def everything(connection: Connection) -> Iterator[str]:
    """All findings; a file that is too damaged to be read through is one more.

    Of a database of another version only what all versions have is checked: the file and the chains. Nothing can be
    asked in this transaction afterwards, if the file is damaged.
    """
    try:
        yield from (f"the file is damaged: {made_safe(found)}" for found in invariants.damage(connection))
        revision = current_revision(connection)
        if revision is None:
            yield "this is not a Headcount database: it has none of its tables"
        else:
            yield from findings(connection) if revision == HEAD else broken_chains(connection)
    except DatabaseError as error:
        yield f"the file is damaged: {made_safe(str(error.orig))}"
        connection.rollback()


def broken_chains(connection: Connection) -> Iterator[str]:
    """Events that were changed, removed or inserted after the fact."""
    for organisation_id, last_seq, last_hash in invariants.heads(connection):
        yield from _broken_chain(connection, organisation_id, (last_seq, last_hash))


def _broken_chain(connection: Connection, organisation_id: str, head: tuple[int, str]) -> Iterator[str]:
    last, previous = 0, ""
    for number, row in enumerate(invariants.chain(connection, organisation_id), 1):
        if row.seq != number or row.prev_hash != previous or row.hash != link(previous, row.body):
            yield f"organisation {organisation_id}: the event chain breaks at {event_id(row.seq)}"
            return
        if not _agrees(row.seq, row.kind, row.idempotency_key, row.body):
            yield f"organisation {organisation_id}: {event_id(row.seq)} is filed as something else"
        last, previous = number, row.hash
    if (last, previous) != head:
        yield f"organisation {organisation_id}: the event chain ends at {last} instead of {head[0]}"


def _agrees(seq: int, kind: str, key: str | None, body: str) -> bool:
    event = Event.model_validate_json(body)
    return (event.id, event.type.value, event.request.idempotency_key) == (event_id(seq), kind, key)


_AT_ONCE = 500


_KINDS = {PaymentStatus.SUCCEEDED.value: "payment.succeeded", PaymentStatus.DECLINED.value: "payment.failed"}


def _ledger(connection: Connection) -> Iterator[str]:
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
            said = (row.digest, digest_of(invoice, row.digest), row.organisation_id)
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
