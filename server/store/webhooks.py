"""Webhooks, how far each has been told, and what became of single events."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal_column, select, update
from sqlalchemy.sql.functions import coalesce

from server.store.bulk import execute_many
from server.store.database import CHANGED
from server.store.tables import events, webhook_deliveries, webhooks
from server.store.types import AnyRow

WEBHOOKS = "webhooks"
"""What is rung, beside the organisations, when there is another webhook to tell, or one less."""

WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"

W, D = webhooks.c, webhook_deliveries.c
_WAITS = D.state == literal_column("'waiting'")
_ENDED = D.state != literal_column("'waiting'")
"""Written out, so that the indexes over these alone are taken."""


def one(connection: Connection, organisation_id: str, webhook_id: str) -> AnyRow | None:
    """One webhook of an organisation."""
    query = select(webhooks).where(W.id == webhook_id, W.organisation_id == organisation_id)
    return connection.execute(query).first()


def told(connection: Connection, webhook_id: str) -> AnyRow | None:
    """One webhook, if it is to be told."""
    return connection.execute(select(webhooks).where(W.id == webhook_id, W.enabled)).first()


def page(
    connection: Connection, organisation_id: str, limit: int, offset: int = 0, after: str = ""
) -> Sequence[AnyRow]:
    """The webhooks of an organisation by their ids, after one."""
    query = select(webhooks).where(W.organisation_id == organisation_id, W.id > after)
    return connection.execute(query.order_by(W.id).limit(limit).offset(offset)).all()


def total(connection: Connection, organisation_id: str) -> int:
    """How many an organisation has."""
    query = select(func.count()).select_from(webhooks).where(W.organisation_id == organisation_id)
    return int(connection.execute(query).scalar_one())


def enabled(connection: Connection) -> Sequence[AnyRow]:
    """Id and organisation of every webhook that is to be told."""
    return connection.execute(select(W.id, W.organisation_id).where(W.enabled)).all()


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store a new webhook."""
    connection.execute(insert(webhooks).values(**values))
    _ring(connection)


def change(connection: Connection, webhook_id: str, **values: Any) -> None:
    """Write what its owner changed."""
    connection.execute(update(webhooks).where(W.id == webhook_id).values(version=W.version + 1, **values))
    _ring(connection)


def note(connection: Connection, webhook_id: str, **values: Any) -> None:
    """Write what the sending came to; the version stays, since nobody changed anything."""
    connection.execute(update(webhooks).where(W.id == webhook_id).values(**values))


def remove(connection: Connection, webhook_id: str) -> None:
    """Delete a webhook with its deliveries; what it was told is in the organisation's events."""
    connection.execute(delete(webhook_deliveries).where(D.webhook_id == webhook_id))
    connection.execute(delete(webhooks).where(W.id == webhook_id))
    _ring(connection)


def _ring(connection: Connection) -> None:
    connection.info.setdefault(CHANGED, set()).add(WEBHOOKS)


def kinds_of(row: AnyRow) -> tuple[str, ...]:
    """The filter of a webhook."""
    return tuple(json.loads(row.kinds))


def counts(connection: Connection, webhook_id: str) -> dict[str, int]:
    """How many deliveries there are in each state."""
    query = select(D.state, func.count().label("number")).where(D.webhook_id == webhook_id).group_by(D.state)
    return {row.state: row.number for row in connection.execute(query)}


def waiting(connection: Connection, webhook_id: str, now: dt.datetime) -> tuple[int, dt.datetime | None, int]:
    """How many deliveries wait, when the first of them is tried again, and how many are due."""
    query = select(func.count(), func.min(D.next_at), coalesce(func.sum(D.next_at <= now), 0))
    number, first, due_now = connection.execute(query.where(D.webhook_id == webhook_id, _WAITS)).one()
    return int(number), first, int(due_now)


def due(connection: Connection, webhook_id: str, now: dt.datetime, limit: int) -> Sequence[AnyRow]:
    """Deliveries to be tried again, those that waited longest first."""
    query = select(webhook_deliveries).where(D.webhook_id == webhook_id, _WAITS, D.next_at <= now)
    return connection.execute(query.order_by(D.next_at, D.seq).limit(limit)).all()


