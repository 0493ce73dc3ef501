"""The list of users, page by page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, String, literal

from contract.pages import Page
from contract.users import User, UserSort, UsersQuery, UserStatus
from server.http import cursors
from server.http.call import Call
from server.store import events, subscriptions
from server.store.types import AnyRow, to_microseconds
from server.store.user_lists import ORDERS, Order, UserList, Wanted
from server.text import fold
from server.users.answers import user_answer


def list_users(call: Call) -> Page[User]:
    """A page by cursor or by offset. Removed users are not listed, so a filter for them finds nobody."""
    query: UsersQuery = call.query
    if query.status is UserStatus.REMOVED:
        return Page(items=(), total=0 if query.count else None)
    wanted = Wanted(
        subscription_id=call.subscription_id,
        words=tuple(fold(query.search).split()),
        status=query.status and query.status.value,
        source=query.source and query.source.value,
    )
    row = subscriptions.get(call.connection, call.subscription_id)
    found = UserList(call.connection, wanted, row.users_active + row.users_not_paid)
    total = _total(call, wanted, found, row) if query.count or query.offset is not None else 0
    rows = _read(found, query, total)
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    return Page(
        items=tuple(user_answer(row) for row in rows),
        next_cursor=_cursor(query.sort, rows[-1]) if more else None,
        has_more=more,
        total=total if query.count else None,
    )


def _read(found: UserList, query: UsersQuery, total: int) -> Sequence[AnyRow]:
    """One row more than the page holds, to know whether there is another."""
    order, descending = _order(query.sort)
    limit = query.limit + 1
    if query.offset is not None:
        return found.at(order, limit, descending=descending, offset=query.offset, total=total)
    key = None if query.cursor is None else _key(query.sort, query.cursor, order)
    return found.after(order, limit, descending=descending, key=key)


def _order(sort: UserSort) -> tuple[Order, bool]:
    return ORDERS[sort.value.removeprefix("-")], sort.value.startswith("-")


def _cursor(sort: UserSort, row: AnyRow) -> str:
    order, _ = _order(sort)
    values = [getattr(row, str(column.key)) for column in order.columns]
    return cursors.encode(sort.value, [_plain(value) for value in values])


def _plain(value: Any) -> str | int:
    return value if isinstance(value, str | int) else to_microseconds(value)


def _key(sort: UserSort, cursor: str, order: Order) -> list[Any]:
    values = cursors.decode(cursor, sort.value, order.types)
    return [literal(value, String if isinstance(value, str) else BigInteger) for value in values]


def _total(call: Call, wanted: Wanted, found: UserList, row: AnyRow) -> int:
    """From the subscription's counters where they know it; otherwise counted once between two events."""
    by_status = {UserStatus.ACTIVE.value: row.users_active, UserStatus.NOT_PAID.value: row.users_not_paid}
    if not wanted.words and not wanted.source:
        return sum(by_status.values()) if wanted.status is None else int(by_status[wanted.status])
    seq = events.last_seq(call.connection, call.organisation_id)
    return call.services.totals.get((wanted, seq), found.count)
