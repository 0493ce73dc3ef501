"""Adding users by hand: a form that keeps going, and lines pasted from elsewhere."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from client.errors import HeadcountError
from contract.events import EventKind
from contract.transfers import NewTransfer
from contract.users import MAX_BATCH, UserBatch, UserBatchReport
from screens.shared.form import Field, Form, FormScreen
from screens.shared.managed_list import ManagedList
from screens.shared.new_user import FIELDS, from_texts
from screens.users.new_rows import Entry, Stage, from_lines, lines_of, tally
from tui.presentation.errors import told
from tui.presentation.lines import keys_line, line
from tui.presentation.seat_sums import admission_lines
from tui.presentation.tones import Line
from tui.presentation.wording import count
from tui.widgets.editor import Editor

__all__ = ["AddUsers"]

ASK_KEY = "ctrl+t"
_LABELS = {"email": "E-mail", "first_name": "First name", "last_name": "Last name", "position": "Position"}


class AddUsers(FormScreen[str]):
    """Enter on the last field saves the row and starts the next one; answers what was done, in words.

    What is on its way when the form is left goes on; `owner`, the list behind, then tells how it ended.
    """

    def __init__(self, owner: ManagedList) -> None:
        super().__init__()
        self.owner = owner
        self.entries: list[Entry] = []
        self.pasted: list[Entry] = []
        self._without = 0
        self._remark: Line = ""
        self._leaving = False
        self._sending = False
        self._turn = asyncio.Lock()

    def form(self) -> Form:
        """Four fields."""
        fields = [Field(name, _LABELS[name], Editor(limit=most)) for name, most in FIELDS.items()]
        return Form("Add users", fields, extra_keys=(ASK_KEY,))

    def on_mount(self) -> None:
        """Say the keys."""
        self._show()

    # What is shown.

    def _show(self, remark: Line = "") -> None:
        self._remark = remark
        if self.is_attached:
            shown = self.pasted or self.entries
            self.sheet.show(above=[*lines_of(shown), ""] if shown else [""], below=self._below())

    def _below(self) -> list[Line]:
        said: list[Line] = [self._remark] if self._remark else []
        outside = self._outside()
        if outside and not self.pasted:
            who = "them" if len(outside) > 1 else outside[0].new.email
            said.append(line(("Ctrl+T", "key"), f" sends a transfer request to {who}"))
        if self.pasted:
            said += self._paste_lines()
        elif any(entry.stage is Stage.FAILED for entry in self.entries):
            said.append(line(("↑", "key"), " on the first line corrects what failed"))
        elif self.owner.session.overview and not self.entries:
            said += admission_lines(self.owner.session.overview, 1)
        keys = keys_line([("Enter", "next field; on the last one, saves"), ("Esc", "leaves")])
        paste: Line = ("Paste a column of addresses to add many at once.", "dim")
        return said if self.pasted else ["", *said, keys, paste]

    def _paste_lines(self) -> list[Line]:
        if self._sending:
            return [(f"Adding {count(len(self.pasted), 'user')}…", "dim")]
        lines: list[Line] = []
        if self._without:
            lines.append((f"{count(self._without, 'line')} without an address left out.", "warn"))
        if self.owner.session.overview:
            lines += admission_lines(self.owner.session.overview, len(self.pasted))
        adds = f"adds {count(len(self.pasted), 'user')}"
        return [*lines, keys_line([("Enter", adds), ("Esc", "discards the pasted lines")])]

    def _outside(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.stage is Stage.NEEDS_TRANSFER]

    # One by one.

    def on_form_submitted(self) -> None:
        """Enter at the end: save what is typed or pasted."""
        self._leaving = False
        if self.pasted:
            if not self._sending:
                self._sending = True
                self._show()
                self._run(self._add_many(self.pasted))
            return
        made = from_texts({each.name: each.text for each in self.sheet.fields})
        if isinstance(made, dict):
            self._point_at(made)
            return
        entry = Entry(made, Stage.SENDING)
        self.entries.append(entry)
        self.sheet.clear()
        self._show()
        self._run(self._add(entry))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """On the app, so that leaving the form does not break off a command on its way."""
        self.app.run_worker(work, group="command", exit_on_error=False)

    async def _add(self, entry: Entry) -> None:
        keys, new = self.owner.intentions, entry.new
        async with self._turn:
            try:
                entry.added(await self.owner.client.add_user(new, key=keys.key(new)))
                keys.answered(new)
            except HeadcountError as error:
                keys.failed(error, new)
                entry.failed(error, told(error))
        self._answered(entry)

    def _answered(self, entry: Entry) -> None:
        self.owner.session.touch(EventKind.USER_ADDED)
        if not self.is_attached:
            if not entry.user:
                self.owner.show_error(f"{entry.new.email}: {entry.said}")
        elif entry.stage is Stage.FAILED and self.sheet.is_empty and not self.pasted:
            self._take_back(entry)
        else:
            self._show()

    def _take_back(self, entry: Entry) -> None:
        """Put a row that failed into the fields again."""
        self.entries.remove(entry)
        for each in self.sheet.fields:
            each.editor.set(getattr(entry.new, each.name))
        self._show()
        self._point_at(dict.fromkeys(entry.wrong, entry.said) if len(entry.wrong) == 1 else entry.wrong)

    def _point_at(self, wrong: Any) -> None:
        for name, why in wrong.items():
            self.sheet.named(name).error = why
        self.sheet.go_to(next(iter(wrong)))
        self.sheet.show()

    def on_form_backed_out(self) -> None:
        """Up on the first field: mend the last row that failed."""
        failed = [entry for entry in self.entries if entry.stage is Stage.FAILED]
        if failed and self.sheet.is_empty:
            self._take_back(failed[-1])

    # Many at once.

    def on_form_pasted(self, message: Form.Pasted) -> None:
        """Lines from elsewhere: rows, to be sent together."""
        if self._sending:
            return
        people, self._without = from_lines(message.text)
        self.pasted = [Entry(new) for new in people[:MAX_BATCH]]
        self.sheet.ask(asking=bool(self.pasted))
        self._show("" if self.pasted else ("No addresses in the pasted text.", "warn"))

    async def _add_many(self, entries: Sequence[Entry]) -> None:
        batch = UserBatch(add=tuple(entry.new for entry in entries))
        keys = self.owner.intentions
        try:
            report = await self.owner.client.batch_users(batch, key=keys.key(batch))
        except HeadcountError as error:
            keys.failed(error, batch)
            self._many_failed(error)
        else:
            keys.answered(batch)
            self._many_answered(entries, report)

    def _many_failed(self, error: HeadcountError) -> None:
        self._sending = False
        self.owner.session.touch(EventKind.USER_ADDED)
        if self.is_attached:
            self._show((told(error), "bad"))
        else:
            self.owner.show_error(told(error))

    def _many_answered(self, entries: Sequence[Entry], report: UserBatchReport) -> None:
        for result in report.results:
            entry = entries[result.index]
            if result.user:
                entry.added(result.user)
            elif result.problem:
                entry.refused(result.problem)
        in_order = sorted(entries, key=lambda entry: entry.stage is not Stage.ADDED)
        self.entries += in_order
        self.pasted, self._sending = [], False
        self.owner.session.touch(EventKind.USER_ADDED)
        if self.is_attached:
            self.sheet.ask(asking=False)
            self._show((f"{tally(entries)}.", "ok" if not report.failed else "warn"))
        else:
            self.owner.show_result(f"{tally(entries)}.", "ok" if not report.failed else "warn")

    # Transfer requests to those who can't be added.

    def on_form_extra(self) -> None:
        """Ask those who belong to somebody else."""
        outside = self._outside()
        for entry in outside:
            entry.stage = Stage.SENDING
        if outside:
            self._show()
            self._run(self._ask_to_join(outside))

    async def _ask_to_join(self, entries: Sequence[Entry]) -> None:
        keys = self.owner.intentions
        for entry in entries:
            request = NewTransfer(email=entry.new.email)
            try:
                await self.owner.client.create_transfer(request, key=keys.key(request))
                keys.answered(request)
                entry.stage = Stage.ASKED
            except HeadcountError as error:
                keys.failed(error, request)
                entry.failed(error, told(error))
            self._show()
        self.owner.session.touch(EventKind.TRANSFER_REQUESTED)

    # Leaving.

    def leave(self) -> None:
        """Esc: drop what was pasted, else leave; what is typed is thrown away only by a second Esc."""
        if self.pasted:
            if not self._sending:
                self.pasted = []
                self.sheet.ask(asking=False)
                self._show()
                return
        elif not self.sheet.is_empty and not self._leaving:
            self._leaving = True
            self._show(("This row is not saved. Esc again discards it; Enter continues.", "warn"))
            return
        self.dismiss(tally(self.entries))
