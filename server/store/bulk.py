"""One statement for many rows, converted column by column: what is the same for every row is done once."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Insert
from sqlalchemy.sql.dml import UpdateBase

FEW = 20
"""Up to so many rows the ordinary way is as fast."""

TOGETHER = 500
"""Rows of one insert."""

MOST_VALUES = 32_000
"""What one statement takes in SQLite; others take more."""


def execute_many(connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run an insert, or an update with named parameters, once for each row; all rows name the same columns.

    The tables have no defaults in Python, so nothing is added to what the rows say.
    """
    if not rows:
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    names = getattr(compiled, "positiontup", None)
    if len(rows) <= FEW or names is None:
        connection.execute(statement, list(rows))
        return
    fixed = compiled.params
    columns = [
        _column([row.get(name, fixed[name]) for row in rows], _conversion(connection, compiled, name)) for name in names
    ]
    values = list(zip(*columns, strict=True))
    if isinstance(statement, Insert):
        values = _insert_together(connection, str(compiled), values)
    if values:
        connection.exec_driver_sql(str(compiled), values)


def _insert_together(connection: Connection, text: str, values: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Insert so many rows with each statement; answers those that are left over.

    A trigger that keeps a full-text index has it written once for each statement, not once for each row.
    """
    head, _, row = text.rpartition(" VALUES ")
    together = min(TOGETHER, MOST_VALUES // max(1, len(values[0])))
    whole = len(values) - len(values) % together
    if whole and head:
        many = f"{head} VALUES {', '.join([row] * together)}"
        for start in range(0, whole, together):
            connection.exec_driver_sql(many, tuple(chain.from_iterable(values[start : start + together])))
        return values[whole:]
    return values


def _conversion(connection: Connection, compiled: Any, name: str) -> Callable[[Any], Any] | None:
    dialect = connection.dialect
    found: Callable[[Any], Any] | None = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
    return found


def _column(values: list[Any], conversion: Callable[[Any], Any] | None) -> list[Any]:
    return [conversion(value) for value in values] if conversion else values
