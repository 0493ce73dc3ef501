"""A list of any length: filtered, searched, sorted, by key or by place, at a cost that hardly grows with its length.

There are two ways to read a sorted page of what a filter lets through:

scan      follow the sort order's index and test each row: quick when many pass, hopeless when few do
collect   find all that pass by the filter's own index, then sort them: quick when few pass

A list without a filter, and one whose filter and order share an index, is scanned. Otherwise a page is first looked for
in a bounded window of the scan, and collected only when the window does not fill it.

What passes is found by the words' own index, or by the order whose column the filter gives a span of, whichever holds
few rows; everything else is then tested row by row.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)

from server.store import sqlite
from server.store.types import AnyRow

RARE = 2000
"""Up to so many matches of a search are collected at once."""

WINDOW = 3000
"""So many rows are tested before a page is collected instead."""

TRIGRAM = 3
"""Shorter words are looked up as the beginning of an address, a first or a last name."""

_LAST = "\U0010ffff"

Taken: TypeAlias = Callable[[ColumnElement[Any]], ColumnElement[Any]]


def _as_it_is(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column


class Order(NamedTuple):
    """One sort order: an index leads with the list's owner and these columns."""

    columns: tuple[ColumnElement[Any], ...]
    types: tuple[type, ...]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What there is a list of: a table with a `number`, a `search_key` and the columns of its orders.

    `owner` leads every index, `there` is the condition of all of them (if any). `shared` are the orders whose columns
    follow those a filter asks for in an index. `index` names the trigram index, which holds `indexed` rows. `spanned`
    is the order by a column of which a filter may ask for a span.
    """

    table: Table
    owner: ColumnElement[str]
    there: tuple[ColumnElement[bool], ...]
    shared: Collection[Order]
    index: str
    indexed: Select[Any]
    spanned: Order | None = None


Equals: TypeAlias = Sequence[tuple[ColumnElement[Any], Any]]
"""Columns, with the value each must have, or the values it may have."""


class SearchedList:
    """One filter, ready to be read from.

    `words` are folded words that must all be found, `equal` columns with their values, `span` limits on the column of
    the list's spanned order, and `length` is how many rows the owner has without any.
    """

    def __init__(
        self,
        connection: Connection,
        kind: Kind,
        owner: str,
        *,
        words: Sequence[str] = (),
        equal: Equals = (),
        span: Sequence[ColumnElement[bool]] = (),
        length: int,
    ) -> None:
        self._connection = connection
        self._kind = kind
        self._table = kind.table
        self._owner = owner
        self._long = [word for word in words if len(word) >= TRIGRAM]
        self._short = [word for word in words if len(word) < TRIGRAM]
        self._length = length
        self._mine = kind.owner == owner
        self._equal = [_is(column, value) for column, value in equal]
        self._equal_tested = [_is(sqlite.unindexed(column), value) for column, value in equal]
        self._span = list(span)
        self._matches = self._matching() if words else None

    def count(self) -> int:
        """How many rows the filter lets through."""
        if self._matches is not None and not self._equal and not self._span and self._alone():
            return self._number(select(func.count()).select_from(self._matches.subquery()))
        passing = self._in_span() if self._span and self._matches is None else self._collected()
        return self._number(select(func.count()).select_from(self._table).where(passing))

    def after(
        self, order: Order, limit: int, *, descending: bool, key: Sequence[str | int] | None = None
    ) -> Sequence[AnyRow]:
        """The rows after a key, its values as they are stored (None: the first rows)."""
        beyond = _beyond(order, key, descending=descending)
        if self._scans(order):
            return self._read(self._scan(order, descending=descending).where(*beyond).limit(limit))
        if not self._is_rare():
            window = self._window(order, beyond, descending=descending)
            found = self._read(_sorted(select(self._table).where(window), order, descending=descending).limit(limit))
            if len(found) == limit:
                return found
        return self._read(self._collect(order, beyond, limit=limit, offset=0, descending=descending))

    def all(self, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
        """Columns of all the rows that pass, in no order.

        Without words they are read as they came, by the index of the spanned order: neighbours there are neighbours in
        the file, which in the order of names or addresses would be read once for each row.
        """
        if self._matches is not None or self._kind.spanned is None:
            return select(*columns).where(self._collected())
        beginning = self._kind.spanned.columns[0] >= literal(0, BigInteger)
        return select(*columns).where(self._in_span(), *([] if self._span else [beginning]))

    def newer(self, number: int, limit: int, columns: Sequence[ColumnElement[Any]]) -> Sequence[AnyRow]:
        """Columns of the rows that pass and came after a number, in this order."""
        newer = select(*columns).where(*self._newer(number))
        return self._read(newer.order_by(self._table.c.number).limit(limit))

    def count_newer(self, number: int) -> int:
        """How many rows that pass came after a number."""
        return self._number(select(func.count()).select_from(self._table).where(*self._newer(number)))

    def _newer(self, number: int) -> list[ColumnElement[bool]]:
        mine = sqlite.unindexed(self._kind.owner) == self._owner
        return [self._table.c.number > number, mine, *self._kind.there, *self._tests(self._equal)]

    def walk(
        self, order: Order, limit: int, columns: Sequence[ColumnElement[Any]], *, key: Sequence[str | int] | None = None
    ) -> Sequence[AnyRow]:
        """Columns of the rows after a key for somebody who goes on to the end: few are collected, many are tested."""
        beyond = _beyond(order, key, descending=False)
        if self._is_rare():
            query = self._collect(order, beyond, limit=limit, offset=0, descending=False)
        else:
            query = self._scan(order, descending=False).where(*beyond).limit(limit)
        return self._read(query.with_only_columns(*columns))

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
        """Scan or collect, whichever looks at fewer rows; where everybody passes, nobody is tested."""
        if total == self._length:
            everybody = select(self._table).where(self._mine, *self._kind.there)
            return _sorted(everybody, order, descending=descending).offset(offset).limit(limit)
        scanned = (offset + limit) * self._length // max(1, total)
        if self._scans(order) or scanned < total:
            return self._scan(order, descending=descending).offset(offset).limit(limit)
        return self._collect(order, [], limit=limit, offset=offset, descending=descending)

    def _scans(self, order: Order) -> bool:
        if self._matches is not None:
            return False
        if self._span:
            return not self._equal and order == self._kind.spanned
        return not self._equal or (len(self._equal) == 1 and order in self._kind.shared)

    def _scan(self, order: Order, *, descending: bool) -> Select[Any]:
        tests = self._tests(self._equal if self._scans(order) else self._equal_tested)
        return _sorted(select(self._table).where(self._mine, *self._kind.there, *tests), order, descending=descending)

    def _window(self, order: Order, beyond: list[ColumnElement[bool]], *, descending: bool) -> ColumnElement[bool]:
        within = self._span if order == self._kind.spanned else []
        numbers = select(self._table.c.number).where(self._mine, *self._kind.there, *within, *beyond)
        window = _sorted(numbers, order, descending=descending).limit(WINDOW)
        return and_(self._table.c.number.in_(window), *self._tests(self._equal))

    def _collect(
        self, order: Order, beyond: list[ColumnElement[bool]], *, limit: int, offset: int, descending: bool
    ) -> Select[Any]:
        unindexed = Order(tuple(sqlite.unindexed(column) for column in order.columns), order.types)
        numbers = _sorted(
            select(self._table.c.number).where(self._collected(), *beyond), unindexed, descending=descending
        )
        chosen = self._table.c.number.in_(numbers.limit(limit).offset(offset))
        return _sorted(select(self._table).where(chosen), unindexed, descending=descending)

    def _collected(self) -> ColumnElement[bool]:
        if self._spans:
            return self._in_span()
        if self._matches is None:
            return and_(self._mine, *self._kind.there, *self._equal, *self._span)
        mine = sqlite.unindexed(self._kind.owner) == self._owner
        conditions = [*self._equal, *self._span, *self._short_tests()]
        return and_(self._table.c.number.in_(self._matches), mine, *self._kind.there, *conditions)

    @cached_property
    def _spans(self) -> bool:
        """Whether the span leads to what passes: always when there is nothing else, otherwise when it is short."""
        if not self._span or (self._matches is None and not self._equal):
            return bool(self._span)
        numbers = select(self._table.c.number).where(self._mine, *self._kind.there, *self._span).limit(RARE + 1)
        return self._number(select(func.count()).select_from(numbers.subquery())) <= RARE

    def _in_span(self) -> ColumnElement[bool]:
        """What passes, by the index of the span alone."""
        return and_(self._mine, *self._kind.there, *self._span, *self._equal_tested, *self._word_tests())

    def _tests(self, equal: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
        """The filter, row by row."""
        return [*equal, *self._span, *self._word_tests()]

    def _word_tests(self) -> list[ColumnElement[bool]]:
        if self._long:
            return [sqlite.contains(self._table.c.search_key, word) for word in (*self._long, *self._short)]
        return [or_(*self._ranges(word, sqlite.unindexed)) for word in self._short]

    def _short_tests(self) -> list[ColumnElement[bool]]:
        """What the matches leave open: words too short for the trigram index."""
        if self._long:
            return [sqlite.contains(self._table.c.search_key, word) for word in self._short]
        return [or_(*self._ranges(word)) for word in self._short[1:]]

    def _matching(self) -> Any:
        """The numbers of the rows with all long words, or with the first of the short ones."""
        if self._long:
            return sqlite.matches(self._kind.index, self._long)
        numbers = select(self._table.c.number).where(self._mine, *self._kind.there)
        return union(*(numbers.where(each) for each in self._ranges(self._short[0])))

    def _ranges(self, word: str, taken: Taken = _as_it_is) -> list[ColumnElement[bool]]:
        beginnings = (self._table.c.email_key, self._table.c.name_key, self._table.c.last_key)
        return [taken(column).between(word, word + _LAST) for column in beginnings]

    def _is_rare(self) -> bool:
        """Whether what leads to the rows that pass leads to few."""
        if self._matches is None and not self._spans:
            return False
        if self._spans and (self._matches is not None or self._equal):
            return True
        matches = select(self._table.c.number).where(self._in_span()) if self._matches is None else self._matches
        bounded = matches.limit(RARE + 1).subquery()
        return self._number(select(func.count()).select_from(bounded)) <= RARE

    def _alone(self) -> bool:
        """Whether all rows in the search index are ours, so that its own count is right."""
        if self._short_tests():
            return False
        return self._number(self._kind.indexed) == self._length

    def _read(self, query: Select[Any]) -> Sequence[AnyRow]:
        return self._connection.execute(query).all()

    def _number(self, query: Select[Any]) -> int:
        return int(self._connection.execute(query).scalar_one())


def _is(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    return column.in_(value) if isinstance(value, tuple) else column == value


def _sorted(query: Select[Any], order: Order, *, descending: bool) -> Select[Any]:
    return query.order_by(*(column.desc() if descending else column.asc() for column in order.columns))


def _beyond(order: Order, key: Sequence[str | int] | None, *, descending: bool) -> list[ColumnElement[bool]]:
    if key is None:
        return []
    here = tuple_(*order.columns)
    last = tuple_(*(literal(value, String if isinstance(value, str) else BigInteger) for value in key))
    return [here < last if descending else here > last]
