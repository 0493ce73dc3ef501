"""Checking a database against its own rules: invariants, counters, money, the event chain (D5, D11, D16, D29)."""

from collections.abc import Iterator

from contract.events import Event
from server.operations import ledger_verification
from server.platform.text import made_safe
from server.store import invariants
from server.store.errors import DatabaseError
from server.store.events import event_id, link
from server.store.schema import HEAD, current_revision
from server.store.types import Connection


def findings(connection: Connection) -> Iterator[str]:
    """Everything that is not as it should be, as sentences."""
    yield from invariants.broken(connection, invariants.STATE_RULES)
    yield from ledger_verification.findings(connection)
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
            yield "this is no database of Headcount's: it has none of its tables"
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
