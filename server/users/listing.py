"""The list of users, page by page."""

from contract.pages import Page
from contract.users import User, UsersQuery, UserStatus
from server.http.call import Call
from server.http.paging import read_page
from server.store import events, subscriptions
from server.store.types import AnyRow
from server.store.user_lists import ORDERS, UserList, Wanted
from server.users.filtering import wanted_users
from server.users.serializers import user_answer


def list_users(call: Call) -> Page[User]:
    """A page by cursor or by offset. Removed users are not listed, so a filter for them finds nobody."""
    query: UsersQuery = call.query
    if query.status is UserStatus.REMOVED:
        return Page(items=(), total=0 if query.count else None)
    row = subscriptions.get(call.connection, call.subscription_id)
    wanted = wanted_users(query, call.subscription_id, row.time_zone)
    found = UserList(call.connection, wanted, row.users_active + row.users_not_paid)
    total = _total(call, wanted, found, row) if query.count or query.offset is not None else 0
    page = read_page(found, query, query.sort.value, ORDERS, total)
    return Page(
        items=tuple(user_answer(row) for row in page.rows),
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
