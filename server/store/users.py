"""Users: single rows and sets of them."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, and_, bindparam, select, update

from contract.users import UserStatus
from server.store.bulk import execute_many
from server.store.sqlite import one_of
from server.store.tables import LIVING, accounts, members, subscriptions, users
from server.store.types import AnyRow

K = TypeVar("K", str, int)

CHUNK = 1000
"""How many keys one query names."""


_KEYS = one_of("keys")
_LISTED_KEYS = select(users.c.email_key).where(
    users.c.subscription_id == bindparam("subscription_id"), users.c.email_key.in_(_KEYS), LIVING
)
_ACCOUNTS_OF = (
    select(accounts, members.c.role.label("member"), users.c.subscription_id.label("listed_on"))
    .select_from(accounts)
    .outerjoin(
        members,
        and_(members.c.account_id == accounts.c.id, members.c.organisation_id == bindparam("organisation_id")),
    )
    .outerjoin(users, and_(users.c.account_id == accounts.c.id, LIVING))
    .where(accounts.c.email_key.in_(_KEYS))
)


def get(connection: Connection, subscription_id: str, user_id: str) -> AnyRow | None:
    """A user of this subscription, listed or removed."""
    return connection.execute(
        select(users).where(users.c.id == user_id, users.c.subscription_id == subscription_id)
    ).first()


def many(connection: Connection, subscription_id: str, ids: Iterable[str]) -> dict[str, AnyRow]:
    """Users of this subscription by id, listed or removed."""
    found: dict[str, AnyRow] = {}
    for chunk in _chunks(ids):
        rows = connection.execute(
            select(users).where(users.c.id.in_(chunk), users.c.subscription_id == subscription_id)
        )
        found.update((row.id, row) for row in rows)
    return found


def by_number(connection: Connection, subscription_id: str, numbers: Iterable[int]) -> dict[int, AnyRow]:
    """Users of this subscription by number, listed or removed."""
    found: dict[int, AnyRow] = {}
    for chunk in _chunks(numbers):
        rows = connection.execute(
            select(users).where(users.c.number.in_(chunk), users.c.subscription_id == subscription_id)
        )
        found.update((row.number, row) for row in rows)
    return found


def listed_keys(connection: Connection, subscription_id: str, email_keys: Iterable[str]) -> set[str]:
    """Which of these addresses are listed."""
    found: set[str] = set()
    for chunk in _chunks(email_keys):
        asked = {"subscription_id": subscription_id, "keys": json.dumps(chunk)}
        found.update(connection.execute(_LISTED_KEYS, asked).scalars())
    return found


def accounts_of(connection: Connection, organisation_id: str, email_keys: Iterable[str]) -> dict[str, AnyRow]:
    """Accounts by address key: with `member` (role here or None) and `listed_on` (subscription or None)."""
    found: dict[str, AnyRow] = {}
    for chunk in _chunks(email_keys):
        asked = {"organisation_id": organisation_id, "keys": json.dumps(chunk)}
        found.update((row.email_key, row) for row in connection.execute(_ACCOUNTS_OF, asked))
    return found


def listed_accounts(connection: Connection, account_ids: Iterable[str]) -> set[str]:
    """Which of these accounts are on any subscription now."""
    found: set[str] = set()
    for chunk in _chunks(account_ids):
        rows = connection.execute(select(users.c.account_id).where(users.c.account_id.in_(chunk), LIVING))
        found.update(rows.scalars())
    return found


def is_account_listed(connection: Connection, account_id: str) -> bool:
    """Whether an account is on any subscription now."""
    row = connection.execute(select(users.c.id).where(users.c.account_id == account_id, LIVING)).first()
    return row is not None


def of_account(connection: Connection, subscription_id: str, account_id: str) -> AnyRow | None:
    """The user an account is on this subscription now."""
    return connection.execute(
        select(users).where(users.c.account_id == account_id, users.c.subscription_id == subscription_id, LIVING)
    ).first()


def of_account_anywhere(connection: Connection, account_id: str) -> AnyRow | None:
    """The user an account is on whichever subscription it is listed, with that one's `organisation_id`."""
    home = subscriptions.c.organisation_id
    query = select(users, home).join(subscriptions, subscriptions.c.id == users.c.subscription_id)
    return connection.execute(query.where(users.c.account_id == account_id, LIVING)).first()


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """List new users."""
    execute_many(connection, users, rows)


