"""Roles of members, who owns an organisation, and who was taken out of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, delete, func, insert, select, tuple_, type_coerce, update

from contract.people import Role
from server.store.tables import accounts, former_members, members, subscriptions
from server.store.types import AnyRow

M, F = members.c, former_members.c


def owners(connection: Connection, organisation_id: str) -> Sequence[AnyRow]:
    """The accounts of an organisation's owners, with `main` for the one that pays: it first, then by their address."""
    main = (accounts.c.id == subscriptions.c.owner_account_id).label("main")
    query = (
        select(accounts, main)
        .select_from(members)
        .join(accounts, accounts.c.id == M.account_id)
        .outerjoin(subscriptions, subscriptions.c.organisation_id == M.organisation_id)
        .where(M.organisation_id == organisation_id, M.role == Role.OWNER.value)
    )
    return connection.execute(query.order_by(main.desc(), accounts.c.email_key)).all()


def count_owners(connection: Connection, organisation_id: str) -> int:
    """How many owners an organisation has."""
    query = select(func.count()).where(M.organisation_id == organisation_id, M.role == Role.OWNER.value)
    return int(connection.execute(query).scalar_one())


def change(connection: Connection, organisation_id: str, account_id: str, *, role: Role, limit: int | None) -> None:
    """Give a member a role and a monthly limit, and count the version up."""
    here = (M.organisation_id == organisation_id, M.account_id == account_id)
    values = {"role": role.value, "spending_limit": limit, "version": M.version + 1}
    connection.execute(update(members).where(*here).values(**values))


def take_out(
    connection: Connection,
    organisation_id: str,
    account_id: str,
    *,
    user_id: str | None,
    now: dt.datetime,
    by: str,
    until: dt.datetime,
) -> AnyRow:
    """Take a member out of the directory, and remember them as they were; answers that."""
    here = (M.organisation_id == organisation_id, M.account_id == account_id)
    row = connection.execute(select(members).where(*here)).one()
    values = {**_columns(row), "user_id": user_id, "removed_at": now, "removed_by": by, "restorable_until": until}
    forget(connection, organisation_id, account_id)
    connection.execute(insert(former_members).values(values))
    connection.execute(delete(members).where(*here))
    found = former(connection, organisation_id, account_id)
    assert found is not None
    return found


def _columns(row: AnyRow) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in members.columns}


def bring_back(connection: Connection, row: AnyRow) -> None:
    """Put somebody who was taken out into the directory again, as they were, one version on."""
    names = ("organisation_id", "account_id", "role", "spending_limit", "created_at", "notify_code_uses")
    values = {name: getattr(row, name) for name in names}
    connection.execute(insert(members).values(**values, version=row.version + 1))
    forget(connection, row.organisation_id, row.account_id)


def forget(connection: Connection, organisation_id: str, account_id: str) -> None:
    """Nobody is brought back any more."""
    connection.execute(delete(former_members).where(F.organisation_id == organisation_id, F.account_id == account_id))


def former(connection: Connection, organisation_id: str, account_id: str) -> AnyRow | None:
    """Somebody who was taken out, with the account's columns."""
    return connection.execute(_former(organisation_id).where(F.account_id == account_id)).first()


class Removed(NamedTuple):
    """Who was taken out of an organisation and can be brought back at a moment."""

    organisation_id: str
    now: dt.datetime


def page_of_former(
    connection: Connection, removed: Removed, limit: int, offset: int = 0, before: tuple[int, str] | None = None
) -> Sequence[AnyRow]:
    """The last removal first; `before` is the moment (microseconds) and the account of the last one seen."""
    query = _restorable(removed).limit(limit).offset(offset)
    if before is not None:
        query = query.where(tuple_(type_coerce(F.removed_at, BigInteger), F.account_id) < tuple_(*before))
    return connection.execute(query.order_by(F.removed_at.desc(), F.account_id.desc())).all()


def count_former(connection: Connection, removed: Removed) -> int:
    """How many there are."""
    found = _restorable(removed).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())


def _restorable(removed: Removed) -> Select[Any]:
    back = select(M.account_id).where(M.organisation_id == F.organisation_id, M.account_id == F.account_id)
    return _former(removed.organisation_id).where(F.restorable_until > removed.now, ~back.exists())


def _former(organisation_id: str) -> Select[Any]:
    named = (accounts.c.email, accounts.c.email_key, accounts.c.first_name, accounts.c.last_name, accounts.c.position)
    return (
        select(former_members, *named)
        .join(accounts, accounts.c.id == F.account_id)
        .where(F.organisation_id == organisation_id)
    )
