"""Taking an addition back: the users who were added last are removed again, after a yes."""

from collections.abc import Sequence
from functools import partial

from contract.events import EventKind
from contract.subscription import Overview
from contract.users import User, UserBatch
from screens.shared.managed_list import ManagedList
from tui.presentation.members import take_back_summary
from tui.presentation.users import removal_results
from tui.presentation.wording import count

__all__ = ["AddedUsers"]


class AddedUsers:
    """The users whom a list added last, none at the start and once they were taken back."""

    def __init__(self, owner: ManagedList) -> None:
        self._owner = owner
        self.users: Sequence[User] = ()

    def take_back(self, overview: Overview, *, opener: str, back: str) -> None:
        """Ask, then remove them again. `back` says how they can come once more."""
        users = self.users
        summary = take_back_summary(users, overview, opener=opener, back=back)
        self._owner.confirm(summary, lambda: self._owner.run(partial(self._remove, users), group="command"))

    async def _remove(self, users: Sequence[User]) -> None:
        owner, batch = self._owner, UserBatch(remove=tuple(user.id for user in users))
        with owner.commanding(f"removing {count(len(users), 'user')} again", batch, EventKind.USER_REMOVED) as key:
            report = await owner.client.batch_users(batch, key=key)
            self.users = ()
            title, lines = removal_results(users, report)
            owner.show_ledger(title, lines, failed=bool(report.failed))
        owner.show_marks()
