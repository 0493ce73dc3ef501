"""The list of users, page by page, and what a filter over users means here and now."""

import datetime as dt

from contract.exports import ExportQuery
from contract.pages import Page
from contract.selections import UsersFilter
from contract.users import User, UsersQuery, UserStatus
from server.domain.periods import start_of_day
from server.http.call import Call
from server.http.paging import read_page
from server.platform.text import fold
from server.store import events, subscriptions
from server.store.types import AnyRow
from server.store.user_lists import ORDERS, UserList, Wanted
from server.subscription.reading import seated_status
from server.users.serializers import user_answer


def list_users(call: Call) -> Page[User]:
    """A page by cursor or by offset. Removed users are not listed, so a filter for them finds nobody."""
    query: UsersQuery = call.query
    row = subscriptions.get(call.connection, call.subscription_id)
    seated = seated_status(row, call.now)
    if finds_nobody(query.status, seated):
        return Page(items=(), total=0 if query.count else None)
    wanted = wanted_users(query, call.subscription_id, row.time_zone)
    found = UserList(call.connection, wanted, row.users_active + row.users_not_paid)
    total = _total(call, wanted, found, row) if query.count or query.offset is not None else 0
    page = read_page(found, query, query.sort.value, ORDERS, total)
    return Page(
        items=tuple(user_answer(row, seated) for row in page.rows),
        next_cursor=page.next_cursor,
        has_more=page.next_cursor is not None,
        total=total if query.count else None,
    )


def _total(call: Call, wanted: Wanted, found: UserList, row: AnyRow) -> int:
    """From the subscription's counters where they know it; otherwise counted once between two events."""
    by_status = {UserStatus.ACTIVE.value: row.users_active, UserStatus.NOT_PAID.value: row.users_not_paid}
    if not wanted.words and not wanted.source and not wanted.span:
        return sum(by_status.values()) if wanted.status is None else int(by_status[wanted.status])
    seq = events.last_seq(call.connection, call.organisation_id)
    return call.services.totals.get((wanted, seq), found.count)


def finds_nobody(asked: UserStatus | None, seated: UserStatus) -> bool:
    """Whether no listed user can have a status, where those with a seat are `seated`."""
    return asked is not None and asked not in {UserStatus.NOT_PAID, seated}


def wanted_users(asked: UsersQuery | ExportQuery | UsersFilter, subscription_id: str, time_zone: str) -> Wanted:
    """Whom a query finds that finds anybody; its days begin in the subscription's time zone (D2)."""
    return Wanted(
        subscription_id=subscription_id,
        words=tuple(fold(asked.search).split()),
        status=asked.status and (UserStatus.ACTIVE if asked.status.has_seat else asked.status).value,
        source=asked.source and asked.source.value,
        added_from=_begins(asked.added_from, time_zone),
        added_before=_begins(asked.added_before, time_zone),
    )


def _begins(day: dt.date | None, time_zone: str) -> dt.datetime | None:
    return None if day is None else start_of_day(day, time_zone)
