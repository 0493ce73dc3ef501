"""Reading and writing transfer requests."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    type_coerce,
    update,
)

from contract.transfers import TransferSort, TransfersQuery
from server.platform.text import fold
from server.store.bulk import execute_many
from server.store.sqlite import one_of
from server.store.tables import transfers
from server.store.types import AnyRow, from_microseconds, to_microseconds

T = transfers.c

_SORTS: dict[str, ColumnElement[Any]] = {
    "created_at": T.created_at,
    "name": T.name_key,
    "email": T.email_key,
    "expires_at": T.expires_at,
}
_MOMENTS = {"created_at", "expires_at"}


def one(connection: Connection, subscription_id: str, transfer_id: str) -> AnyRow | None:
    """One request of a subscription, or None."""
    return connection.execute(_one(subscription_id, transfer_id)).first()


def _one(subscription_id: str, transfer_id: str) -> Select[Any]:
    return select(transfers).where(T.id == transfer_id, T.subscription_id == subscription_id)


def required(connection: Connection, subscription_id: str, transfer_id: str) -> AnyRow:
    """One request that is there."""
    return connection.execute(_one(subscription_id, transfer_id)).one()


def due(connection: Connection, now: dt.datetime, subscription_id: str) -> Sequence[AnyRow]:
    """The requests of a subscription that still say pending though their time is over, oldest first."""
    query = select(transfers).where(T.state == "pending", T.expires_at <= now, T.subscription_id == subscription_id)
    return connection.execute(query.order_by(T.expires_at, T.number)).all()


def due_subscriptions(connection: Connection, now: dt.datetime) -> Sequence[AnyRow]:
    """`id` of the subscription and `at` of every request that is over, earliest first."""
    query = select(T.subscription_id.label("id"), T.expires_at.label("at"))
    waiting = (T.state == literal_column("'pending'"), T.expires_at <= now)
    return connection.execute(query.where(*waiting).order_by(T.expires_at)).all()


def next_expiry(connection: Connection, subscription_id: str) -> dt.datetime | None:
    """When the next request of a subscription is over."""
    waiting = (T.state == literal_column("'pending'"), T.subscription_id == subscription_id)
    found: dt.datetime | None = connection.execute(select(func.min(T.expires_at)).where(*waiting)).scalar_one()
    return found


def many(connection: Connection, subscription_id: str, ids: Sequence[str]) -> dict[str, AnyRow]:
    """Those of these requests that are the subscription's, by id."""
    query = select(transfers).where(T.id.in_(one_of("ids")), T.subscription_id == subscription_id)
    return {row.id: row for row in connection.execute(query, {"ids": json.dumps(ids)})}


def edge_types(sort: TransferSort) -> tuple[type, type]:
    """What the edge of a page in this order is made of."""
    return (int if sort.value.removeprefix("-") in _MOMENTS else str), int


def page(
    connection: Connection, subscription_id: str, query: TransfersQuery, edge: Sequence[str | int] | None
) -> tuple[Sequence[AnyRow], list[str | int] | None, int | None]:
    """A page in the order asked for, behind an edge: rows, the edge of the next page, and the total if asked for."""
    name = query.sort.value.removeprefix("-")
    key, number = _SORTS[name], T.number
    wanted = _filter(subscription_id, query)
    found = select(transfers).where(*wanted).limit(query.limit + 1).offset(query.offset or 0)
    if query.sort.value.startswith("-"):
        found = found.order_by(key.desc(), number.desc())
    else:
        found = found.order_by(key, number)
    if edge is not None:
        found = found.where(_beyond(edge, query.sort))
    rows = connection.execute(found).all()
    total = connection.execute(select(func.count()).where(*wanted)).scalar_one() if query.count else None
    if len(rows) <= query.limit:
        return rows, None, total
    last = rows[query.limit - 1]
    value = last._mapping[key]  # noqa: SLF001 - the public name of SQLAlchemy's mapping view
    position = to_microseconds(value) if name in _MOMENTS else value
    return rows[: query.limit], [position, last.number], total


def _filter(subscription_id: str, query: TransfersQuery) -> list[ColumnElement[bool]]:
    wanted = [T.subscription_id == subscription_id]
    if query.direction:
        wanted.append(T.direction == query.direction.value)
    if query.state:
        wanted.append(T.state == query.state.value)
    wanted += [T.search_key.contains(word, autoescape=True) for word in fold(query.search).split()]
    return wanted


def _beyond(edge: Sequence[str | int], sort: TransferSort) -> ColumnElement[bool]:
    value, number = edge
    key = _SORTS[sort.value.removeprefix("-")]
    place = from_microseconds(value) if isinstance(value, int) else value
    here = tuple_(key, T.number)
    there = tuple_(type_coerce(place, key.type), number)
    return here < there if sort.value.startswith("-") else here > there


def pending_to(connection: Connection, subscription_id: str, email_keys: Sequence[str]) -> set[str]:
    """Which of these addresses have a request that waits."""
    waiting = (T.subscription_id == subscription_id, T.state == "pending", T.email_key.in_(one_of("keys")))
    return set(connection.execute(select(T.email_key).where(*waiting), {"keys": json.dumps(email_keys)}).scalars())


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """A new request."""
    connection.execute(insert(transfers), values)


def change(connection: Connection, rows: Sequence[Mapping[str, Any]], *names: str) -> None:
    """Set these columns of many requests, each row of values with its `number`; every version goes up by one."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    statement = update(transfers).where(T.number == bindparam("row")).values(version=T.version + 1, **values)
    given = [{"row": row["number"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    execute_many(connection, statement, given)
