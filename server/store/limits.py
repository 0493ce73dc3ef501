"""What is counted against limits: an admin's additions to renewals, and addresses found to be outside."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from contract.people import Role
from server.store.bulk import execute_many
from server.store.tables import members, renewal_additions, tokens, told_outside, transfers
from server.store.types import AnyRow

R, T = renewal_additions.c, told_outside.c


class TokenLimit(NamedTuple):
    """A token with a monthly limit of its own, in minor units."""

    token_id: str
    limit: int


def token_limit(connection: Connection, token_id: str | None) -> TokenLimit | None:
    """The limit of the token that something was begun with; None where it had none."""
    if token_id is None:
        return None
    found = connection.execute(select(tokens.c.spending_limit).where(tokens.c.id == token_id)).scalar()
    return None if found is None else TokenLimit(token_id, int(found))


def holder(connection: Connection, organisation_id: str, account_id: str) -> AnyRow | None:
    """`role` and `spending_limit` of somebody in an organisation's directory."""
    query = select(members.c.role, members.c.spending_limit)
    here = (members.c.organisation_id == organisation_id) & (members.c.account_id == account_id)
    return connection.execute(query.where(here)).first()


def unbound(row: AnyRow | None) -> bool:
    """Whether no limit binds them: owners, and who is there to pay."""
    return row is not None and row.role in {Role.OWNER.value, Role.BILLING.value}


def added(
    connection: Connection, organisation_id: str, account_id: str, since: dt.datetime, token_id: str | None = None
) -> dict[dt.date, int]:
    """By how much an account has made each renewal larger since a moment, by the renewal's day; or with one token."""
    query = (
        select(R.renewal_date, func.sum(R.amount))
        .where(R.organisation_id == organisation_id, R.account_id == account_id, R.created_at >= since)
        .group_by(R.renewal_date)
    )
    if token_id is not None:
        query = query.where(R.token_id == token_id)
    return {day: int(amount) for day, amount in connection.execute(query)}


def add(
    connection: Connection,
    organisation_id: str,
    account_id: str,
    *,
    renewal_date: dt.date,
    amount: int,
    now: dt.datetime,
    quote_id: str | None = None,
    token_id: str | None = None,
) -> None:
    """One more addition to a renewal, or less than nothing."""
    connection.execute(
        insert(renewal_additions).values(
            organisation_id=organisation_id,
            account_id=account_id,
            renewal_date=renewal_date,
            amount=amount,
            quote_id=quote_id,
            token_id=token_id,
            created_at=now,
        )
    )


def give_back(connection: Connection, quote_id: str) -> None:
    """What a quote was to add is not added: it was not paid."""
    connection.execute(delete(renewal_additions).where(R.quote_id == quote_id))


def asked_by(connection: Connection, subscription_id: str, account_id: str) -> int:
    """How many outgoing requests of an account's wait for their answer."""
    t = transfers.c
    query = select(func.count()).where(
        t.subscription_id == subscription_id,
        t.state == "pending",
        t.direction == "outgoing",
        t.opened_by_account == account_id,
    )
    return int(connection.execute(query).scalar_one())


def told(connection: Connection, organisation_id: str, since: dt.datetime) -> dict[str, dt.datetime]:
    """Addresses that an organisation was told are outside since a moment, and has not asked: by their keys."""
    query = select(T.email_key, T.told_at).where(T.organisation_id == organisation_id, T.told_at > since)
    return {row.email_key: row.told_at for row in connection.execute(query)}


def tell(
    connection: Connection, organisation_id: str, email_keys: Sequence[str], now: dt.datetime, forget: dt.datetime
) -> None:
    """These addresses were said to be outside; what is older than `forget` is forgotten."""
    connection.execute(delete(told_outside).where(T.organisation_id == organisation_id, T.told_at <= forget))
    rows = [{"organisation_id": organisation_id, "email_key": key, "told_at": now} for key in email_keys]
    execute_many(connection, insert(told_outside), rows)


def asked(connection: Connection, organisation_id: str, email_key: str) -> None:
    """A request was sent to this address: it counts no more."""
    connection.execute(delete(told_outside).where(T.organisation_id == organisation_id, T.email_key == email_key))
