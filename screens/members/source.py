"""Where the rows of Members come from: one page of the directory per window."""

from collections.abc import Mapping, Sequence

from client.api import Client
from contract.members import Member, MemberSort, MembersQuery
from contract.people import Role
from contract.users import UserStatus
from screens.shared.filter_words import parse
from tui.presentation.members import listing_word
from tui.widgets.table.data import Query, Row, Window

__all__ = ["MEMBER_FIELDS", "MembersSource", "member_row", "members_query"]

MEMBER_FIELDS: Mapping[str, Sequence[str]] = {
    "role": tuple(role.value for role in Role),
    "listed": ("yes", "no"),
    "status": tuple(each.value for each in UserStatus if each is not UserStatus.REMOVED),
}
"""What a filter over members may narrow."""


def members_query(query: Query, offset: int = 0, limit: int = 100) -> MembersQuery:
    """What a table's query means to the API.

    Raises:
        FilterError: when a word of the filter can't be understood.
    """
    words = parse(query.text, MEMBER_FIELDS)
    role, listed, status = (words.fields.get(name) for name in ("role", "listed", "status"))
    sort = f"{'-' if query.descending else ''}{query.sort}" if query.sort else MemberSort.NAME.value
    return MembersQuery(
        search=words.text,
        role=Role(role) if role else None,
        listed=listed == "yes" if listed else None,
        status=UserStatus(status) if status else None,
        sort=MemberSort(sort),
        offset=offset,
        limit=limit,
        count=True,
    )


def member_row(member: Member) -> Row:
    """Cells in the order of the Members table: name, e-mail, position, role, on the subscription."""
    cells = (member.name, member.email, member.position, member.role.value, listing_word(member))
    return Row(member.id, cells, 1, member)


class MembersSource:
    """The directory."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """One page of members.

        Raises:
            HeadcountError: what the client raises.
            FilterError: when a word of the filter can't be understood.
        """
        page = await self._client.members(members_query(query, offset, limit))
        return Window([member_row(member) for member in page.items], page.total or 0)
