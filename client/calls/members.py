"""The organisation's directory."""

from client.calls.base import BaseClient
from contract import operations as op
from contract.members import Member, MemberProfile, MembersQuery, NewFromMembers
from contract.pages import Page
from contract.users import Added, UserBatchReport

ALL_MEMBERS = MembersQuery()


class MembersCalls(BaseClient):
    """The organisation's directory."""

    async def members(self, query: MembersQuery = ALL_MEMBERS) -> Page[Member]:
        """Members, filtered and sorted."""
        return await self._ask(op.LIST_MEMBERS, Page[Member], query=query)

    async def member(self, member_id: str) -> MemberProfile:
        """A member's profile, by the account's id."""
        return await self._ask(op.GET_MEMBER, MemberProfile, id=member_id)

    async def add_member(self, member_id: str, *, key: str | None = None) -> Added:
        """Add a member to the subscription (D15, D17)."""
        return await self._ask(op.ADD_MEMBER, Added, id=member_id, key=key)

    async def add_members(self, members: NewFromMembers, *, key: str | None = None) -> UserBatchReport:
        """Put many members on the subscription; one result each."""
        return await self._ask(op.ADD_MEMBERS, UserBatchReport, body=members, key=key)
