"""Single SELECTs that are asked on every request: compiled once, and asked of the driver itself.

Going through a transaction of SQLAlchemy's costs ten times such a query. One statement sees one state by itself.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Select

from server.store.types import AnyRow


class Question(NamedTuple):
    """A statement as the driver takes it: its parameters in order, what they are by default, and what comes back."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    answer: Callable[..., Any]
    conversions: tuple[tuple[int, Callable[[Any], Any]], ...]

    def first(self, driver: Any, given: Mapping[str, Any]) -> AnyRow | None:
        """The first row, with its columns by their names; values are given as they are stored."""
        values = [given[name] if name in given else self.fixed[name] for name in self.names]
        found = driver.execute(self.text, values).fetchone()
        if found is None:
            return None
        cells = list(found)
        for place, conversion in self.conversions:
            cells[place] = conversion(cells[place])
        row: AnyRow = self.answer(*cells)
        return row


@lru_cache(maxsize=64)
def prepared(statement: Select[Any], dialect: Dialect) -> Question:
    """What it takes to ask a statement, which is made once: it is known again by being the same object."""
    compiled: Any = statement.compile(dialect=dialect)
    columns = statement.selected_columns
    conversions = (
        (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
        for place, column in enumerate(columns)
    )
    return Question(
        str(compiled),
        tuple(compiled.positiontup),
        dict(compiled.params),
        namedtuple("Found", columns.keys()),  # noqa: PYI024 - its fields are the statement's columns
        tuple((place, each) for place, each in conversions if each),
    )
