"""The organisation's directory."""

from client.calls.base import BaseClient
from contract import operations as op
from contract.members import (
    Member,
    MemberChanges,
    MemberProfile,
    MembersQuery,
    NewFromMembers,
    RemovedMember,
    RestoredMember,
)
from contract.pages import Page, PageQuery
from contract.users import Added, UserBatchReport

ALL_MEMBERS = MembersQuery()
LATEST = PageQuery()


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

    async def removed_members(self, query: PageQuery = LATEST) -> Page[RemovedMember]:
        """Members who were removed and can be brought back, the last removal first."""
        return await self._ask(op.LIST_REMOVED_MEMBERS, Page[RemovedMember], query=query)

    async def change_member(
        self, member_id: str, changes: MemberChanges, *, version: int | None = None, key: str | None = None
    ) -> MemberProfile:
        """Give a member another role, or an admin another limit; `version` is the one that was read."""
        return await self._ask(op.CHANGE_MEMBER, MemberProfile, id=member_id, body=changes, version=version, key=key)

    async def remove_member(
        self, member_id: str, *, version: int | None = None, key: str | None = None
    ) -> RemovedMember:
        """Take a member out of the organisation, with their tokens and their seat."""
        return await self._ask(op.REMOVE_MEMBER, RemovedMember, id=member_id, version=version, key=key)

    async def restore_member(self, member_id: str, *, key: str | None = None) -> RestoredMember:
        """Bring a removed member back, with role, limit and place on the list of users."""
        return await self._ask(op.RESTORE_MEMBER, RestoredMember, id=member_id, key=key)
