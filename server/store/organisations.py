"""Organisations, accounts and memberships."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from contract.people import Role
from server.platform.ids import new_id
from server.store.bulk import execute_many
from server.store.sqlite import one_of
from server.store.tables import accounts, members, organisations, subscriptions, tokens
from server.store.types import AnyRow


def overview(connection: Connection) -> list[AnyRow]:
    """Every organisation with its plan, its seats and its main account, in the order of their names."""
    query = (
        select(
            organisations,
            subscriptions.c.plan,
            subscriptions.c.status,
            subscriptions.c.seats,
            accounts.c.email.label("main_account"),
        )
        .outerjoin(subscriptions, subscriptions.c.organisation_id == organisations.c.id)
        .outerjoin(accounts, accounts.c.id == subscriptions.c.owner_account_id)
    )
    return list(connection.execute(query.order_by(organisations.c.name_key)))


def by_name(connection: Connection, name_key: str) -> AnyRow | None:
    """The organisation with this folded name."""
    return connection.execute(select(organisations).where(organisations.c.name_key == name_key)).first()


def add(connection: Connection, *, name: str, name_key: str, now: dt.datetime) -> str:
    """A new organisation; answers its id."""
    identity = new_id("org")
    connection.execute(insert(organisations).values(id=identity, name=name, name_key=name_key, created_at=now))
    return identity


def account(connection: Connection, account_id: str) -> AnyRow | None:
    """An account by its id."""
    return connection.execute(select(accounts).where(accounts.c.id == account_id)).first()


def account_by_email(connection: Connection, email_key: str) -> AnyRow | None:
    """The account with this address."""
    return connection.execute(select(accounts).where(accounts.c.email_key == email_key)).first()


def add_account(
    connection: Connection,
    *,
    email: str,
    email_key: str,
    now: dt.datetime,
    first_name: str = "",
    last_name: str = "",
    position: str = "",
    created_by: str | None = None,
) -> str:
    """A new account, made by an organisation or by the person; answers its id."""
    identity = new_id("acc")
    values: dict[str, Any] = {"id": identity, "email": email, "email_key": email_key, "created_at": now}
    values["created_by_organisation"] = created_by
    names = {"first_name": first_name, "last_name": last_name, "position": position}
    connection.execute(insert(accounts).values(**values, **names))
    return identity


def add_accounts(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """New accounts, all at once."""
    execute_many(connection, accounts, rows)


def change_account(connection: Connection, account_id: str, **values: str) -> None:
    """Change columns of an account."""
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))


def is_theirs(account: AnyRow, organisation_id: str) -> bool:
    """Whether an account is still an organisation's: it made it, and the person has never signed in.

    Only of such an account may others say its name, or hand out tokens for it.
    """
    return account.signed_in_at is None and account.created_by_organisation == organisation_id


def note_signing_in(connection: Connection, account_id: str, now: dt.datetime) -> None:
    """The person signs in by themselves: from the first time on the account is theirs alone."""
    connection.execute(
        update(accounts).where(accounts.c.id == account_id, accounts.c.signed_in_at.is_(None)).values(signed_in_at=now)
    )


def name_of(connection: Connection, organisation_id: str) -> str:
    """The name of an organisation that is there."""
    found: str = connection.execute(
        select(organisations.c.name).where(organisations.c.id == organisation_id)
    ).scalar_one()
    return found


def is_member(connection: Connection, organisation_id: str, account_id: str) -> bool:
    """Whether an account is in an organisation's directory."""
    found = select(members.c.role).where(
        members.c.organisation_id == organisation_id, members.c.account_id == account_id
    )
    return connection.execute(found).first() is not None


def members_of(connection: Connection, organisation_id: str, users: Sequence[AnyRow]) -> set[str]:
    """Those accounts of these users that are in an organisation's directory."""
    here = members.c.organisation_id == organisation_id
    query = select(members.c.account_id).where(here, members.c.account_id.in_(one_of("ids")))
    return set(connection.execute(query, {"ids": json.dumps([each.account_id for each in users])}).scalars())


def homes_of(connection: Connection, account_id: str) -> list[AnyRow]:
    """The organisations an account is a member of, the oldest first."""
    query = select(organisations).join(members, members.c.organisation_id == organisations.c.id)
    return list(
        connection.execute(query.where(members.c.account_id == account_id).order_by(organisations.c.created_at))
    )


def member_by_email(connection: Connection, organisation_id: str, email_key: str) -> str | None:
    """The account with this address, if it is in an organisation's directory."""
    mine = (members.c.account_id == accounts.c.id) & (members.c.organisation_id == organisation_id)
    query = select(accounts.c.id).join(members, mine).where(accounts.c.email_key == email_key)
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def add_member(
    connection: Connection,
    *,
    organisation_id: str,
    account_id: str,
    role: Role,
    now: dt.datetime,
    spending_limit: int | None = 0,
) -> None:
    """Put an account into an organisation's directory."""
    connection.execute(
        insert(members).values(
            organisation_id=organisation_id,
            account_id=account_id,
            role=role.value,
            spending_limit=spending_limit,
            created_at=now,
        )
    )


def join(connection: Connection, organisation_id: str, account_ids: Sequence[str], now: dt.datetime) -> set[str]:
    """Put those of these accounts into an organisation's directory that are not in it yet; answers which."""
    here = members.c.organisation_id == organisation_id
    query = select(members.c.account_id).where(here, members.c.account_id.in_(one_of("ids")))
    known = set(connection.execute(query, {"ids": json.dumps(account_ids)}).scalars())
    new = [each for each in account_ids if each not in known]
    add_members(connection, organisation_id, new, now)
    return set(new)


def add_members(connection: Connection, organisation_id: str, account_ids: Sequence[str], now: dt.datetime) -> None:
    """Put accounts that are not in it into an organisation's directory."""
    who = {"organisation_id": organisation_id, "role": Role.MEMBER.value, "spending_limit": 0, "created_at": now}
    execute_many(connection, members, [{**who, "account_id": each} for each in account_ids])


def leave(connection: Connection, organisation_id: str, account_ids: Sequence[str]) -> None:
    """Take members out of an organisation's directory again, but for those who were given a role or a token since."""
    trusted = select(tokens.c.id).where(
        tokens.c.organisation_id == organisation_id, tokens.c.account_id == members.c.account_id
    )
    connection.execute(
        delete(members).where(
            members.c.organisation_id == organisation_id,
            members.c.account_id.in_(one_of("ids")),
            members.c.role == Role.MEMBER.value,
            ~trusted.exists(),
        ),
        {"ids": json.dumps(account_ids)},
    )
