"""Reading and writing who is on the way to a provider, and whose account a provider's person is."""

import datetime as dt

from sqlalchemy import Connection, delete, func, insert, select, update

from server.store.tables import sign_on_flows, sign_on_subjects
from server.store.types import AnyRow

F, S = sign_on_flows.c, sign_on_subjects.c


def begin(
    connection: Connection,
    *,
    state_hash: bytes,
    browser_hash: bytes,
    issuer: str,
    destination: str,
    network: str,
    expires_at: dt.datetime,
) -> None:
    """Somebody is sent to a provider."""
    connection.execute(
        insert(sign_on_flows).values(
            state_hash=state_hash,
            browser_hash=browser_hash,
            issuer=issuer,
            destination=destination,
            network=network,
            expires_at=expires_at,
        )
    )


def begun(connection: Connection, now: dt.datetime, network: str | None = None) -> int:
    """How many are on the way now; from one network, or in all."""
    query = select(func.count()).select_from(sign_on_flows).where(F.expires_at > now)
    if network is not None:
        query = query.where(F.network == network)
    return int(connection.execute(query).scalar_one())


def known(connection: Connection, state_hash: bytes, browser_hash: bytes) -> bool:
    """Whether this browser began it: whoever asks with anything else costs no write."""
    mine = (F.state_hash == state_hash) & (F.browser_hash == browser_hash)
    return connection.execute(select(F.state_hash).where(mine)).first() is not None


def take(connection: Connection, state_hash: bytes, browser_hash: bytes) -> AnyRow | None:
    """Whoever comes back, once: the row is gone afterwards. Nothing happens to it in another browser."""
    mine = (F.state_hash == state_hash) & (F.browser_hash == browser_hash)
    found = connection.execute(select(sign_on_flows).where(mine)).first()
    if found is not None:
        connection.execute(delete(sign_on_flows).where(mine))
    return found


def any_expired(connection: Connection, now: dt.datetime) -> bool:
    """Whether somebody never came back."""
    return connection.execute(select(F.state_hash).where(F.expires_at <= now).limit(1)).first() is not None


def forget_expired(connection: Connection, now: dt.datetime) -> int:
    """Those who never came back; answers how many."""
    return connection.execute(delete(sign_on_flows).where(F.expires_at <= now)).rowcount


def subject(connection: Connection, issuer: str, name: str) -> AnyRow | None:
    """Whose account a provider's person is."""
    return connection.execute(select(sign_on_subjects).where(S.issuer == issuer, S.subject == name)).first()


def subject_of(connection: Connection, issuer: str, account_id: str) -> AnyRow | None:
    """Which person of a provider an account is."""
    return connection.execute(select(sign_on_subjects).where(S.issuer == issuer, S.account_id == account_id)).first()


def add_subject(connection: Connection, issuer: str, name: str, account_id: str, now: dt.datetime) -> None:
    """From now on this person of a provider is this account."""
    values = {"issuer": issuer, "subject": name, "account_id": account_id, "created_at": now, "signed_in_at": now}
    connection.execute(insert(sign_on_subjects).values(**values))


def note_signing_in(connection: Connection, issuer: str, name: str, other_email: str, now: dt.datetime) -> None:
    """They signed in again, under this address where it is not their account's."""
    connection.execute(
        update(sign_on_subjects)
        .where(S.issuer == issuer, S.subject == name)
        .values(other_email=other_email, signed_in_at=now)
    )


def forget_subjects(connection: Connection, account_id: str) -> int:
    """Any person of a provider may be this account again, by its address; answers how many no longer are."""
    return connection.execute(delete(sign_on_subjects).where(S.account_id == account_id)).rowcount
