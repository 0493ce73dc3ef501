"""The list of users of a subscription."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Connection, func, select, type_coerce

from server.store.search import Equals, Kind, Order, SearchedList
from server.store.tables import LIVING, subscriptions, users
from server.store.types import AnyRow

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
    spanned=ORDERS["added_at"],
)
"""Listed users; name and status follow the status, or the source, in an index; status and source follow the moment."""


READ_AT_ONCE = 5000
"""Users that one statement reads, or one round of it brings."""

_MICROSECONDS = type_coerce(users.c.added_at, BigInteger)
_NAMED = (users.c.email, users.c.first_name, users.c.last_name, users.c.position, users.c.status)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which users: `words` are folded words that must all be found; added from one moment on, before another."""

    subscription_id: str
    words: tuple[str, ...] = ()
    status: str | None = None
    source: str | None = None
    added_from: dt.datetime | None = None
    added_before: dt.datetime | None = None

    @property
    def equal(self) -> Equals:
        """Columns and the values they must have."""
        given = ((users.c.status, self.status), (users.c.source, self.source))
        return [(column, value) for column, value in given if value is not None]

    @property
    def span(self) -> list[ColumnElement[bool]]:
        """The limits of when they were added."""
        first = [] if self.added_from is None else [users.c.added_at >= self.added_from]
        return first if self.added_before is None else [*first, users.c.added_at < self.added_before]


class UserList(SearchedList):
    """One filter over the users, ready to be read from. `listed` is how many users the subscription has."""

    def __init__(self, connection: Connection, wanted: Wanted, listed: int) -> None:
        super().__init__(
            connection,
            KIND,
            wanted.subscription_id,
            words=wanted.words,
            equal=wanted.equal,
            span=wanted.span,
            length=listed,
        )

    def numbers(self) -> Iterator[Sequence[AnyRow]]:
        """The number and version of everybody, in no order, some thousands at a time."""
        yield from self._connection.execute(self.all((users.c.number, users.c.version))).partitions(READ_AT_ONCE)

    def added_after(self, key: Sequence[int] | None) -> Sequence[AnyRow]:
        """The next ones in the order they were added: five texts, when in microseconds, the number; the key is both."""
        return self.walk(ORDERS["added_at"], READ_AT_ONCE, (*_NAMED, _MICROSECONDS, users.c.number), key=key)

    def came_after(self, number: int, limit: int) -> Sequence[AnyRow]:
        """Who came after a number: id, names and address."""
        return self.newer(number, limit, (users.c.id, users.c.first_name, users.c.last_name, users.c.email))
