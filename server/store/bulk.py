"""One statement for many rows, converted column by column: what is the same for every row is done once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.dml import UpdateBase

FEW = 20
"""Up to so many rows the ordinary way is as fast."""


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
    connection.exec_driver_sql(str(compiled), list(zip(*columns, strict=True)))


def _conversion(connection: Connection, compiled: Any, name: str) -> Callable[[Any], Any] | None:
    dialect = connection.dialect
    found: Callable[[Any], Any] | None = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
    return found


def _column(values: list[Any], conversion: Callable[[Any], Any] | None) -> list[Any]:
    return [conversion(value) for value in values] if conversion else values
