"""Removing everybody a filter finds but some: counted by the server, shown, done as one command, taken back (D19)."""

import asyncio
from dataclasses import dataclass, field

from textual import work

from client.errors import HeadcountError, NotFound, ServerFault, Unreachable
from contract.events import EventKind
from contract.selections import NewSelection, RemoveSelection, Selection, SelectionStatus, UsersFilter
from contract.users import MAX_BATCH, User
from screens.shared.filter_words import FilterError
from screens.shared.managed_list import ManagedList
from screens.users.bulk_removal_text import cleared_lines, progress_words, restored_lines, selection_summary
from screens.users.source import users_query
from tui.presentation.errors import told
from tui.presentation.wording import count
from tui.widgets.table.data import Query

__all__ = ["Removed", "RemovingMany", "filter_of"]

PAUSE = 0.5
"""Seconds between two looks at how far it is."""

GIVE_UP = 600
"""Looks without an answer after which waiting for the server ends."""


@dataclass(slots=True)
class Removed:
    """The last removal, for taking it back: who is still away, with the status they had, or a whole selection."""

    users: list[User] = field(default_factory=list)
    selection: Selection | None = None

    def __bool__(self) -> bool:
        return bool(self.users) or self.selection is not None


def filter_of(query: Query) -> UsersFilter:
    """A table's filter, as the server counts by it.

    Raises:
        FilterError: when a word of it can't be understood.
    """
    asked = users_query(query)
    return UsersFilter.model_validate({name: getattr(asked, name) for name in UsersFilter.model_fields})


class RemovingMany(ManagedList):
    """What `d` and `z` do on the list of users when more is marked than is loaded."""

    removed: Removed
    _open: tuple[NewSelection, Selection] | None = None
    """What was to be removed when the answer got lost: asked for again, its fate is looked up first."""

    def remove_marked(self) -> None:
        """Ask the server who that is, then ask the user."""
        marks = self.table.marks
        if max(len(marks.exceptions), len(marks.chosen)) > MAX_BATCH:
            many = f"{count(max(len(marks.exceptions), len(marks.chosen)), 'user')} named one by one are too many"
            self.show_result(f"{many}: at most {MAX_BATCH:,}. A filter before * takes fewer.", "warn")
            return
        try:
            if marks.everything is None:
                new = NewSelection(ids=tuple(marks.chosen))
            else:
                new = NewSelection(filter=filter_of(marks.everything), exceptions=tuple(sorted(marks.exceptions)))
        except FilterError as error:
            self.show_result(str(error), "warn")
        else:
            self._count(new, marks.everything.text if marks.everything else "", self.table.mark_count)

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _count(self, new: NewSelection, matching: str, shown: int) -> None:
        self.show_result(f"Counting the {shown:,} that are marked… ctrl+c cancels.", "dim")
        try:
            selection = await self._selected(new)
        except HeadcountError as error:
            self.show_error(told(error))
            return
        self.clear_result()
        overview = self.session.overview
        if selection.status is not SelectionStatus.COUNTED:
            self._remove_selection(new, selection)
        elif not selection.count:
            self.show_result("Nobody of them is listed any more.", "dim")
        elif overview is not None:
            stay = [row.item for row in self.table.pages.rows() if row.id in new.exceptions]
            unseen = len(new.exceptions) - len(stay)
            summary = selection_summary(
                selection, overview, matching=matching, shown=shown, exceptions=stay, unseen=unseen
            )
            self.confirm(summary, lambda: self._remove_selection(new, selection))

    async def _selected(self, new: NewSelection) -> Selection:
        if self._open is not None and self._open[0] == new:
            try:
                return await self.client.selection(self._open[1].id)
            except NotFound:
                self._open = None
        return await self.client.select_users(new)

    @work(group="command", exit_on_error=False)
    async def _remove_selection(self, new: NewSelection, selection: Selection) -> None:
        removal = RemoveSelection(count=selection.count)
        words = f"removing {count(selection.count, 'user')}"
        self._open = new, selection
        kinds = EventKind.USER_REMOVED, EventKind.USERS_REMOVED
        with self.commanding(words, removal, *kinds, about=selection.id) as key:
            begun = await self.client.remove_selection(selection.id, removal, key=key)
            after = await self._followed(begun)
            self._open = None
            if after.removed:
                self.removed = Removed(selection=after)
            self.keep_marked([])
            title, lines = cleared_lines(after)
            undo = "z takes it back" if after.removed else ""
            self.show_ledger(title, lines, failed=bool(after.left), hint=undo)
            self.show_marks()

    @work(group="command", exit_on_error=False)
    async def restore_selection(self, selection: Selection) -> None:
        """Take the removal of a selection back, as far as paid seats are free."""
        nothing, about = RemoveSelection(count=selection.away), f"restore {selection.id}"
        kinds = EventKind.USER_RESTORED, EventKind.USERS_RESTORED
        with self.commanding(f"restoring {count(selection.away, 'user')}", nothing, *kinds, about=about) as key:
            after = await self._followed(await self.client.restore_selection(selection.id, key=key))
            self.removed = Removed(selection=after if after.no_seat else None)
            title, lines = restored_lines(after, after.restored - selection.restored)
            again = "z tries the others again" if after.no_seat else ""
            self.show_ledger(title, lines, failed=bool(after.left), hint=again)
            self.show_marks()

    async def _followed(self, selection: Selection) -> Selection:
        """The selection when it is done; a server that is away goes on by itself when it is back."""
        missed = 0
        while selection.underway:
            await asyncio.sleep(PAUSE)
            try:
                selection = await self.client.selection(selection.id)
                missed = 0
            except (Unreachable, ServerFault):
                missed += 1
                if missed > GIVE_UP:
                    raise
                away = "the server is away, and goes on when it is back"
                self.show_result(f"{progress_words(selection)}; {away}.", "warn")
            else:
                self.show_result(f"{progress_words(selection)}; it goes on without you.", "dim")
        return selection