def change(connection: Connection, user_id: str, **values: Any) -> AnyRow:
    """Change columns of one user, count its version up, and answer it as it is then."""
    connection.execute(update(users).where(users.c.id == user_id).values(**values, version=users.c.version + 1))
    return connection.execute(select(users).where(users.c.id == user_id)).one()


def remove(connection: Connection, ids: Iterable[str], now: dt.datetime, restorable_until: dt.datetime | None) -> None:
    """Take users off the list; their rows stay as history."""
    for chunk in _chunks(ids):
        connection.execute(
            update(users)
            .where(users.c.id.in_(chunk))
            .values(removed_at=now, restorable_until=restorable_until, version=users.c.version + 1)
        )


def restore(connection: Connection, ids: Iterable[str]) -> None:
    """List removed users again, each on a seat."""
    values = {"status": UserStatus.ACTIVE.value, "waiting_since": None, "removed_at": None, "restorable_until": None}
    for chunk in _chunks(ids):
        connection.execute(update(users).where(users.c.id.in_(chunk)).values(**values, version=users.c.version + 1))


class Waiting(NamedTuple):
    """Somebody without a seat."""

    id: str
    email: str
    first_name: str
    last_name: str
    source: str

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


def waiting(connection: Connection, subscription_id: str, limit: int) -> list[Waiting]:
    """The users without a seat, those who wait longest first (D16)."""
    rows = connection.execute(
        select(users.c.id, users.c.email, users.c.first_name, users.c.last_name, users.c.source)
        .where(users.c.subscription_id == subscription_id, LIVING, users.c.status == UserStatus.NOT_PAID.value)
        .order_by(users.c.waiting_since, users.c.number)
        .limit(limit)
    )
    return [Waiting(*row) for row in rows]


def still_waiting(connection: Connection, subscription_id: str, ids: Sequence[str]) -> list[Waiting]:
    """Those of these users who have no seat, in the order given; whoever is not among them is active or gone."""
    found: dict[str, Waiting] = {}
    for chunk in _chunks(ids):
        rows = connection.execute(
            select(users.c.id, users.c.email, users.c.first_name, users.c.last_name, users.c.source).where(
                users.c.id.in_(chunk),
                users.c.subscription_id == subscription_id,
                LIVING,
                users.c.status == UserStatus.NOT_PAID.value,
            )
        )
        found.update((row.id, Waiting(*row)) for row in rows)
    return [found[each] for each in ids if each in found]


def newest_active(connection: Connection, subscription_id: str, limit: int) -> list[Waiting]:
    """The users who got their seat last."""
    rows = connection.execute(
        select(users.c.id, users.c.email, users.c.first_name, users.c.last_name, users.c.source)
        .where(users.c.subscription_id == subscription_id, LIVING, users.c.status == UserStatus.ACTIVE.value)
        .order_by(users.c.number.desc())
        .limit(limit)
    )
    return [Waiting(*row) for row in rows]


def names_waiting(connection: Connection, subscription_id: str, limit: int) -> list[str]:
    """The names of the first users in line for a seat."""
    return [each.name for each in waiting(connection, subscription_id, limit)] if limit else []


def activate(connection: Connection, ids: Iterable[str]) -> None:
    """Give these users a seat."""
    for chunk in _chunks(ids):
        connection.execute(
            update(users)
            .where(users.c.id.in_(chunk))
            .values(status=UserStatus.ACTIVE.value, waiting_since=None, version=users.c.version + 1)
        )


def unseat(connection: Connection, ids: Iterable[str], now: dt.datetime) -> None:
    """Take the seats of these users: they wait from now on."""
    for chunk in _chunks(ids):
        connection.execute(
            update(users)
            .where(users.c.id.in_(chunk))
            .values(status=UserStatus.NOT_PAID.value, waiting_since=now, version=users.c.version + 1)
        )


def _chunks(values: Iterable[K]) -> Iterator[list[K]]:
    remaining = iter(values)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
