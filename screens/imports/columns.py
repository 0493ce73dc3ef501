"""Which column of a file holds what, when its headers don't say: each column with its first cells, a key for each."""

from typing import ClassVar

from pydantic import ValidationError
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from contract.imports import Import, ImportColumn, ImportField, ImportMapping
from tui.input.commands import bindings
from tui.presentation.lines import keys_line
from tui.presentation.text import clean, fit
from tui.presentation.tones import Line, Piece
from tui.widgets.canvas import framed
from tui.widgets.pages import Scroller

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


class Columns(ModalScreen[ImportMapping]):
    """Answers which column holds what. A field is given to one column; giving it to another takes it from the first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog"),
        Binding("down,j,tab", "move(1)", show=False),
        Binding("up,k,shift+tab", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("enter", "choose", show=False),
        *(Binding(key, f"give('{field.value}')", show=False) for key, field in _KEYS.items()),
        Binding("minus,x,delete,space", "give('')", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Columns { align: center middle; background: transparent; }
    Columns Scroller {
        width: 100%; max-width: 100; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold;
        &:ansi { border: round ansi_yellow; }
        &.-ascii { border: ascii $accent; }
    }
    """

    def __init__(self, current: Import) -> None:
        super().__init__()
        self._current = current
        self._columns = current.columns
        self._at = 0
        self._remark = ""
        given = {number: ImportField(name) for name, number in current.mapping or () if number}
        guessed = {column.number: column.field for column in current.columns if column.field}
        self.chosen: dict[int, ImportField] = given or guessed

    def compose(self) -> ComposeResult:
        """One widget that draws all of it."""
        yield Scroller(above=self._above(), lines=self._lines(), below=self._below(), keep=3)

    def on_mount(self) -> None:
        """The frame carries the title."""
        body = self.query_one(Scroller)
        body.border_title = framed(f"Columns of {clean(self._current.file_name, 50)}", body.glyphs)
        body.set_class(body.glyphs.ascii, "-ascii")
        self.call_after_refresh(self._redraw)

    def on_resize(self) -> None:
        """Another width has another place for the samples."""
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

    def _redraw(self) -> None:
        if (body := self.query_one_optional(Scroller)) is not None:
            body.show_all(self._above(), self._lines(), self._below())
            self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        """Keep the column under the cursor in sight."""
        if (body := self.query_one_optional(Scroller)) is None:
            return
        body.scroll_lines(max(0, self._at + 1 - body.room) - body.first)

    # Keys.

    def action_move(self, by: int) -> None:
        """Another column."""
        self._at = max(0, min(self._at + by, len(self._columns) - 1))
        self._remark = ""
        self._redraw()

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

    def action_yes(self) -> None:
        """Enter does it here."""

    def action_no(self) -> None:
        """Close; nothing is planned."""
        self.dismiss(None)
