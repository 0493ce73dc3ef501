"""The small forms of the profile: a few fields, what they are for, and what was wrong with them the last time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from screens.shared.form import Field, Form, FormScreen
from tui.presentation.lines import keys_line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.widgets.editor import Editor

__all__ = ["ASK", "CODE", "DECLINE", "EDIT", "Asked", "SmallForm"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks: fields by name, each with its label and the most letters it takes."""

    title: str
    fields: Mapping[str, tuple[str, int]]
    why: str = ""
    does: str = "sends"
    needed: tuple[str, ...] = field(default=())


CODE = Asked(
    "Use an invitation code",
    {"code": ("Code", 200)},
    "You get a free seat of the organisation that gave it to you. Capitals, spaces and dashes don't matter.",
    "uses it",
    ("code",),
)
ASK = Asked(
    "Ask to join",
    {"organisation": ("To", 254), "message": ("Message", 1000)},
    "Give the owner's e-mail, or the organisation's exact name. You are not told whether it exists.",
    "sends",
    ("organisation",),
)
EDIT = Asked(
    "Your account",
    {"first_name": ("First name", 200), "last_name": ("Last name", 200), "position": ("Position", 200)},
    does="saves",
)
DECLINE = Asked("Decline", {"reason": ("Reason", 500)}, "Optional; they will read it.", "declines")


class SmallForm(FormScreen[dict[str, str]]):
    """Answers what was typed, by field; None when it was left. `typed` stands there at first, with its `errors`."""

    def __init__(
        self,
        asked: Asked,
        typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
        warning: Line = "",
    ) -> None:
        super().__init__()
        self._asked, self._typed, self._errors = asked, typed or {}, errors or {}
        self._warning = warning

    def form(self) -> Form:
        """The fields as they were typed."""
        fields = [
            Field(name, label, Editor(limit=limit), error=self._errors.get(name, ""))
            for name, (label, limit) in self._asked.fields.items()
        ]
        for each in fields:
            each.editor.set(clean(self._typed.get(each.name, "")))
        return Form(self._asked.title, fields)

    def on_mount(self) -> None:
        """Say what it is for."""
        above: list[Line] = [""]
        if self._asked.why:
            above += [(self._asked.why, "dim"), ""]
        if self._warning:
            above += [self._warning, ""]
        several = len(self._asked.fields) > 1
        does = f"next field; on the last one, {self._asked.does}" if several else self._asked.does
        self.sheet.show(above=above, below=["", keys_line([("Enter", does), ("Esc", "cancels")])])

    def on_form_submitted(self) -> None:
        """Enter at the end: what is needed must be there."""
        missing = [name for name in self._asked.needed if not self.sheet.named(name).text]
        for name in missing:
            self.sheet.named(name).error = "Type something here."
        if missing:
            self.sheet.go_to(missing[0])
            self.sheet.show()
        else:
            self.dismiss({each.name: each.text for each in self.sheet.fields})
