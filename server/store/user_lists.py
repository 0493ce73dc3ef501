"""The list of users of a subscription."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from server.store.search import Equals, Kind, Order, SearchedList
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
    spanned=ORDERS["added_at"],
)
"""Listed users; name and status follow the status, or the source, in an index; status and source follow the moment."""


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
