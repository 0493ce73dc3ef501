"""One statement for many rows, converted column by column: what is the same for every row is done once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Insert, Table, insert
from sqlalchemy.sql.dml import UpdateBase

from server.store.tables.columns import metadata

FEW = 20
"""Up to so many rows the ordinary way is as fast."""

TWO = 2
"""One parameter alone makes no row of values."""

TOGETHER = 1000
"""Rows of one insert."""

MOST_VALUES = 32_000
"""What one statement takes in SQLite; others take more."""


def execute_many(connection: Connection, what: Table | UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these rows into a table, or run an update with named parameters for each; all name the same columns.

    The tables have no defaults in Python, so nothing is added to what the rows say. What it takes to run a statement is
    found out once: an update that runs often is made once, not at each call.
    """
    if not rows:
        return
    statement = insert(what) if isinstance(what, Table) else what
    if len(rows) <= FEW:
        connection.execute(statement, list(rows))
        return
    prepared = _prepared(what, tuple(rows[0]), connection.dialect)
    if prepared is None:
        connection.execute(statement, list(rows))
    elif isinstance(statement, Insert):
        _insert_together(connection, prepared.text, prepared.values(rows))
    else:
        connection.exec_driver_sql(prepared.text, prepared.values(rows))


def insert_rows(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Insert rows by the names of their tables, in this order: what a seed lays down."""
    for name, some in rows.items():
        if some:
            connection.execute(insert(metadata.tables[name]), list(some))


class _Prepared(NamedTuple):
    """A statement as the driver takes it: its parameters in order, what they are by default and how they convert."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    conversions: tuple[tuple[int, Callable[[Any], Any]], ...]

    def values(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """The parameters of each row."""
        if all(name in rows[0] for name in self.names):
            found: Iterator[tuple[Any, ...]] = map(itemgetter(*self.names), rows)
        else:
            found = (tuple(row.get(name, self.fixed[name]) for name in self.names) for row in rows)
        columns: list[Sequence[Any]] = list(zip(*found, strict=True))
        for place, conversion in self.conversions:
            columns[place] = _converted(columns[place], conversion)
        return list(zip(*columns, strict=True))


@lru_cache(maxsize=64)
def _prepared(what: Table | UpdateBase, names: tuple[str, ...], dialect: Dialect) -> _Prepared | None:
    """None for a driver whose parameters have no order."""
    statement = insert(what) if isinstance(what, Table) else what
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    places = getattr(compiled, "positiontup", None)
    if places is None or len(places) < TWO:
        return None
    conversions = (
        (place, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
        for place, name in enumerate(places)
    )
    converted = tuple((place, each) for place, each in conversions if each)
    return _Prepared(str(compiled), tuple(places), dict(compiled.params), converted)


def _insert_together(connection: Connection, text: str, values: list[tuple[Any, ...]]) -> None:
    """Insert very many rows with each statement.

    A trigger that keeps a full-text index has it written once for each statement, not once for each row.
    """
    head, _, row = text.rpartition(" VALUES ")
    together = min(TOGETHER, MOST_VALUES // len(values[0]))
    for start in range(0, len(values), together):
        some = values[start : start + together]
        many = f"{head} VALUES {', '.join([row] * len(some))}"
        connection.exec_driver_sql(many, tuple(chain.from_iterable(some)))


def _converted(values: Sequence[Any], conversion: Callable[[Any], Any]) -> Sequence[Any]:
    first = values[0]
    if values.count(first) == len(values):
        return [conversion(first)] * len(values)
    return [conversion(value) for value in values]
