"""Removing users and taking it back: a few by name, or everybody a filter finds but some as one command (D19)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from client.errors import HeadcountError, NotFound, ServerFault, Unreachable
from contract.events import EventKind
from contract.selections import NewSelection, RemoveSelection, Selection, SelectionStatus, UsersFilter
from contract.users import MAX_BATCH, User, UserBatch, UserBatchReport
from screens.shared.filter_words import FilterError
from screens.shared.list_host import ListHost
from screens.users.bulk_removal_text import cleared_lines, progress_words, restored_lines, selection_summary
from screens.users.source import users_query
from tui.presentation.errors import told
from tui.presentation.tones import Line
from tui.presentation.users import earlier_summary, removal_results, removal_summary, restored_line
from tui.presentation.wording import count
from tui.runtime.last_removal import MOST_BY_NAME, last_removal
from tui.widgets.table.data import Query, Row

__all__ = ["BulkRemoval", "Idle", "Removal", "Removed", "Removing", "Unknown"]

PAUSE = 0.5
"""Seconds between two looks at how far it is."""

GIVE_UP = 600
"""Looks without an answer after which waiting for the server ends."""


@dataclass(frozen=True, slots=True)
class Removed:
    """The last removal, for taking it back: who is still away, with the status they had, or a whole selection."""

    users: Sequence[User] = ()
    selection: Selection | None = None

    def __bool__(self) -> bool:
        return bool(self.users) or self.selection is not None


@dataclass(slots=True)
class LastRemoval:
    """What `z` takes back. Removals by name and of many share it: the last one counts."""

    what: Removed = field(default_factory=Removed)


def filter_of(query: Query) -> UsersFilter:
    """A table's filter, as the server counts by it.

    Raises:
        FilterError: when a word of it can't be understood.
    """
    asked = users_query(query)
    return UsersFilter.model_validate({name: getattr(asked, name) for name in UsersFilter.model_fields})


class Removal:
    """What `d` and `z` do on the list of users: up to a thousand by name, more through `many`.

    Nothing is kept here but what the last removal took away; a command on its way is the screen's, which refuses
    another one meanwhile.
    """

    def __init__(self, host: ListHost) -> None:
        self._host = host
        self.last = LastRemoval()
        self.many = BulkRemoval(host, self.last)

    @property
    def undoable(self) -> bool:
        """Whether there is something to take back."""
        return bool(self.last.what)

    def remove(self) -> None:
        """The marked users, or the one under the cursor; asks first."""
        table = self._host.table
        if table.marks.everything is not None or table.mark_count > MOST_BY_NAME:
            self.many.remove_marked()
        else:
            self._host.chosen.hand_on(MOST_BY_NAME, self.ask)

    def take_back(self) -> None:
        """List those again who were removed last."""
        removed = self.last.what
        if removed.selection is not None:
            self.many.take_back(removed.selection)
        elif removed.users:
            self._host.run_worker(self._restore(removed.users), group="command", exit_on_error=False)
        else:
            self._host.run_worker(self._look_back(), group="question", exclusive=True, exit_on_error=False)

    async def _look_back(self) -> None:
        """Ask the server whom this account removed last, before the app was started; then ask the user."""
        host, overview = self._host, self._host.session.overview
        if overview is None:
            return
        host.show_result("Looking for your last removal…", "dim")
        try:
            found = await last_removal(host.client, overview)
        except HeadcountError as error:
            host.show_error(told(error))
            return
        if found is None:
            host.show_result("Nothing to undo: you removed nobody who could still come back.", "dim")
            return
        host.clear_result()
        what = Removed(found.users, found.selection)
        summary = earlier_summary(found.users, found.away, found.event.created_at, overview)
        host.confirm(summary, lambda: self._again(what))

    def _again(self, what: Removed) -> None:
        self.last.what = what
        self.take_back()

    # A few, by name.

    def ask(self, rows: Sequence[Row]) -> None:
        """Ask whether these are to be removed."""
        overview = self._host.session.overview
        if rows and overview is not None:
            summary = removal_summary([row.item for row in rows], overview, hidden=self._host.chosen.hidden_words)
            self._host.confirm(
                summary, lambda: self._host.run_worker(self._remove(rows), group="command", exit_on_error=False)
            )

    async def _remove(self, rows: Sequence[Row]) -> None:
        host, batch = self._host, UserBatch(remove=tuple(row.id for row in rows))
        with host.command.commanding(f"removing {count(len(rows), 'user')}", batch, EventKind.USER_REMOVED) as key:
            self._show_removed(rows, await host.client.batch_users(batch, key=key))

    def _show_removed(self, rows: Sequence[Row], report: UserBatchReport) -> None:
        host, gone = self._host, {result.user.id for result in report.results if result.user}
        if gone:
            self.last.what = Removed([row.item for row in rows if row.id in gone])
        title, lines = removal_results([row.item for row in rows], report)
        host.chosen.keep_marked([row for row in rows if row.id not in gone])
        host.show_ledger(title, lines, failed=bool(report.failed), hint="z undoes it" if gone else "")
        host.show_marks()

    async def _restore(self, users: Sequence[User]) -> None:
        self._host.command.begin(f"restoring {count(len(users), 'user')}")
        done: list[Line] = []
        failed: list[Line] = []
        left: list[User] = []
        try:
            for number, user in enumerate(users):
                why, hopeless = await self._restore_one(user, done)
                if why:
                    failed.append(restored_line(user, why))
                    left.append(user)
                if hopeless:
                    left += users[number + 1 :]
                    break
        finally:
            self.last.what = Removed(left)
            self._host.command.ended(EventKind.USER_RESTORED)
        title = f"{count(len(done), 'user')} restored" + (f", {len(left):,} not" if left else "")
        again = "z tries the others again" if left else ""
        self._host.show_ledger(title, [*failed, *done], failed=bool(left), hint=again)
        self._host.show_marks()

    async def _restore_one(self, user: User, done: list[Line]) -> tuple[str, bool]:
        """Why a user was not restored, and whether it is of no use to go on just now; adds to `done` who was."""
        keys, about = self._host.command.intentions, f"restore {user.id}"
        nothing = UserBatch(remove=(user.id,))
        try:
            after = await self._host.client.restore_user(user.id, key=keys.key(nothing, about))
        except HeadcountError as error:
            keys.failed(error, nothing, about)
            return told(error), isinstance(error, Unreachable | ServerFault)
        keys.answered(nothing, about)
        done.append(restored_line(user, after))
        return "", False


@dataclass(frozen=True, slots=True)
class Idle:
    """No removal of many is open."""


@dataclass(frozen=True, slots=True)
class Removing:
    """It was sent, and is followed until the server is done."""

    new: NewSelection
    selection: Selection


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was sent and did not end in an answer: whoever asks for the same again is told its fate first."""

    new: NewSelection
    selection: Selection


