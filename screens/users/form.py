"""Adding users by hand: a form that collects rows, typed one by one or pasted; one summary adds them together."""

from collections.abc import Coroutine, Sequence
from typing import Any

from client.errors import HeadcountError
from contract.events import EventKind
from contract.mailbox import email_key
from contract.transfers import NewTransfer
from contract.users import MAX_BATCH, NewUser
from screens.shared.form import Field, Form, FormScreen
from screens.shared.managed_list import ManagedList
from screens.shared.new_user import FIELDS, from_texts
from screens.users.new_rows import Entry, Stage, from_lines, lines_of, waiting_in
from tui.presentation.errors import told
from tui.presentation.lines import keys_line, line
from tui.presentation.seat_sums import admission_lines
from tui.presentation.tones import Line
from tui.presentation.wording import count
from tui.widgets.editor import Editor

__all__ = ["AddUsers"]

ASK_KEY, VALIDATE_KEY = "ctrl+t", "ctrl+s"
_LABELS = {"email": "E-mail", "first_name": "First name", "last_name": "Last name", "position": "Position"}


class AddUsers(FormScreen[list[Entry]]):
    """Enter on the last field keeps the row and starts the next one; on an empty row it goes on to the summary.

    Answers the rows that are to be added; None when it was left without. `owner` is the list behind, `entries` the rows
    there are already (those that were added or failed among them), `remark` what is said at first.
    """

    def __init__(self, owner: ManagedList, entries: Sequence[Entry] = (), remark: Line = "") -> None:
        super().__init__()
        self.owner = owner
        self.entries = list(entries)
        self._remark = remark
        self._leaving = False

    def form(self) -> Form:
        """Four fields."""
        fields = [Field(name, _LABELS[name], Editor(limit=most)) for name, most in FIELDS.items()]
        keys = (ASK_KEY, VALIDATE_KEY)
        return Form("Add users", fields, extra_keys=keys, takes_lines=True, submits_empty=True)

    def on_mount(self) -> None:
        """Say the keys; a row that failed alone stands in the fields again."""
        failed, remark = [entry for entry in self.entries if entry.stage is Stage.FAILED], self._remark
        if len(failed) == 1:
            self._take_back(failed[0])
        self._show(remark)

    @property
    def waiting(self) -> list[Entry]:
        """The rows that are to be added."""
        return waiting_in(self.entries)

    # What is shown.

    def _show(self, remark: Line = "") -> None:
        self._remark = remark
        if self.is_attached:
            self.sheet.show(above=[*lines_of(self.entries), ""] if self.entries else [""], below=self._below())

    def _below(self) -> list[Line]:
        said: list[Line] = [self._remark] if self._remark else []
        outside, waiting, overview = self._outside(), len(self.waiting), self.owner.session.overview
        if outside:
            who = "them" if len(outside) > 1 else outside[0].new.email
            said.append(line(("Ctrl+T", "key"), f" sends a transfer request to {who}"))
        if any(entry.stage is Stage.FAILED for entry in self.entries):
            said.append(line(("↑", "key"), " on the first line corrects what failed"))
        if overview and (waiting or not self.entries):
            said += admission_lines(overview, waiting or 1)
        keys = [("Enter", "next field; on the last one, keeps the row"), ("Esc", "leaves")]
        if waiting:
            said.append(line(("Enter", "key"), " on an empty row, or ", ("Ctrl+S", "key"), f": {_validate(waiting)}"))
        paste: Line = ("Paste a column of addresses to add many at once.", "dim")
        return ["", *said, keys_line(keys), paste]

    def _outside(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.stage is Stage.NEEDS_TRANSFER]

    # Collecting rows.

    def on_form_submitted(self) -> None:
        """Enter at the end keeps what is typed; on an empty row it goes on to the summary."""
        if self.sheet.is_empty and self.waiting:
            self._validate()
        else:
            self._keep()

    def _keep(self) -> bool:
        """Keep what is typed as a row; False when it is none, which is said at its field."""
        self._leaving = False
        made = from_texts({each.name: each.text for each in self.sheet.fields})
        if isinstance(made, dict):
            self._point_at(made)
            return False
        if len(self.waiting) >= MAX_BATCH:
            self._show((_too_many(MAX_BATCH + 1), "warn"))
            return False
        self.entries.append(Entry(made))
        self.sheet.clear()
        self._show()
        return True

    def on_form_pasted(self, message: Form.Pasted) -> None:
        """Lines from elsewhere: rows."""
        people, without = from_lines(message.text)
        there = {_mailbox(entry.new) for entry in self.waiting}
        new = [Entry(each) for each in people if _mailbox(each) not in there]
        if len(self.waiting) + len(new) > MAX_BATCH:
            self._show((_too_many(len(self.waiting) + len(new)), "warn"))
            return
        self._leaving = False
        self.entries += new
        left_out = f"{count(without, 'line')} left out: no address, or a text that is too long." if without else ""
        self._show((left_out or ("" if new else "No new addresses in the pasted text."), "warn"))

    def _take_back(self, entry: Entry) -> None:
        """Put a row into the fields again."""
        self.entries.remove(entry)
        for each in self.sheet.fields:
            each.editor.set(getattr(entry.new, each.name))
        self._show()
        if entry.wrong:
            self._point_at(dict.fromkeys(entry.wrong, entry.said) if len(entry.wrong) == 1 else entry.wrong)

    def _point_at(self, wrong: Any) -> None:
        for name, why in wrong.items():
            self.sheet.named(name).error = why
        self.sheet.go_to(next(iter(wrong)))
        self.sheet.show()

    def on_form_backed_out(self) -> None:
        """Up on the first field: mend the last row that failed, or else that waits."""
        failed = [entry for entry in self.entries if entry.stage is Stage.FAILED]
        again = failed or self.waiting
        if again and self.sheet.is_empty:
            self._take_back(again[-1])

    # Going on to the summary.

    def on_form_extra(self, message: Form.Extra) -> None:
        """Ctrl+S: the summary, with what is typed; Ctrl+T: ask those who belong to somebody else."""
        if message.key == VALIDATE_KEY:
            if self.sheet.is_empty or self._keep():
                self._validate()
            return
        outside = self._outside()
        for entry in outside:
            entry.stage = Stage.SENDING
        if outside:
            self._show()
            self._run(self._ask_to_join(outside))

    def _validate(self) -> None:
        if self.waiting:
            self.dismiss(self.entries)
        else:
            self._show(("Nothing to validate yet: type an address, or paste some.", "dim"))

    # Transfer requests to those who can't be added.

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """On the app, so that leaving the form does not break off a command on its way."""
        self.app.run_worker(work, group="command", exit_on_error=False)

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
        """Esc; what is typed or collected is thrown away only by a second Esc."""
        waiting = len(self.waiting)
        if self._leaving or (self.sheet.is_empty and not waiting):
            self.entries = [entry for entry in self.entries if entry.stage is not Stage.WAITING]
            self.dismiss(None)
            return
        self._leaving = True
        if self.sheet.is_empty:
            rows = "This row is" if waiting == 1 else f"These {waiting:,} rows are"
            it = "it" if waiting == 1 else "them"
            self._show((f"{rows} not added yet. Esc again discards {it}; Enter continues to the summary.", "warn"))
        else:
            self._show(("This row is not saved. Esc again discards it; Enter continues.", "warn"))


def _validate(rows: int) -> str:
    return f"Validate modifications ({count(rows, 'user')})"


def _too_many(rows: int) -> str:
    return f"At most {MAX_BATCH:,} users at once, not {rows:,}: i imports a file of any length."


def _mailbox(new: NewUser) -> str:
    """What two rows about the same mailbox have in common."""
    return email_key(new.email) or new.email
