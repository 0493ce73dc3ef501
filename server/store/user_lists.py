"""The list of users: filtered, sorted, by key or by place, at the same cost for page 1 and for page 10,000."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_, union_all

from server.store import sqlite
from server.store.tables import LIVING, users
from server.store.types import AnyRow

RARE = 4000
"""Up to so many matches are looked up and sorted; above, the sorted list is read and tested row by row."""

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


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which users: `words` are folded words that must all be found."""

    subscription_id: str
    words: tuple[str, ...] = ()
    status: str | None = None
    source: str | None = None

    @property
    def is_everybody(self) -> bool:
        """Whether nothing is filtered."""
        return not (self.words or self.status or self.source)


class UserList:
    """One filter, ready to be read from."""

    def __init__(self, connection: Connection, wanted: Wanted) -> None:
        self._connection = connection
        self._wanted = wanted
        self._where = self._filter()

    def count(self) -> int:
        """How many users the filter lets through."""
        found: int = self._connection.execute(select(func.count()).select_from(users).where(self._where)).scalar_one()
        return found

    def after(
        self, order: Order, limit: int, *, descending: bool, key: Sequence[Any] | None = None
    ) -> Sequence[AnyRow]:
        """The rows after a key (None: the first ones)."""
        query = self._sorted(order, descending=descending).limit(limit)
        if key is not None:
            here, last = tuple_(*order.columns), tuple_(*key)
            query = query.where(here < last if descending else here > last)
        return self._connection.execute(query).all()

    def at(self, order: Order, limit: int, *, descending: bool, offset: int, total: int) -> Sequence[AnyRow]:
        """The rows from a place; one in the second half is read from the other end."""
        if offset <= total // 2:
            return self._connection.execute(
                self._sorted(order, descending=descending).offset(offset).limit(limit)
            ).all()
        limit = min(limit, total - offset)
        if limit <= 0:
            return []
        backwards = self._sorted(order, descending=not descending).offset(total - offset - limit).limit(limit)
        return self._connection.execute(backwards).all()[::-1]

    def _sorted(self, order: Order, *, descending: bool) -> Select[Any]:
        keys = [column.desc() if descending else column.asc() for column in order.columns]
        return select(users).where(self._where).order_by(*keys)

    def _filter(self) -> ColumnElement[bool]:
        wanted = self._wanted
        found = [users.c.subscription_id == wanted.subscription_id, LIVING]
        if wanted.status is not None:
            found.append(users.c.status == wanted.status)
        if wanted.source is not None:
            found.append(users.c.source == wanted.source)
        long = [word for word in wanted.words if len(word) >= TRIGRAM]
        short = [word for word in wanted.words if len(word) < TRIGRAM]
        if long:
            found.append(self._containing(long))
            found += [sqlite.contains(users.c.search_key, word) for word in short]
        else:
            found += [self._beginning(word) for word in short]
        return and_(*found)

    def _containing(self, words: list[str]) -> ColumnElement[bool]:
        matches = sqlite.matches(words)
        if self._is_rare(matches):
            return users.c.number.in_(matches)
        return and_(*(sqlite.contains(users.c.search_key, word) for word in words))

    def _beginning(self, word: str) -> ColumnElement[bool]:
        columns = (users.c.email_key, users.c.name_key, users.c.last_key)
        ranges = [column.between(word, word + _LAST) for column in columns]
        mine = and_(users.c.subscription_id == self._wanted.subscription_id, LIVING)
        matches = union_all(*(select(users.c.number).where(mine, each) for each in ranges))
        return users.c.number.in_(matches) if self._is_rare(matches) else or_(*ranges)

    def _is_rare(self, matches: Any) -> bool:
        bounded = matches.limit(RARE + 1).subquery()
        return bool(self._connection.execute(select(func.count()).select_from(bounded)).scalar_one() <= RARE)
