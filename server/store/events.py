"""Events: appending to an organisation's chain, and reading it (D29)."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update

from contract.events import Event
from server.store import sqlite_events
from server.store.bulk import execute_many
from server.store.database import CHANGED
from server.store.tables import events, organisations

PREFIX = "evt_"
_WITHOUT_ID = '{"id":""'


def event_id(seq: int) -> str:
    """The public id of the event with this number."""
    return f"{PREFIX}{seq}"


def link(prev_hash: str, body: str) -> str:
    """The hash of an event: over its predecessor's hash and its own text, so that changing either shows."""
    return hashlib.sha256(f"{prev_hash}\n{body}".encode()).hexdigest()


def append(
    connection: Connection, organisation_id: str, drafts: Sequence[Event], *, idempotency_key: str | None = None
) -> int:
    """Number and chain these events (their ids are given here), in this transaction; answers the last number."""
    head = connection.execute(
        select(organisations.c.event_seq, organisations.c.event_hash).where(organisations.c.id == organisation_id)
    ).one()
    seq, prev_hash = head.event_seq, head.event_hash
    rows: list[dict[str, Any]] = []
    for draft in drafts:
        seq += 1
        body = _numbered(draft, seq)
        digest = link(prev_hash, body)
        rows.append(
            {
                "organisation_id": organisation_id,
                "seq": seq,
                "kind": draft.type.value,
                "created_at": draft.created_at,
                "idempotency_key": idempotency_key,
                "body": body,
                "prev_hash": prev_hash,
                "hash": digest,
            }
        )
        prev_hash = digest
    if rows:
        execute_many(connection, events, rows)
        sqlite_events.remember(connection, organisation_id, enumerate(drafts, head.event_seq + 1))
        connection.execute(
            update(organisations)
            .where(organisations.c.id == organisation_id)
            .values(event_seq=seq, event_hash=prev_hash)
        )
        connection.info.setdefault(CHANGED, set()).add(organisation_id)
    return int(seq)


def _numbered(draft: Event, seq: int) -> str:
    """The text of an event, with the id it is given here in the place of none."""
    text = draft.model_dump_json()
    assert text.startswith(_WITHOUT_ID)
    return f'{{"id":"{event_id(seq)}"{text[len(_WITHOUT_ID) :]}'


def after(connection: Connection, organisation_id: str, seq: int, limit: int) -> Sequence[tuple[int, str, str]]:
    """(number, kind, text) of the events after one, oldest first."""
    rows = connection.execute(
        select(events.c.seq, events.c.kind, events.c.body)
        .where(events.c.organisation_id == organisation_id, events.c.seq > seq)
        .order_by(events.c.seq)
        .limit(limit)
    )
    return [(row.seq, row.kind, row.body) for row in rows]


def newest(connection: Connection, organisation_id: str, limit: int) -> list[str]:
    """Texts of the newest events, the newest first."""
    query = select(events.c.body).where(events.c.organisation_id == organisation_id)
    return list(connection.execute(query.order_by(events.c.seq.desc()).limit(limit)).scalars())


def last_seq(connection: Connection, organisation_id: str) -> int:
    """The number of an organisation's newest event; 0 before the first."""
    found: int = connection.execute(
        select(organisations.c.event_seq).where(organisations.c.id == organisation_id)
    ).scalar_one()
    return found


def last_moment(connection: Connection, organisation_id: str) -> dt.datetime | None:
    """When an organisation's newest event happened."""
    newest = select(events.c.created_at).where(events.c.organisation_id == organisation_id)
    found: dt.datetime | None = connection.execute(newest.order_by(events.c.seq.desc()).limit(1)).scalar()
    return found


def newest_moment(connection: Connection) -> dt.datetime | None:
    """When the newest event of all organisations happened."""
    last = (events.c.organisation_id == organisations.c.id) & (events.c.seq == organisations.c.event_seq)
    found: dt.datetime | None = connection.execute(
        select(func.max(events.c.created_at)).select_from(organisations).join(events, last)
    ).scalar()
    return found


def parse(bodies: Iterable[str]) -> tuple[Event, ...]:
    """The events behind their texts."""
    return tuple(Event.model_validate_json(body) for body in bodies)
