"""Whom a payment for everything that is marked is for: those who are NOT PAID, whatever else matches."""

from collections.abc import Collection

from client.api import Client
from contract.pages import MAX_LIMIT
from contract.users import User, UsersQuery, UserStatus
from screens.users.source import users_query
from tui.widgets.table.data import Query

__all__ = ["is_everybody", "unpaid_matching"]


def is_everybody(query: Query, exceptions: Collection[str]) -> bool:
    """Whether all who are NOT PAID are meant: by no filter, or by the one for them.

    Raises:
        FilterError: when a word of the filter can't be understood.
    """
    asked = users_query(query)
    plain = UsersQuery(sort=asked.sort, offset=asked.offset, limit=asked.limit, count=asked.count)
    return not exceptions and asked.model_copy(update={"status": None}) == plain and _may_be_unpaid(asked)


async def unpaid_matching(client: Client, query: Query, exceptions: Collection[str], most: int) -> list[User]:
    """Those who match and are NOT PAID but for some; one more than `most` when there are too many.

    Raises:
        HeadcountError: what the client raises.
        FilterError: when a word of the filter can't be understood.
    """
    asked = users_query(query)
    if not _may_be_unpaid(asked):
        return []
    narrowed = {"status": UserStatus.NOT_PAID, "offset": None, "limit": MAX_LIMIT, "count": False}
    found: list[User] = []
    async for page in client.all_pages(client.users, asked.model_copy(update=narrowed)):
        found += [user for user in page.items if user.id not in exceptions]
        if len(found) > most:
            return found[: most + 1]
    return found


def _may_be_unpaid(asked: UsersQuery) -> bool:
    return asked.status in {None, UserStatus.NOT_PAID}
