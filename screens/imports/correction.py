"""Mending one row of an import in place: its four cells, and the server's verdict on them at once."""

from collections.abc import Callable

from client.errors import HeadcountError, Invalid
from contract.imports import Import, ImportRow, ImportRowChange, ImportVerdict, MendedRow
from screens.imports.text import verdict_cell, verdict_tone
from screens.shared.form import Field, Form, FormScreen
from screens.shared.managed_list import ManagedList
from screens.shared.new_user import field_errors
from tui.presentation.errors import told
from tui.presentation.lines import keys_line, line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.widgets.editor import Editor

__all__ = ["MendRow"]

_LABELS = {"email": "E-mail", "first_name": "First name", "last_name": "Last name", "position": "Position"}
_KEYS = keys_line([("Enter", "next field; on the last one, checks it again"), ("Esc", "leaves it")])
_CELL = 2_000


class MendRow(FormScreen[MendedRow]):
    """Stays while the row is invalid. `learned` hears of every verdict; `owner` is told when it was left too early."""

    def __init__(
        self, owner: ManagedList, current: Import, row: ImportRow, learned: Callable[[MendedRow], None]
    ) -> None:
        super().__init__()
        self._owner, self._import_id, self._seen, self._learned = owner, current.id, row, learned
        self._sending = False

    def form(self) -> Form:
        """The cells as they are; what can't be shown as it is stands there in a shape that can."""
        fields = [Field(name, label, Editor(limit=_CELL)) for name, label in _LABELS.items()]
        for each in fields:
            each.editor.set(clean(getattr(self._seen.cells, each.name), _CELL))
        return Form(f"Row {self._seen.number:,}", fields)

    def on_mount(self) -> None:
        """Say what is wrong, with the caret where it is."""
        if self._seen.field and self._seen.field.value in _LABELS:
            self.sheet.go_to(self._seen.field.value)
        self._show()

    def _show(self, remark: Line = "") -> None:
        cell = verdict_cell(self._seen)
        reason = clean(self._seen.reason, 300)
        said = line((cell, verdict_tone(cell)), f"  {reason}")
        self.sheet.show(above=["", said, ""], below=["", *([remark] if remark else []), _KEYS])

    @property
    def change(self) -> ImportRowChange | None:
        """What is typed that differs from what was there; nothing when nothing does."""
        texts = {each.name: each.text for each in self.sheet.fields}
        before = {name: clean(getattr(self._seen.cells, name), _CELL) for name in _LABELS}
        other = {name: text for name, text in texts.items() if text != before[name].strip()}
        return ImportRowChange(number=self._seen.number, **other) if other else None

    def on_form_submitted(self) -> None:
        """Send what differs; nothing is sent when nothing does."""
        change = self.change
        if self._sending:
            return
        if change is None:
            self.dismiss(None)
            return
        self._sending = True
        self._show(("judging…", "dim"))
        self.app.run_worker(self._send(change), group="command", exit_on_error=False)

    async def _send(self, change: ImportRowChange) -> None:
        keys, about = self._owner.intentions, self._import_id
        try:
            mended = await self._owner.client.mend_import_row(self._import_id, change, key=keys.key(change, about))
        except HeadcountError as error:
            keys.failed(error, change, about)
            self._failed(error)
        else:
            keys.answered(change, about)
            self._learned(mended)
            self._judged(mended)
        finally:
            self._sending = False

    def _failed(self, error: HeadcountError) -> None:
        if not self.is_attached:
            self._owner.show_error(told(error))
            return
        for name, why in field_errors(error).items() if isinstance(error, Invalid) else ():
            self.sheet.named(name).error = why
        self._show((told(error), "bad"))

    def _judged(self, mended: MendedRow) -> None:
        """Close when the row is in order; else say at its field what still is not."""
        if not self.is_attached:
            return
        if mended.row.verdict is not ImportVerdict.INVALID:
            self.dismiss(mended)
            return
        self._seen = mended.row
        name = mended.row.field.value if mended.row.field else "email"
        if name in _LABELS:
            self.sheet.named(name).error = clean(mended.row.reason)
            self.sheet.go_to(name)
        self._show()
