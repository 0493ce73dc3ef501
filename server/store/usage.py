"""Twelve months of seat use: the most of each week."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, case, delete, select

from server.store.tables import seat_usage as table
from server.store.types import AnyRow

WEEKS = 53


def week_of(day: dt.date) -> dt.date:
    """The Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def note(connection: Connection, subscription_id: str, day: dt.date, *, used: int, paid: int) -> None:
    """Keep the most seats used and paid in the week of a day."""
    new = _insert(connection).values(subscription_id=subscription_id, week=week_of(day), used=used, paid=paid)
    larger = {
        name: case((new.excluded[name] > table.c[name], new.excluded[name]), else_=table.c[name])
        for name in ("used", "paid")
    }
    connection.execute(new.on_conflict_do_update(index_elements=["subscription_id", "week"], set_=larger))


def _insert(connection: Connection) -> Any:
    """An insert that knows what to do on a conflict; the dialect is imported when it is needed."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)


def forget(connection: Connection, subscription_id: str) -> None:
    """Take out what was kept, as if there had been nothing."""
    connection.execute(delete(table).where(table.c.subscription_id == subscription_id))


def latest(connection: Connection, subscription_id: str) -> Sequence[AnyRow]:
    """The last twelve months, oldest first."""
    newest = (
        select(table.c.week, table.c.used, table.c.paid)
        .where(table.c.subscription_id == subscription_id)
        .order_by(table.c.week.desc())
        .limit(WEEKS)
    )
    return list(reversed(connection.execute(newest).all()))
