"""The users of the subscription."""

import asyncio
from pathlib import Path

from client.calls.base import BaseClient
from client.saved_sheets import people_in
from contract import operations as op
from contract.exports import ExportQuery, TemplateQuery
from contract.joining import JoiningPreview, JoiningQuery
from contract.pages import Page
from contract.selections import NewSelection, RemoveSelection, Selection
from contract.users import Added, NewUser, User, UserBatch, UserBatchReport, UserChanges, UsersQuery

ALL_USERS = UsersQuery()
EVERYBODY = ExportQuery()
PLAIN = TemplateQuery()


class UsersCalls(BaseClient):
    """The users of the subscription."""

    async def users(self, query: UsersQuery = ALL_USERS) -> Page[User]:
        """Users, filtered and sorted."""
        return await self._ask(op.LIST_USERS, Page[User], query=query)

    async def user(self, user_id: str) -> User:
        """One user."""
        return await self._ask(op.GET_USER, User, id=user_id)

    async def preview_joining(self, people: int) -> JoiningPreview:
        """What it comes to when so many people join now, whichever way they come in."""
        return await self._ask(op.PREVIEW_JOINING, JoiningPreview, query=JoiningQuery(people=people))

    async def add_user(self, new: NewUser, *, key: str | None = None) -> Added:
        """Add a user by hand (D15, D18)."""
        return await self._ask(op.ADD_USER, Added, body=new, key=key)

    async def change_user(
        self, user_id: str, changes: UserChanges, *, version: int | None, key: str | None = None
    ) -> User:
        """Edit names or position of the user as it was read: another version is `VersionConflict`."""
        return await self._ask(op.CHANGE_USER, User, id=user_id, body=changes, version=version, key=key)

    async def remove_user(self, user_id: str, *, version: int | None = None, key: str | None = None) -> User:
        """Remove a user: frees the seat, refunds nothing (D19)."""
        return await self._ask(op.REMOVE_USER, User, id=user_id, version=version, key=key)

    async def restore_user(self, user_id: str, *, key: str | None = None) -> Added:
        """Undo a removal (D19)."""
        return await self._ask(op.RESTORE_USER, Added, id=user_id, key=key)

    async def batch_users(self, batch: UserBatch, *, key: str | None = None) -> UserBatchReport:
        """Add or remove many; one result each."""
        return await self._ask(op.BATCH_USERS, UserBatchReport, body=batch, key=key)

    async def select_users(self, new: NewSelection, *, key: str | None = None) -> Selection:
        """Count users, and keep who they are for an hour."""
        return await self._ask(op.SELECT_USERS, Selection, body=new, key=key)

    async def selection(self, selection_id: str) -> Selection:
        """A selection, and how far what is done with it is."""
        return await self._ask(op.GET_SELECTION, Selection, id=selection_id)

    async def remove_selection(
        self, selection_id: str, removal: RemoveSelection, *, key: str | None = None
    ) -> Selection:
        """Remove exactly who was counted and is still the same; while it is `underway` ask again (D19)."""
        return await self._ask(op.REMOVE_SELECTION, Selection, id=selection_id, body=removal, key=key)

    async def restore_selection(self, selection_id: str, *, key: str | None = None) -> Selection:
        """Undo its removal, as far as paid seats are free; while it is `underway` ask again (D19)."""
        return await self._ask(op.RESTORE_SELECTION, Selection, id=selection_id, key=key)

    async def save_users_template(self, into: Path, query: TemplateQuery = PLAIN, *, replace: bool = False) -> int:
        """Save the empty file to fill in; answers its size in bytes. A file that is there is `AlreadyThere`."""
        return await self._download(op.USERS_TEMPLATE, into, query=query, replace=replace)

    async def export_users(self, into: Path, query: ExportQuery = EVERYBODY, *, replace: bool = False) -> int:
        """Save the users as a file; answers how many are in it. A file that is there is `AlreadyThere`."""
        await self._download(op.EXPORT_USERS, into, query=query, replace=replace)
        return await asyncio.to_thread(people_in, into, query.format)