def delivery(connection: Connection, webhook_id: str, seq: int) -> AnyRow | None:
    """What became of one event."""
    query = select(webhook_deliveries).where(D.webhook_id == webhook_id, D.seq == seq)
    return connection.execute(query).first()


def deliveries(
    connection: Connection, webhook_id: str, limit: int, offset: int = 0, *, before: int | None, state: str | None
) -> Sequence[AnyRow]:
    """Deliveries of the newest events first."""
    query = select(webhook_deliveries).where(D.webhook_id == webhook_id).order_by(D.seq.desc())
    if before is not None:
        query = query.where(D.seq < before)
    if state is not None:
        query = query.where(D.state == state)
    return connection.execute(query.limit(limit).offset(offset)).all()


def put(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write deliveries, each in place of what was known of the same event."""
    written = list(rows)
    for start in range(0, len(written), 500):
        some = written[start : start + 500]
        seqs = [row["seq"] for row in some]
        connection.execute(delete(webhook_deliveries).where(D.webhook_id == some[0]["webhook_id"], D.seq.in_(seqs)))
        execute_many(connection, insert(webhook_deliveries), some)


def retry(connection: Connection, webhook_id: str, now: dt.datetime, *, state: str) -> int:
    """Begin anew with every delivery in this state; answers how many."""
    query = update(webhook_deliveries).where(D.webhook_id == webhook_id, D.state == state)
    return connection.execute(query.values(state=WAITING, attempts=0, first_at=None, next_at=now)).rowcount


def keep_newest(connection: Connection, webhook_id: str, number: int) -> None:
    """Forget what was delivered, but for the newest events."""
    mine = (D.webhook_id == webhook_id, D.state == DELIVERED)
    edge = select(D.seq).where(*mine).order_by(D.seq.desc()).limit(1).offset(number).scalar_subquery()
    connection.execute(delete(webhook_deliveries).where(*mine, D.seq <= edge))


def drop_waiting(connection: Connection, webhook_id: str, *, after: int) -> None:
    """Forget that deliveries of the events after one wait: they are told anew."""
    which = (D.webhook_id == webhook_id, _WAITS, D.seq > after)
    connection.execute(delete(webhook_deliveries).where(*which))


def has_older(connection: Connection, before: dt.datetime) -> bool:
    """Whether some ended before a moment."""
    query = select(D.seq).where(_ENDED, D.last_at < before)
    return connection.execute(query.limit(1)).first() is not None


def forget(connection: Connection, before: dt.datetime, limit: int) -> int:
    """Delete some deliveries that ended before a moment; answers how many."""
    old = select(D.webhook_id, D.seq).where(_ENDED, D.last_at < before).limit(limit)
    rows = connection.execute(old).all()
    for row in rows:
        connection.execute(delete(webhook_deliveries).where(D.webhook_id == row.webhook_id, D.seq == row.seq))
    return len(rows)


def event(connection: Connection, organisation_id: str, seq: int) -> AnyRow | None:
    """Number, kind, moment and text of one event."""
    e = events.c
    query = select(e.seq, e.kind, e.created_at, e.body).where(e.organisation_id == organisation_id, e.seq == seq)
    return connection.execute(query).first()


def following(connection: Connection, organisation_id: str, seq: int, limit: int) -> Sequence[AnyRow]:
    """Number, kind, moment and text of the events after one, oldest first."""
    e = events.c
    query = select(e.seq, e.kind, e.created_at, e.body).where(e.organisation_id == organisation_id, e.seq > seq)
    return connection.execute(query.order_by(e.seq).limit(limit)).all()


def first_since(connection: Connection, organisation_id: str, moment: dt.datetime, newest: int) -> int:
    """The number of the first event that did not happen before a moment; one after the newest where there is none.

    Events are numbered in the order of their moments, so it is found by halving.
    """
    low, high = 1, newest + 1
    while low < high:
        middle = (low + high) // 2
        row = event(connection, organisation_id, middle)
        if row is not None and row.created_at < moment:
            low = middle + 1
        else:
            high = middle
    return low
