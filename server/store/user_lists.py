"""The list of users: filtered, sorted, by key or by place, at a cost that hardly grows with their number.

There are two ways to read a sorted page of what a filter lets through:

scan      follow the sort order's index and test each user: quick when many pass, hopeless when few do
collect   find all that pass by the filter's own index, then sort them: quick when few pass

A list without a filter, and one whose filter and order share an index, is scanned. Otherwise a page is first looked for
in a bounded window of the scan, and collected only when the window does not fill it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_, union

from server.store import sqlite
from server.store.tables import LIVING, subscriptions, users
from server.store.types import AnyRow

RARE = 2000
"""Up to so many matches of a search are collected at once."""

WINDOW = 3000
"""So many users are tested before a page is collected instead."""

TRIGRAM = 3
"""Shorter words are looked up as the beginning of an address, a first or a last name."""

_LAST = "\U0010ffff"


class Order(NamedTuple):
    """One sort order: an index leads with the subscription and these columns."""

    columns: tuple[ColumnElement[Any], ...]
    types: tuple[type, ...]


ORDERS = {
    "name": Order((users.c.name_key, users.c.number), (str, int)),
    "email": Order((users.c.email_key, users.c.number), (str, int)),
    "position": Order((users.c.position_key, users.c.number), (str, int)),
    "status": Order((users.c.status, users.c.name_key, users.c.number), (str, str, int)),
    "added_at": Order((users.c.added_at, users.c.number), (int, int)),
}
_SHARED = (ORDERS["name"], ORDERS["status"])
"""Orders whose columns follow the status, or the source, in an index."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which users: `words` are folded words that must all be found."""

    subscription_id: str
    words: tuple[str, ...] = ()
    status: str | None = None
    source: str | None = None


