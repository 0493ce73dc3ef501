"""The links that sign somebody in once: who asked for them, from where, and whether they were used."""

import datetime as dt

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

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
    """No link that was sent to an address so far opens anything any more; none of them counts as used by it."""
    waiting = (L.email_key == email_key) & L.used_at.is_(None) & (L.expires_at > now)
    connection.execute(update(sign_in_links).where(waiting).values(expires_at=now))


def mailed_for(connection: Connection, email_key: str, since: dt.datetime) -> list[str]:
    """The networks that links for an address were asked from since a moment, once for each that was mailed.

    One that was asked for in vain expired as it was made.
    """
    mailed = (L.email_key == email_key, L.created_at > since, L.expires_at > L.created_at)
    return list(connection.execute(select(L.network).where(*mailed)).scalars())


def was_used_from(connection: Connection, email_key: str, network: str, since: dt.datetime) -> bool:
    """Whether a link that a network asked for has signed an address in since a moment."""
    here = (L.email_key == email_key, L.network == network, L.used_at > since)
    return connection.execute(select(L.secret_hash).where(*here).limit(1)).first() is not None


def asked_by_network(connection: Connection, network: str, since: dt.datetime) -> list[dt.datetime]:
    """When links were asked for from a network since a moment, the oldest first."""
    query = select(L.created_at).where(L.network == network, L.created_at > since).order_by(L.created_at)
    return list(connection.execute(query).scalars())


def _old(before: dt.datetime, used_before: dt.datetime) -> ColumnElement[bool]:
    return (L.created_at < before) & (L.used_at.is_(None) | (L.used_at < used_before))


def any_old(connection: Connection, before: dt.datetime, used_before: dt.datetime) -> bool:
    """Whether there is anything to forget."""
    return connection.execute(select(L.secret_hash).where(_old(before, used_before)).limit(1)).first() is not None


def forget(connection: Connection, before: dt.datetime, used_before: dt.datetime) -> None:
    """Links that were made before a moment, and those that were used once that is long ago, too."""
    connection.execute(delete(sign_in_links).where(_old(before, used_before)))
