"""Editing one user's name and position, as it was seen: what somebody else changed meanwhile is shown first."""

from pydantic import ValidationError

from client.errors import HeadcountError, VersionConflict
from contract.events import EventKind
from contract.problems import ProblemCode
from contract.users import User, UserChanges
from screens.shared.form import Field, Form, FormScreen
from screens.shared.managed_list import ManagedList
from screens.shared.new_user import field_errors
from tui.presentation.errors import told
from tui.presentation.lines import keys_line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.users import conflict_notes
from tui.widgets.editor import Editor

__all__ = ["EditUser"]

_LABELS = {"first_name": "First name", "last_name": "Last name", "position": "Position"}
_KEYS = keys_line([("Enter", "next field; on the last one, saves"), ("Esc", "leaves it as it was")])


class EditUser(FormScreen[User]):
    """Three fields; answers the user as saved. `owner` is the list behind, told when the form was left too early.

    An account that is its person's own is edited by nobody else: the form closes, and `minded` learns why.
    """

    def __init__(self, owner: ManagedList, user: User, minded: dict[str, str]) -> None:
        super().__init__()
        self.owner, self.seen, self._minded = owner, user, minded
        self._saving = False

    def form(self) -> Form:
        """The fields as they are."""
        fields = [Field(name, label, Editor(limit=200)) for name, label in _LABELS.items()]
        for each in fields:
            each.editor.set(clean(getattr(self.seen, each.name)))
        return Form(f"Edit {clean(self.seen.email, 60)}", fields)

    def on_mount(self) -> None:
        """Say the keys."""
        self._show()

    def _show(self, remark: Line = "") -> None:
        self.sheet.show(above=[""], below=["", *([remark] if remark else []), _KEYS])

    @property
    def changes(self) -> UserChanges:
        """What is typed that differs from what was seen."""
        typed = {each.name: each.text for each in self.sheet.fields}
        return UserChanges(**{name: text for name, text in typed.items() if text != clean(getattr(self.seen, name))})

    def on_form_submitted(self) -> None:
        """Save what differs; nothing is sent when nothing does."""
        changes = self.changes
        if self._saving:
            return
        if not changes.model_fields_set:
            self.dismiss(None)
            return
        self._saving = True
        self._show(("saving…", "dim"))
        self.app.run_worker(self._save(self.seen, changes), group="command", exit_on_error=False)

    async def _save(self, seen: User, changes: UserChanges) -> None:
        keys, about = self.owner.intentions, f"{seen.id} {seen.version}"
        try:
            key = keys.key(changes, about)
            saved = await self.owner.client.change_user(seen.id, changes, version=seen.version, key=key)
        except HeadcountError as error:
            keys.failed(error, changes, about)
            await self._failed(error)
        else:
            keys.answered(changes, about)
            if self.is_attached:
                self.dismiss(saved)
        finally:
            self._saving = False
            self.owner.session.touch(EventKind.USER_CHANGED)

    async def _failed(self, error: HeadcountError) -> None:
        if error.code is ProblemCode.OWN_SIGN_IN_NEEDED:
            self._minded[self.seen.account_id] = clean(error.message)
            if self.is_attached:
                self.dismiss(None)
            self.owner.show_error(told(error))
        elif not self.is_attached:
            self.owner.show_error(told(error))
        elif isinstance(error, VersionConflict):
            self._show_what_changed(error)
        else:
            self._point_at(error)

    def _point_at(self, error: HeadcountError) -> None:
        for name, why in field_errors(error).items():
            if name in _LABELS:
                self.sheet.named(name).error = why
        self._show((told(error), "bad"))

    def _show_what_changed(self, error: VersionConflict) -> None:
        """Show what it is now; fields left alone here take the new text, typed ones stay for the user to decide."""
        try:
            now = User.model_validate(error.current)
        except ValidationError:
            self._show((told(error), "bad"))
            return
        notes = conflict_notes(self.seen, now)
        for each in self.sheet.fields:
            each.note = notes.get(each.name, "")
            if each.text == clean(getattr(self.seen, each.name)):
                each.editor.set(clean(getattr(now, each.name)))
        self.seen = now
        said = (
            "Someone else has changed this user; nothing was saved. Enter on the last field saves the values shown now."
        )
        self._show((said, "warn"))
