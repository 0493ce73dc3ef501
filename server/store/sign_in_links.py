"""The links that sign somebody in once: who asked for them, from where, and whether they were used."""

import datetime as dt

from sqlalchemy import Connection, delete, func, insert, select, update

from server.store.tables import sign_in_links
from server.store.types import AnyRow

L = sign_in_links.c


def add(
    connection: Connection,
    secret_hash: bytes,
    *,
    email: str,
    email_key: str,
    next_path: str,
    now: dt.datetime,
    expires_at: dt.datetime,
    network: str = "",
) -> None:
    """A new link; of its secret only the hash is kept."""
    connection.execute(
        insert(sign_in_links).values(
            secret_hash=secret_hash,
            email=email,
            email_key=email_key,
            network=network,
            next=next_path,
            created_at=now,
            expires_at=expires_at,
        )
    )


def by_hash(connection: Connection, secret_hash: bytes) -> AnyRow | None:
    """The link with this hash, used or not."""
    return connection.execute(select(sign_in_links).where(L.secret_hash == secret_hash)).first()


def use(connection: Connection, secret_hash: bytes, now: dt.datetime) -> bool:
    """Mark a link as used; False for one that was used before, or has expired."""
    open_still = (L.secret_hash == secret_hash) & L.used_at.is_(None) & (L.expires_at > now)
    return connection.execute(update(sign_in_links).where(open_still).values(used_at=now)).rowcount == 1


def end_all(connection: Connection, email_key: str, now: dt.datetime) -> None:
    """No link that was sent to an address so far opens anything any more."""
    waiting = (L.email_key == email_key) & L.used_at.is_(None)
    connection.execute(update(sign_in_links).where(waiting).values(used_at=now))


def asked_by_address(connection: Connection, email_key: str, since: dt.datetime) -> int:
    """How many links were asked for an address since a moment."""
    query = select(func.count()).where(L.email_key == email_key, L.created_at > since)
    return int(connection.execute(query).scalar_one())


def asked_by_network(connection: Connection, network: str, since: dt.datetime) -> list[dt.datetime]:
    """When links were asked for from a network since a moment, the oldest first."""
    query = select(L.created_at).where(L.network == network, L.created_at > since).order_by(L.created_at)
    return list(connection.execute(query).scalars())


def forget(connection: Connection, before: dt.datetime) -> None:
    """Links that were made before a moment."""
    connection.execute(delete(sign_in_links).where(L.created_at < before))
