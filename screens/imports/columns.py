"""Which column of a file holds what, when its headers don't say: each column with its first cells, a key for each."""

from typing import ClassVar

from pydantic import ValidationError
from textual.binding import Binding, BindingType

from contract.imports import Import, ImportColumn, ImportField, ImportMapping
from screens.imports.line_choice import LineChoice
from tui.presentation.lines import keys_line
from tui.presentation.text import clean, fit
from tui.presentation.tones import Line, Piece

__all__ = ["Columns", "mapping_of"]

_WORDS = {
    ImportField.EMAIL: "E-mail",
    ImportField.FIRST_NAME: "First name",
    ImportField.LAST_NAME: "Last name",
    ImportField.POSITION: "Position",
    ImportField.FULL_NAME: "Full name",
    ImportField.OTHER_EMAIL: "Other e-mail",
}
_KEYS = {
    "e": ImportField.EMAIL,
    "o": ImportField.OTHER_EMAIL,
    "f": ImportField.FIRST_NAME,
    "l": ImportField.LAST_NAME,
    "n": ImportField.FULL_NAME,
    "p": ImportField.POSITION,
}
_NAMES = frozenset({ImportField.FIRST_NAME, ImportField.LAST_NAME})
_FIELD, _HEADER = 13, 20
_WIDEST = 100


def mapping_of(chosen: dict[int, ImportField]) -> ImportMapping | str:
    """What was chosen, as the server takes it, or what is wrong with it."""
    if ImportField.EMAIL not in chosen.values():
        return "Choose the column with the e-mail address: e."
    try:
        return ImportMapping(**{field.value: number for number, field in chosen.items()})
    except ValidationError:
        return "Choose either a full name column, or first and last name columns."


class Columns(LineChoice[ImportMapping]):
    """Answers which column holds what. A field is given to one column; giving it to another takes it from the first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        *(Binding(key, f"give('{field.value}')", show=False) for key, field in _KEYS.items()),
        Binding("minus,x,delete,space", "give('')", show=False),
    ]

    def __init__(self, current: Import) -> None:
        super().__init__("Columns", current.file_name)
        self._current = current
        self._columns = current.columns
        self._remark = ""
        given = {number: ImportField(name) for name, number in current.mapping or () if number}
        guessed = {column.number: column.field for column in current.columns if column.field}
        self.chosen: dict[int, ImportField] = given or guessed

    def on_resize(self) -> None:
        """Another width has another place for the samples; the first one is known only then."""
        self.call_after_refresh(self._redraw)

    # What it says.

    def _above(self) -> list[Line]:
        why = clean(self._current.stopped_detail, 300)
        said: list[Line] = [(why, "bad")] if why else []
        return ["", *said, "Choose what each column contains. Only the address is required.", ""]

    def _below(self) -> list[Line]:
        short = _WORDS | {ImportField.OTHER_EMAIL: "other"}
        gives = keys_line([(key, short[field].lower()) for key, field in _KEYS.items()])
        keys = keys_line([("j k", "moves"), ("-", "clears it"), ("Enter", "makes the plan"), ("Esc", "closes")])
        return ["", gives, (self._remark, "warn") if self._remark else keys]

    def _lines(self) -> list[Line]:
        return [self._line(at, column) for at, column in enumerate(self._columns)]

    def _line(self, at: int, column: ImportColumn) -> Line:
        here = at == self._at
        field = self.chosen.get(column.number)
        header = clean(column.header, 60) or f"column {column.number}"
        sample = " · ".join(clean(cell, 40) for cell in column.sample if cell.strip()) or "empty"
        pieces: list[Piece] = [
            ("▸ " if here else "  ", "accent"),
            (fit(_WORDS[field] if field else "-", _FIELD), "ok" if field else "dim"),
            (fit(header, _HEADER), "strong" if here else ""),
            "  ",
            (fit(sample, max(10, self._room - _FIELD - _HEADER - 12)), "dim"),
        ]
        return pieces

    @property
    def _room(self) -> int:
        return min(self.app.size.width, _WIDEST) if self.is_attached else 80

    # Keys.

    def action_move(self, by: int) -> None:
        """Another column."""
        self._remark = ""
        super().action_move(by)

    def action_give(self, name: str) -> None:
        """Say what the column under the cursor holds; a full name and its parts exclude each other."""
        if not self._columns:
            return
        here = self._columns[self._at].number
        self.chosen.pop(here, None)
        if name:
            field = ImportField(name)
            gone = {field} | (_NAMES if field is ImportField.FULL_NAME else set())
            gone |= {ImportField.FULL_NAME} if field in _NAMES else set()
            self.chosen = {number: each for number, each in self.chosen.items() if each not in gone} | {here: field}
        self._remark = ""
        self._redraw()

    def action_choose(self) -> None:
        """Enter: plan it like this."""
        made = mapping_of(self.chosen)
        if isinstance(made, ImportMapping):
            self.dismiss(made)
        else:
            self._remark = made
            self._redraw()
