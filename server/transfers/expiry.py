"""Requests nobody answered end after their time (D23)."""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import Connection

from contract.events import EventKind
from contract.transfers import TransferState
from server.store import transfers
from server.store.types import AnyRow
from server.transfers.answers import as_answer, subject
from server.unit import Unit


def expire_due(connection: Connection, now: dt.datetime) -> int:
    """End every request of every organisation whose time is over, with an event each; answers how many."""
    rows = transfers.due(connection, now)
    for (organisation_id, subscription_id), group in groupby(
        sorted(rows, key=_owner), key=lambda row: (row.organisation_id, row.subscription_id)
    ):
        unit = Unit(connection=connection, organisation_id=organisation_id, subscription_id=subscription_id, now=now)
        _expire(unit, group)
        unit.record()
    return len(rows)


def expire(unit: Unit) -> None:
    """The same for one subscription, inside a command that must not stumble over what is over."""
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


def _owner(row: AnyRow) -> tuple[str, str, dt.datetime, int]:
    return row.organisation_id, row.subscription_id, row.expires_at, row.number


def _expire(unit: Unit, rows: Iterable[AnyRow]) -> None:
    values = []
    for row in rows:
        ended = {"state": TransferState.EXPIRED.value, "decided_at": row.expires_at}
        values.append({"number": row.number, **ended})
        answer = as_answer(row, **ended)
        unit.emit(EventKind.TRANSFER_EXPIRED, subject(answer), {"state": TransferState.PENDING.value})
    transfers.change(unit.connection, values, "state", "decided_at")
