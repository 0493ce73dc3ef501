"""What operators did, by the key of their command: one whose answer was lost is done once."""

import datetime as dt

from sqlalchemy import Connection, delete, insert, select

from server.store.tables import operator_actions as table

KEPT = dt.timedelta(days=1)
"""So long an answer is kept: nobody waits longer for one."""


def answer(connection: Connection, key: str, action: str) -> str | None:
    """What a command with this key was answered; None as long as it is not done."""
    query = select(table.c.answer).where(table.c.key == key, table.c.action == action)
    found: str | None = connection.execute(query).scalar()
    return found


def keep(connection: Connection, key: str, action: str, said: str, now: dt.datetime) -> None:
    """Keep an answer, in the transaction that it tells about; forget the old ones. `now` is the machine's time."""
    connection.execute(delete(table).where(table.c.created_at < now - KEPT))
    connection.execute(insert(table).values(key=key, action=action, created_at=now, answer=said))
