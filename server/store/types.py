"""Column types that mean the same on every database, and what a statement is asked of and answers."""

import datetime as dt
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Connection, Dialect, Integer, Row, String
from sqlalchemy.types import TypeDecorator

__all__ = ["EPOCH", "AnyRow", "Connection", "Day", "Moment", "Number", "from_microseconds", "to_microseconds"]

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of any columns."""

Number = BigInteger().with_variant(Integer(), "sqlite")
"""A row number that the database counts up (SQLite does that for INTEGER alone)."""


def to_microseconds(instant: dt.datetime) -> int:
    """Microseconds since 1970 in UTC: what is stored."""
    return (instant - EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> dt.datetime:
    """The instant behind a stored number."""
    return EPOCH + dt.timedelta(microseconds=value)


class Moment(TypeDecorator[dt.datetime]):
    """An instant as whole microseconds since 1970, UTC: exact, sortable, without a time zone to lose."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
        """Towards the database."""
        del dialect
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> dt.datetime | None:
        """From the database."""
        del dialect
        return None if value is None else from_microseconds(value)


class Day(TypeDecorator[dt.date]):
    """A calendar day as `YYYY-MM-DD`."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: dt.date | None, dialect: Dialect) -> str | None:
        """Towards the database."""
        del dialect
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> dt.date | None:
        """From the database."""
        del dialect
        return None if value is None else dt.date.fromisoformat(value)
