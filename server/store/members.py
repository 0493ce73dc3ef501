"""Members: the directory, filtered and sorted, and what is known of each elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from contract.users import UserStatus
from server.store.search import Equals, Kind, Order, SearchedList
from server.store.tables import LIVING, accounts, directory, members, subscriptions, transfers, users
from server.store.types import AnyRow

CHUNK = 1000

ORDERS = {
    "name": Order((directory.c.name_key, directory.c.number), (str, int)),
    "email": Order((directory.c.email_key, directory.c.number), (str, int)),
    "position": Order((directory.c.position_key, directory.c.number), (str, int)),
    "status": Order((directory.c.status, directory.c.name_key, directory.c.number), (str, str, int)),
}

KIND = Kind(
    table=directory,
    owner=directory.c.organisation_id,
    there=(),
    shared=(ORDERS["name"], ORDERS["status"]),
    index="directory_search",
    indexed=select(func.coalesce(func.max(directory.c.number), 0)),
)
"""Members; the name follows the role, or the status, in an index. While nobody left, the newest has their number."""

NOBODY = ""
"""The directory's status of a member who is no user."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which members: `words` are folded words that must all be found."""

    organisation_id: str
    words: tuple[str, ...] = ()
    role: str | None = None
    listed: bool | None = None
    status: str | None = None


class MemberList(SearchedList):
    """One filter over the members, ready to be read from. `length` is how many members there are."""

    def __init__(self, connection: Connection, wanted: Wanted, length: int) -> None:
        equal = [*_role(wanted), *_status(wanted)]
        super().__init__(connection, KIND, wanted.organisation_id, words=wanted.words, equal=equal, length=length)


def _role(wanted: Wanted) -> Equals:
    return [] if wanted.role is None else [(directory.c.role, wanted.role)]


def _status(wanted: Wanted) -> Equals:
    if wanted.status is not None:
        return [(directory.c.status, wanted.status)]
    if wanted.listed is None:
        return []
    if not wanted.listed:
        return [(directory.c.status, NOBODY)]
    return [(directory.c.status, (UserStatus.ACTIVE.value, UserStatus.NOT_PAID.value))]


def newest(connection: Connection) -> int:
    """A number that grows whenever somebody becomes a member somewhere."""
    return int(connection.execute(KIND.indexed).scalar_one())


def count(connection: Connection, organisation_id: str) -> int:
    """How many members an organisation has."""
    query = select(func.count()).select_from(directory).where(directory.c.organisation_id == organisation_id)
    return int(connection.execute(query).scalar_one())


def many(connection: Connection, organisation_id: str, account_ids: Sequence[str]) -> dict[str, AnyRow]:
    """Members by account: who they are, their role and since when, and the user they are on this subscription.

    A user's columns are named `user_…`; `listed_on` is the subscription an account is on, whosever it is.
    """
    found: dict[str, AnyRow] = {}
    for start in range(0, len(account_ids), CHUNK):
        chunk = account_ids[start : start + CHUNK]
        rows = connection.execute(_members(organisation_id).where(members.c.account_id.in_(chunk)))
        found.update((row.id, row) for row in rows)
    return found


def _members(organisation_id: str) -> Select[Any]:
    return (
        select(
            accounts,
            members.c.role,
            members.c.spending_limit,
            members.c.version,
            members.c.created_at.label("since"),
            users.c.id.label("user_id"),
            users.c.status.label("user_status"),
            users.c.subscription_id.label("listed_on"),
            subscriptions.c.organisation_id.label("listed_at"),
        )
        .select_from(members)
        .join(accounts, accounts.c.id == members.c.account_id)
        .outerjoin(users, and_(users.c.account_id == accounts.c.id, LIVING))
        .outerjoin(subscriptions, subscriptions.c.id == users.c.subscription_id)
        .where(members.c.organisation_id == organisation_id)
    )


def pending_transfer(connection: Connection, subscription_id: str, email_key: str) -> AnyRow | None:
    """The request about an address that waits here."""
    return connection.execute(
        select(transfers).where(
            transfers.c.subscription_id == subscription_id,
            transfers.c.email_key == email_key,
            transfers.c.state == "pending",
        )
    ).first()
