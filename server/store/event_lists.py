"""Lists of events: narrowed by time, command and words, read from either end in the order of their numbers.

What is asked for is a span of numbers first of all: an organisation's events are numbered without holes, and its clock
never goes back, so a moment is a number, and a place in the whole list is one too.
"""

import datetime as dt

from sqlalchemy import ColumnElement, Connection, func, select

from server.store import sqlite_events
from server.store.sqlite_events import Wanted, but, match
from server.store.tables import events

__all__ = ["Wanted", "before_moment", "bodies", "but", "count", "match"]


def before_moment(connection: Connection, organisation_id: str, moment: dt.datetime) -> int:
    """The number of the last event before a moment; 0 when all came later."""
    query = (
        select(events.c.seq)
        .where(events.c.organisation_id == organisation_id, events.c.created_at < moment)
        .order_by(events.c.created_at.desc(), events.c.seq.desc())
        .limit(1)
    )
    return int(connection.execute(query).scalar() or 0)


def bodies(
    connection: Connection, wanted: Wanted, *, limit: int, offset: int = 0, newest_first: bool = True
) -> list[str]:
    """The texts of events, at most `limit`, `offset` of them left out."""
    if wanted.asked:
        found = sqlite_events.numbers(connection, wanted, limit=limit, offset=offset, newest_first=newest_first)
        query = select(events.c.body).where(events.c.organisation_id == wanted.organisation_id, events.c.seq.in_(found))
    else:
        if wanted.command is None:
            wanted, offset = _shorter(wanted, offset, newest_first=newest_first), 0
        query = select(events.c.body).where(*_narrowed(wanted)).limit(limit).offset(offset)
    query = query.order_by(events.c.seq.desc() if newest_first else events.c.seq)
    return list(connection.execute(query).scalars())


def count(connection: Connection, wanted: Wanted) -> int:
    """How many events there are; where nothing but numbers narrows them, they need not be counted."""
    if wanted.asked:
        return sqlite_events.count(connection, wanted)
    if wanted.command is None:
        return max(0, wanted.high - wanted.low)
    return int(connection.execute(select(func.count()).select_from(events).where(*_narrowed(wanted))).scalar_one())


def _shorter(wanted: Wanted, offset: int, *, newest_first: bool) -> Wanted:
    """The same without its first events: there is one for each number."""
    if newest_first:
        return wanted._replace(high=wanted.high - offset)
    return wanted._replace(low=wanted.low + offset)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [
        events.c.organisation_id == wanted.organisation_id,
        events.c.seq > wanted.low,
        events.c.seq <= wanted.high,
    ]
    return found if wanted.command is None else [*found, events.c.idempotency_key == wanted.command]
