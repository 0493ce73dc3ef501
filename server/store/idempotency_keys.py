"""The answers that are kept under idempotency keys, each for a place: organisation, account, method, path and key."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from server.store.tables import idempotency_keys as keys
from server.store.types import AnyRow, Connection


class Place(NamedTuple):
    """What tells one command's answer from all others."""

    organisation_id: str
    account_id: str
    method: str
    path: str
    key: str


def find(connection: Connection, place: Place) -> AnyRow | None:
    """Its `fingerprint` and `expires_at`; the answer's `status` (None: it still runs), `headers` and `body`."""
    columns = (keys.c.fingerprint, keys.c.status, keys.c.headers, keys.c.body, keys.c.expires_at)
    return connection.execute(select(*columns).where(_at(place))).first()


def begin(connection: Connection, place: Place, fingerprint: bytes, now: dt.datetime, until: dt.datetime) -> None:
    """Mark a command as in progress."""
    values: dict[str, Any] = {"fingerprint": fingerprint, "created_at": now, "expires_at": until}
    connection.execute(insert(keys).values(**place._asdict(), **values))


def keep(connection: Connection, place: Place, *, status: int, headers: str, body: bytes) -> None:
    """Keep the answer of a command that was begun."""
    connection.execute(update(keys).where(_at(place)).values(status=status, headers=headers, body=body))


def finish(connection: Connection, place: Place, *, status: int, headers: str, body: bytes) -> None:
    """Keep the answer of a command unless it was finished."""
    unfinished = update(keys).where(_at(place), keys.c.status.is_(None))
    connection.execute(unfinished.values(status=status, headers=headers, body=body))


def forget(connection: Connection, place: Place) -> None:
    """Forget a command, finished or not."""
    connection.execute(delete(keys).where(_at(place)))


def give_up(connection: Connection, place: Place) -> None:
    """Forget a command unless it was finished."""
    connection.execute(delete(keys).where(_at(place), keys.c.status.is_(None)))


def any_expired(connection: Connection, now: dt.datetime) -> bool:
    """Whether anything was kept until now."""
    return connection.execute(select(keys.c.key).where(keys.c.expires_at <= now).limit(1)).first() is not None


def forget_expired(connection: Connection, now: dt.datetime) -> None:
    """Forget whatever was kept until now."""
    connection.execute(delete(keys).where(keys.c.expires_at <= now))


def forget_unfinished(connection: Connection) -> None:
    """Forget every command in progress."""
    connection.execute(delete(keys).where(keys.c.status.is_(None)))


def _at(place: Place) -> ColumnElement[bool]:
    return and_(*(keys.c[name] == value for name, value in place._asdict().items()))