class UserList:
    """One filter, ready to be read from. `listed` is how many users the subscription has."""

    def __init__(self, connection: Connection, wanted: Wanted, listed: int) -> None:
        self._connection = connection
        self._wanted = wanted
        self._listed = listed
        self._mine = users.c.subscription_id == wanted.subscription_id
        self._plain = _equal(users.c.status, wanted.status) + _equal(users.c.source, wanted.source)
        self._matches = self._matching() if wanted.words else None

    def count(self) -> int:
        """How many users the filter lets through."""
        if self._matches is not None and not self._plain and self._alone():
            return self._number(select(func.count()).select_from(self._matches.subquery()))
        return self._number(select(func.count()).select_from(users).where(self._collected()))

    def after(
        self, order: Order, limit: int, *, descending: bool, key: Sequence[Any] | None = None
    ) -> Sequence[AnyRow]:
        """The rows after a key (None: the first ones)."""
        beyond = _beyond(order, key, descending=descending)
        if self._scans(order):
            return self._read(self._scan(order, descending=descending).where(*beyond).limit(limit))
        if not self._is_rare():
            window = self._window(order, beyond, descending=descending)
            found = self._read(_sorted(select(users).where(window), order, descending=descending).limit(limit))
            if len(found) == limit:
                return found
        return self._read(self._collect(order, beyond, limit=limit, offset=0, descending=descending))

    def at(self, order: Order, limit: int, *, descending: bool, offset: int, total: int) -> Sequence[AnyRow]:
        """The rows from a place among `total`; one in the second half is read from the other end."""
        if offset <= total // 2:
            return self._read(self._place(order, limit, offset, total, descending=descending))
        limit = min(limit, total - offset)
        if limit <= 0:
            return []
        backwards = self._place(order, limit, total - offset - limit, total, descending=not descending)
        return self._read(backwards)[::-1]

    def _place(self, order: Order, limit: int, offset: int, total: int, *, descending: bool) -> Select[Any]:
        """Scan or collect, whichever looks at fewer users; where everybody passes, nobody is tested."""
        if total == self._listed:
            everybody = select(users).where(self._mine, LIVING)
            return _sorted(everybody, order, descending=descending).offset(offset).limit(limit)
        scanned = (offset + limit) * self._listed // max(1, total)
        if self._scans(order) or scanned < total:
            return self._scan(order, descending=descending).offset(offset).limit(limit)
        return self._collect(order, [], limit=limit, offset=offset, descending=descending)

    def _scans(self, order: Order) -> bool:
        if self._matches is not None:
            return False
        return not self._plain or (len(self._plain) == 1 and order in _SHARED)

    def _scan(self, order: Order, *, descending: bool) -> Select[Any]:
        return _sorted(select(users).where(self._mine, LIVING, *self._tests()), order, descending=descending)

    def _window(self, order: Order, beyond: list[ColumnElement[bool]], *, descending: bool) -> ColumnElement[bool]:
        numbers = _sorted(select(users.c.number).where(self._mine, LIVING, *beyond), order, descending=descending)
        return and_(users.c.number.in_(numbers.limit(WINDOW)), *self._tests())

    def _collect(
        self, order: Order, beyond: list[ColumnElement[bool]], *, limit: int, offset: int, descending: bool
    ) -> Select[Any]:
        unindexed = Order(tuple(sqlite.unindexed(column) for column in order.columns), order.types)
        numbers = _sorted(select(users.c.number).where(self._collected(), *beyond), unindexed, descending=descending)
        chosen = users.c.number.in_(numbers.limit(limit).offset(offset))
        return _sorted(select(users).where(chosen), unindexed, descending=descending)

    def _collected(self) -> ColumnElement[bool]:
        if self._matches is None:
            return and_(self._mine, LIVING, *self._plain)
        mine = sqlite.unindexed(users.c.subscription_id) == self._wanted.subscription_id
        return and_(users.c.number.in_(self._matches), mine, LIVING, *self._plain, *self._short_tests())

    def _tests(self) -> list[ColumnElement[bool]]:
        """The filter, user by user."""
        long, short = self._words()
        if long:
            return [*self._plain, *(sqlite.contains(users.c.search_key, word) for word in (*long, *short))]
        return [*self._plain, *(or_(*_ranges(word)) for word in short)]

    def _short_tests(self) -> list[ColumnElement[bool]]:
        """What the matches leave open: words too short for the trigram index."""
        long, short = self._words()
        if long:
            return [sqlite.contains(users.c.search_key, word) for word in short]
        return [or_(*_ranges(word)) for word in short[1:]]

    def _matching(self) -> Any:
        """The numbers of the users with all long words, or with the first of the short ones."""
        long, short = self._words()
        if long:
            return sqlite.matches(long)
        return union(*(select(users.c.number).where(self._mine, LIVING, each) for each in _ranges(short[0])))

    def _words(self) -> tuple[list[str], list[str]]:
        words = self._wanted.words
        return [word for word in words if len(word) >= TRIGRAM], [word for word in words if len(word) < TRIGRAM]

    def _is_rare(self) -> bool:
        if self._matches is None:
            return False
        bounded = self._matches.limit(RARE + 1).subquery()
        return self._number(select(func.count()).select_from(bounded)) <= RARE

    def _alone(self) -> bool:
        """Whether all users in the search index are ours, so that its own count is right."""
        if self._short_tests():
            return False
        every = func.coalesce(func.sum(subscriptions.c.users_active + subscriptions.c.users_not_paid), 0)
        return self._number(select(every)) == self._listed

    def _read(self, query: Select[Any]) -> Sequence[AnyRow]:
        return self._connection.execute(query).all()

    def _number(self, query: Select[Any]) -> int:
        return int(self._connection.execute(query).scalar_one())


def _equal(column: ColumnElement[str], value: str | None) -> list[ColumnElement[bool]]:
    return [] if value is None else [column == value]


def _ranges(word: str) -> list[ColumnElement[bool]]:
    return [column.between(word, word + _LAST) for column in (users.c.email_key, users.c.name_key, users.c.last_key)]


def _sorted(query: Select[Any], order: Order, *, descending: bool) -> Select[Any]:
    return query.order_by(*(column.desc() if descending else column.asc() for column in order.columns))


def _beyond(order: Order, key: Sequence[Any] | None, *, descending: bool) -> list[ColumnElement[bool]]:
    if key is None:
        return []
    here, last = tuple_(*order.columns), tuple_(*key)
    return [here < last if descending else here > last]
