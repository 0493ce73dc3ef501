"""What all tables are made of: amounts are minor units, instants microseconds in UTC (`Moment`), days text (`Day`)."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    text,
)

from server.store.types import Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identity() -> Column[str]:
    """The public id."""
    return Column("id", String(60), primary_key=True)


def reference(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """A foreign key to another table's id."""
    return Column(name, String(60), ForeignKey(f"{target}.id"), nullable=nullable, index=index)


def words(name: str, default: str | None = "") -> Column[str]:
    """Text that is never null; without a default it must be given."""
    return Column(name, Text, nullable=False, server_default=default)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    """An instant."""
    return Column(name, Moment, nullable=nullable)


def count(name: str, default: int = 0) -> Column[int]:
    """A whole number, counted up from `default`."""
    return Column(name, Integer, nullable=False, server_default=str(default))


def amount(name: str, *, nullable: bool = False, default: int | None = None) -> Column[Any]:
    """Minor units of a currency."""
    return Column(name, BigInteger, nullable=nullable, server_default=None if default is None else str(default))


def flag(name: str, *, default: bool = False) -> Column[bool]:
    """Yes or no."""
    return Column(name, Boolean, nullable=False, server_default=text("true" if default else "false"))


def partial_index(
    name: str, *columns: ColumnElement[Any], where: ColumnElement[bool] | None = None, unique: bool = False
) -> Index:
    """An index over some of the rows. Naming another database's `where` here too would import its whole dialect."""
    return Index(name, *columns, sqlite_where=where, unique=unique)
