"""The users of the subscription."""

from client.calls.asking import Asking
from contract import operations as op
from contract.pages import Page
from contract.users import NewUser, User, UserBatch, UserBatchReport, UserChanges, UsersQuery

ALL_USERS = UsersQuery()


class UsersCalls(Asking):
    """The users of the subscription."""

    async def users(self, query: UsersQuery = ALL_USERS) -> Page[User]:
        """Users, filtered and sorted."""
        return await self._ask(op.LIST_USERS, Page[User], query=query)

    async def user(self, user_id: str) -> User:
        """One user."""
        return await self._ask(op.GET_USER, User, id=user_id)

    async def add_user(self, new: NewUser, *, key: str | None = None) -> User:
        """Add a user by hand (D15, D18)."""
        return await self._ask(op.ADD_USER, User, body=new, key=key)

    async def change_user(
        self, user_id: str, changes: UserChanges, *, version: int | None, key: str | None = None
    ) -> User:
        """Edit names or position of the user as it was read: another version is `VersionConflict`."""
        return await self._ask(op.CHANGE_USER, User, id=user_id, body=changes, version=version, key=key)

    async def remove_user(self, user_id: str, *, version: int | None = None, key: str | None = None) -> User:
        """Remove a user: frees the seat, refunds nothing (D19)."""
        return await self._ask(op.REMOVE_USER, User, id=user_id, version=version, key=key)

    async def restore_user(self, user_id: str, *, key: str | None = None) -> User:
        """Undo a removal (D19)."""
        return await self._ask(op.RESTORE_USER, User, id=user_id, key=key)

    async def batch_users(self, batch: UserBatch, *, key: str | None = None) -> UserBatchReport:
        """Add or remove many; one result each."""
        return await self._ask(op.BATCH_USERS, UserBatchReport, body=batch, key=key)