class BulkRemoval:
    """Removing everybody who is marked, more than can be named.

        idle ── counted, asked, yes ──> removing ── the server is done ──> idle
                                           └─ refused, or no answer ──> unknown
        unknown ── the same is asked for: looked up ──> removing, or asked as from idle
                └─ another removal ──> removing

    Counting changes nothing and can be cancelled at any time, so it is no state of its own. `last` is told what can be
    taken back.
    """

    def __init__(self, host: ListHost, last: LastRemoval) -> None:
        self._host, self._last = host, last
        self.state: Idle | Removing | Unknown = Idle()

    # Counting and asking.

    def remove_marked(self) -> None:
        """Ask the server who that is, then ask the user."""
        marks = self._host.table.marks
        if max(len(marks.exceptions), len(marks.chosen)) > MAX_BATCH:
            many = f"{count(max(len(marks.exceptions), len(marks.chosen)), 'user')} are too many to list by name"
            self._host.show_result(f"{many}: at most {MAX_BATCH:,}. Use a filter before * to take fewer.", "warn")
            return
        try:
            if marks.everything is None:
                new = NewSelection(ids=tuple(marks.chosen))
            else:
                new = NewSelection(filter=filter_of(marks.everything), exceptions=tuple(sorted(marks.exceptions)))
        except FilterError as error:
            self._host.show_result(str(error), "warn")
        else:
            matching = marks.everything.text if marks.everything else ""
            work = self._count(new, matching, self._host.table.mark_count)
            self._host.run_worker(work, group="question", exclusive=True, exit_on_error=False)

    async def _count(self, new: NewSelection, matching: str, shown: int) -> None:
        host = self._host
        host.show_result(f"Counting the {shown:,} that are marked… ctrl+c cancels.", "dim")
        try:
            selection = await self._selected(new)
        except HeadcountError as error:
            host.show_error(told(error))
            return
        host.clear_result()
        overview = host.session.overview
        if selection.status is not SelectionStatus.COUNTED:
            self._begin(new, selection)
        elif not selection.count:
            host.show_result("None of them is on the list of users any more.", "dim")
        elif overview is not None:
            stay = [row.item for row in host.table.pages.rows() if row.id in new.exceptions]
            unseen = len(new.exceptions) - len(stay)
            summary = selection_summary(
                selection, overview, matching=matching, shown=shown, exceptions=stay, unseen=unseen
            )
            host.confirm(summary, lambda: self._begin(new, selection))

    async def _selected(self, new: NewSelection) -> Selection:
        """What was to be removed when no answer came, if this is the same; else a fresh count."""
        if isinstance(self.state, Unknown) and self.state.new == new:
            try:
                return await self._host.client.selection(self.state.selection.id)
            except NotFound:
                self.state = Idle()
        return await self._host.client.select_users(new)

    # Removing, and taking it back.

    def _begin(self, new: NewSelection, selection: Selection) -> None:
        self._host.run_worker(self._remove(new, selection), group="command", exit_on_error=False)

    async def _remove(self, new: NewSelection, selection: Selection) -> None:
        host, removal = self._host, RemoveSelection(count=selection.count)
        words = f"removing {count(selection.count, 'user')}"
        kinds = EventKind.USER_REMOVED, EventKind.USERS_REMOVED
        self.state = Removing(new, selection)
        with host.command.commanding(words, removal, *kinds, about=selection.id) as key:
            after = await self._followed(await host.client.remove_selection(selection.id, removal, key=key))
            self.state = Idle()
            if after.removed:
                self._last.what = Removed(selection=after)
            host.chosen.keep_marked([])
            title, lines = cleared_lines(after)
            undo = "z undoes it" if after.removed else ""
            host.show_ledger(title, lines, failed=bool(after.left), hint=undo)
            host.show_marks()
        if isinstance(self.state, Removing):
            self.state = Unknown(new, selection)

    def take_back(self, selection: Selection) -> None:
        """Take the removal of a selection back, as far as paid seats are free."""
        self._host.run_worker(self._restore(selection), group="command", exit_on_error=False)

    async def _restore(self, selection: Selection) -> None:
        host, nothing, about = self._host, RemoveSelection(count=selection.away), f"restore {selection.id}"
        kinds = EventKind.USER_RESTORED, EventKind.USERS_RESTORED
        with host.command.commanding(f"restoring {count(selection.away, 'user')}", nothing, *kinds, about=about) as key:
            after = await self._followed(await host.client.restore_selection(selection.id, key=key))
            self._last.what = Removed(selection=after if after.no_seat else None)
            title, lines = restored_lines(after, after.restored - selection.restored)
            again = "z tries the others again" if after.no_seat else ""
            host.show_ledger(title, lines, failed=bool(after.left), hint=again)
            host.show_marks()

    async def _followed(self, selection: Selection) -> Selection:
        """The selection when it is done; a server that is away goes on by itself when it is back."""
        missed = 0
        while selection.underway:
            await asyncio.sleep(PAUSE)
            try:
                selection = await self._host.client.selection(selection.id)
                missed = 0
            except (Unreachable, ServerFault):
                missed += 1
                if missed > GIVE_UP:
                    raise
                away = "the server can't be reached; it continues when it is back"
                self._host.show_result(f"{progress_words(selection)}; {away}.", "warn")
            else:
                self._host.show_result(f"{progress_words(selection)}; it continues without you.", "dim")
        return selection
