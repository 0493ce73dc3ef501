"""One page of a list: of a searched one in the order that was asked for, or of one whose newest come first."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from contract.pages import PageQuery
from server.http import cursors
from server.store.search import Order, SearchedList
from server.store.types import AnyRow, to_microseconds


class Slice(NamedTuple):
    """The rows of one page, and where the next one begins (None: this is the last)."""

    rows: Sequence[AnyRow]
    next_cursor: str | None


def read_page(found: SearchedList, query: PageQuery, sort: str, orders: Mapping[str, Order], total: int) -> Slice:
    """The page that a query asks for; a leading minus of `sort` means descending.

    `total` is how many rows the filter lets through; only a page by offset needs it.
    """
    order, descending = orders[sort.removeprefix("-")], sort.startswith("-")
    limit = query.limit + 1
    if query.offset is not None:
        rows = found.at(order, limit, descending=descending, offset=query.offset, total=total)
    else:
        key = None if query.cursor is None else cursors.decode(query.cursor, sort, order.types)
        rows = found.after(order, limit, descending=descending, key=key)
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    return Slice(rows, _cursor(sort, order, rows[-1]) if more else None)


def newest(
    query: PageQuery,
    sort: str,
    read: Callable[[int, int, tuple[int, str] | None], Sequence[AnyRow]],
    *,
    moment: str = "created_at",
    key: str = "id",
) -> Slice:
    """The page of a list whose newest rows come first.

    `read` answers rows for a limit, an offset, and the moment (microseconds) and id of the row that they come after.
    """
    at, identity = cursors.decode(query.cursor, sort, [int, str]) if query.cursor else (None, None)
    before = None if at is None else (int(at), str(identity))
    rows = read(query.limit + 1, query.offset or 0, before)
    more, rows = len(rows) > query.limit, rows[: query.limit]
    edge = [to_microseconds(getattr(rows[-1], moment)), getattr(rows[-1], key)] if more else []
    return Slice(rows, cursors.encode(sort, edge) if more else None)


def _cursor(sort: str, order: Order, row: AnyRow) -> str:
    values = [getattr(row, str(column.key)) for column in order.columns]
    return cursors.encode(sort, [_plain(value) for value in values])


def _plain(value: Any) -> str | int:
    return value if isinstance(value, str | int) else to_microseconds(value)
