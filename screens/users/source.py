"""Where the rows of Users come from: one page of the API per window."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from client.api import Client
from contract.users import User, UserSort, UserSource, UsersQuery, UserStatus
from screens.shared.filter_words import DAYS, parse
from tui.presentation.day_spans import DaySpan, day_span
from tui.presentation.users import STATUS_WORDS
from tui.widgets.table.data import Query, Row, Window

__all__ = ["USER_FIELDS", "UsersSource", "user_row", "users_query"]

USER_FIELDS: Mapping[str, Sequence[str]] = {
    "status": tuple(each.value for each in UserStatus if each is not UserStatus.REMOVED),
    "source": tuple(source.value for source in UserSource),
    "added": DAYS,
}
"""What a filter over users may narrow."""

_MINUS = {False: "", True: "-"}


def users_query(query: Query, offset: int = 0, limit: int = 100) -> UsersQuery:
    """What a table's query means to the API.

    Raises:
        FilterError: when a word of the filter can't be understood.
    """
    words = parse(query.text, USER_FIELDS)
    status, source, added = (words.fields.get(name) for name in ("status", "source", "added"))
    days = day_span(added) if added else DaySpan()
    return UsersQuery(
        search=words.text,
        status=UserStatus(status) if status else None,
        source=UserSource(source) if source else None,
        added_from=days.start,
        added_before=days.before,
        sort=UserSort(f"{_MINUS[query.descending]}{query.sort}") if query.sort else UserSort.NAME,
        offset=offset,
        limit=limit,
        count=True,
    )


def user_row(user: User, zone: dt.tzinfo = dt.UTC) -> Row:
    """Cells in the order of the Users table: name, e-mail, position, status, source, and the day added in a zone."""
    cells = (
        user.name,
        user.email,
        user.position,
        STATUS_WORDS[user.status],
        user.source.value,
        f"{user.added_at.astimezone(zone):%Y-%m-%d}",
    )
    return Row(user.id, cells, user.version, user)


class UsersSource:
    """The users of the subscription; `zone` is the one its days are meant in (D2)."""

    def __init__(self, client: Client, zone: Callable[[], dt.tzinfo] = lambda: dt.UTC) -> None:
        self._client, self._zone = client, zone

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """One page of users.

        Raises:
            HeadcountError: what the client raises.
            FilterError: when a word of the filter can't be understood.
        """
        page = await self._client.users(users_query(query, offset, limit))
        zone = self._zone()
        return Window([user_row(user, zone) for user in page.items], page.total or 0)
