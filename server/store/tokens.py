"""Tokens in the database, and the one query that tells who asks."""

import datetime as dt

from sqlalchemy import Connection, bindparam, insert, select, update

from server.store.tables import accounts, members, organisations, subscriptions, tokens
from server.store.types import AnyRow

_HOLDER = (
    select(
        tokens.c.id,
        tokens.c.secret_hash,
        tokens.c.expires_at,
        tokens.c.revoked_at,
        tokens.c.last_used_at,
        tokens.c.account_id,
        tokens.c.organisation_id,
        organisations.c.name.label("organisation_name"),
        subscriptions.c.id.label("subscription_id"),
        subscriptions.c.currency,
        members.c.role,
        members.c.spending_limit,
        accounts.c.email,
        accounts.c.first_name,
        accounts.c.last_name,
        accounts.c.position,
    )
    .join(organisations, organisations.c.id == tokens.c.organisation_id)
    .join(accounts, accounts.c.id == tokens.c.account_id)
    .join(
        members,
        (members.c.organisation_id == tokens.c.organisation_id) & (members.c.account_id == tokens.c.account_id),
    )
    .join(subscriptions, subscriptions.c.organisation_id == tokens.c.organisation_id)
    .where(tokens.c.id == bindparam("token_id"))
)


def holder(connection: Connection, token_id: str) -> AnyRow | None:
    """The token with its account, membership, organisation and subscription."""
    return connection.execute(_HOLDER, {"token_id": token_id}).first()


def touch(connection: Connection, token_id: str, now: dt.datetime) -> None:
    """Note that a token was used."""
    connection.execute(update(tokens).where(tokens.c.id == token_id).values(last_used_at=now))


def add(
    connection: Connection,
    *,
    token_id: str,
    secret_hash: bytes,
    organisation_id: str,
    account_id: str,
    label: str,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> None:
    """Store a new token's hash."""
    values = {
        "id": token_id,
        "secret_hash": secret_hash,
        "organisation_id": organisation_id,
        "account_id": account_id,
        "label": label,
        "created_at": now,
        "expires_at": expires_at,
    }
    connection.execute(insert(tokens).values(**values))


def revoke(connection: Connection, token_id: str, now: dt.datetime) -> None:
    """From now on the token is refused, on open streams too."""
    connection.execute(update(tokens).where(tokens.c.id == token_id).values(revoked_at=now))
