"""The list of users of a subscription."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from server.store.searched import Kind, Order, SearchedList
from server.store.tables import LIVING, subscriptions, users

ORDERS = {
    "name": Order((users.c.name_key, users.c.number), (str, int)),
    "email": Order((users.c.email_key, users.c.number), (str, int)),
    "position": Order((users.c.position_key, users.c.number), (str, int)),
    "status": Order((users.c.status, users.c.name_key, users.c.number), (str, str, int)),
    "added_at": Order((users.c.added_at, users.c.number), (int, int)),
}

KIND = Kind(
    table=users,
    owner=users.c.subscription_id,
    there=(LIVING,),
    shared=(ORDERS["name"], ORDERS["status"]),
    index="users_search",
    indexed=select(func.coalesce(func.sum(subscriptions.c.users_active + subscriptions.c.users_not_paid), 0)),
)
"""Listed users; name and status follow the status, or the source, in an index."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which users: `words` are folded words that must all be found."""

    subscription_id: str
    words: tuple[str, ...] = ()
    status: str | None = None
    source: str | None = None


class UserList(SearchedList):
    """One filter over the users, ready to be read from. `listed` is how many users the subscription has."""

    def __init__(self, connection: Connection, wanted: Wanted, listed: int) -> None:
        plain = _equal(users.c.status, wanted.status) + _equal(users.c.source, wanted.source)
        super().__init__(connection, KIND, wanted.subscription_id, words=wanted.words, plain=plain, length=listed)


def _equal(column: ColumnElement[str], value: str | None) -> list[ColumnElement[bool]]:
    return [] if value is None else [column == value]
