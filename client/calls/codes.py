"""Invitation codes."""

from client.calls.base import BaseClient
from contract import operations as op
from contract.codes import CodeChanges, CodesQuery, CodeUse, InvitationCode, NewCode
from contract.pages import Page, PageQuery

ALL_CODES = CodesQuery()
NEWEST_USES = PageQuery()


class CodesCalls(BaseClient):
    """Invitation codes (D21)."""

    async def codes(self, query: CodesQuery = ALL_CODES) -> Page[InvitationCode]:
        """The codes, filtered and sorted."""
        return await self._ask(op.LIST_CODES, Page[InvitationCode], query=query)

    async def code(self, code_id: str) -> InvitationCode:
        """One code."""
        return await self._ask(op.GET_CODE, InvitationCode, id=code_id)

    async def create_code(self, new: NewCode, *, key: str | None = None) -> InvitationCode:
        """Make a code as it was chosen, or one that the server makes up."""
        return await self._ask(op.CREATE_CODE, InvitationCode, body=new, key=key)

    async def change_code(
        self, code_id: str, changes: CodeChanges, *, version: int | None = None, key: str | None = None
    ) -> InvitationCode:
        """Change a code; with the `version` that was seen it is `VersionConflict` if it has changed since."""
        return await self._ask(op.CHANGE_CODE, InvitationCode, id=code_id, body=changes, version=version, key=key)

    async def delete_code(self, code_id: str, *, version: int | None = None, key: str | None = None) -> InvitationCode:
        """Delete a code; users who joined with it stay a user. Answers the code as it was."""
        return await self._ask(op.DELETE_CODE, InvitationCode, id=code_id, version=version, key=key)

    async def code_uses(self, code_id: str, query: PageQuery = NEWEST_USES) -> Page[CodeUse]:
        """Users who joined with a code, newest first."""
        return await self._ask(op.LIST_CODE_USES, Page[CodeUse], id=code_id, query=query)
