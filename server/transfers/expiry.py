"""Requests nobody answered end after their time (D23)."""

from collections.abc import Iterable

from contract.events import EventKind
from contract.transfers import TransferState
from server.platform.transaction import Unit
from server.store import transfers
from server.store.types import AnyRow
from server.transfers.event_emission import tell
from server.transfers.serializers import as_answer


def expire(unit: Unit) -> None:
    """End every request of a subscription whose time is over, with an event each: on time, or inside a command."""
    rows = transfers.due(unit.connection, unit.now, unit.subscription_id)
    if rows:
        server = Unit(
            connection=unit.connection,
            organisation_id=unit.organisation_id,
            subscription_id=unit.subscription_id,
            now=unit.now,
        )
        _expire(server, rows)
        server.record()


def _expire(unit: Unit, rows: Iterable[AnyRow]) -> None:
    values = []
    for row in rows:
        ended = {"state": TransferState.EXPIRED.value, "decided_at": row.expires_at}
        values.append({"number": row.number, **ended})
        answer = as_answer(row, **ended)
        tell(unit, EventKind.TRANSFER_EXPIRED, answer, {"state": TransferState.PENDING.value})
    transfers.change(unit.connection, values, "state", "decided_at")
