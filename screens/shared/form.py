"""Forms: a few labelled lines to type into, what was said above them, and the keys below."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip

from tui.presentation.lines import line, width_of, wrapped
from tui.presentation.text import clean, fit
from tui.presentation.tones import Line, Piece
from tui.widgets.canvas import Canvas, framed
from tui.widgets.editor import Editor

__all__ = ["Field", "Form", "FormScreen"]

LABEL = 14
_WIDEST = 48

Result = TypeVar("Result")


@dataclass(slots=True)
class Field:
    """One line to type into. `error` is what is wrong with it, `note` something to know about it."""

    name: str
    label: str
    editor: Editor = field(default_factory=Editor)
    error: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        """What is typed, without the blanks around it."""
        return self.editor.text.strip()


class Form(Canvas, can_focus=True):
    """Draws the fields and takes every key: letters are text here and never commands.

    When there is not enough room the earliest of the lines above give way; fields and keys are always seen.
    """

    BARE = False
    DEFAULT_CSS = """
    Form {
        width: 100%; max-width: 84; height: auto; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold;
        &:ansi { border: round ansi_yellow; }
        &.-ascii { border: ascii $accent; }
    }
    """

    class Submitted(Message):
        """Enter on the last field, on none, or where all are empty and the form goes on from there."""

    class Left(Message):
        """Esc."""

    class BackedOut(Message):
        """Up on the first field."""

    class Changed(Message):
        """Something else is typed in a field."""

    class Pasted(Message):
        """Several lines were pasted at once."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Extra(Message):
        """One of the form's extra keys was pressed."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        *,
        extra_keys: Sequence[str] = (),
        takes_lines: bool = False,
        submits_empty: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._extra = title, frozenset(extra_keys)
        self._takes_lines, self._submits_empty = takes_lines, submits_empty
        self.fields = list(fields)
        self.current = 0
        self.above: tuple[Line, ...] = ()
        self.below: tuple[Line, ...] = ()
        self.asking = False

    def on_mount(self) -> None:
        """The frame carries the title."""
        self.border_title = framed(self._title, self.glyphs)
        self.set_class(self.glyphs.ascii, "-ascii")

    def show(self, *, above: Sequence[Line] | None = None, below: Sequence[Line] | None = None) -> None:
        """Other lines above or below the fields, or other fields."""
        self.above = self.above if above is None else tuple(above)
        self.below = self.below if below is None else tuple(below)
        self.refresh(layout=True)

    def ask(self, *, asking: bool) -> None:
        """While asking there are no fields, only the lines and the keys Enter and Esc."""
        self.asking = asking
        self.refresh(layout=True)

    def named(self, name: str) -> Field:
        """The field with that name."""
        return next(each for each in self.fields if each.name == name)

    def go_to(self, name: str) -> None:
        """Put the caret into a field."""
        self.current = self.fields.index(self.named(name))
        self.refresh()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed."""
        return not any(each.text for each in self.fields)

    def clear(self) -> None:
        """Empty all fields, and start at the first."""
        for each in self.fields:
            each.editor.set("")
            each.error = each.note = ""
        self.current = 0
        self.refresh(layout=True)

    # Keys.

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - Textual's signature
        """Printable keys are text."""
        return character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Enter goes on and at the end submits, Tab and the arrows move, Esc leaves, the rest is text."""
        if self._handle(event.key, event.character):
            event.stop()
            event.prevent_default()

    def _handle(self, key: str, character: str | None) -> bool:
        if key == "escape":
            self.post_message(self.Left())
        elif key in self._extra:
            self.post_message(self.Extra(key))
        elif key == "enter":
            self._enter()
        elif self.asking:
            return character is not None
        elif key in {"tab", "down"}:
            self._move(1)
        elif key in {"shift+tab", "up"}:
            self._move(-1)
        else:
            return self._edit(key, character)
        return True

    def _enter(self) -> None:
        refused = next((each for each in self.fields if each.editor.refused), None)
        if refused is not None and not self.asking:
            # typed ahead of the refusal: what stands in the field is not all that was typed
            refused.editor.refused = ""
            self.go_to(refused.name)
        elif self.asking or self.current == len(self.fields) - 1 or (self._submits_empty and self.is_empty):
            self.post_message(self.Submitted())
        else:
            self._move(1)

    def _move(self, step: int) -> None:
        if self.current + step < 0:
            self.post_message(self.BackedOut())
        self.current = max(0, min(self.current + step, len(self.fields) - 1))
        self.refresh()

    def _edit(self, key: str, character: str | None) -> bool:
        here = self.fields[self.current]
        if not here.editor.press(key, character):
            return False
        self._mended(here)
        return True

    def _mended(self, here: Field) -> None:
        again = here.error != here.editor.refused
        here.error = here.editor.refused
        self.refresh(layout=again)
        self.post_message(self.Changed())

    def on_paste(self, event: events.Paste) -> None:
        """One line is text for the field; several are handed on by a form that takes them, and refused by others."""
        event.stop()
        lines = [each for each in event.text.splitlines() if each.strip()]
        if len(lines) > 1 and self._takes_lines:
            self.post_message(self.Pasted("\n".join(lines)))
        elif self.asking:
            return
        elif len(lines) > 1:
            here = self.fields[self.current]
            here.error = f"One line only: {len(lines):,} were pasted, and none was taken."
            self.refresh(layout=True)
        elif lines:
            self.fields[self.current].editor.insert(lines[0].strip())
            self._mended(self.fields[self.current])

    # Drawing.

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """All lines; fewer when the screen has no room."""
        return len(self._lines(width, 10_000))

    def _lines(self, width: int, height: int) -> list[Line]:
        above = [row for each in self.above for row in wrapped(each, width, 2)]
        rest = self._field_lines(width) + [row for each in self.below for row in wrapped(each, width)]
        room = height - len(rest)
        if len(above) > room:
            kept = max(0, room - 1)
            hidden = len(above) - kept
            above = [(f"… {hidden:,} lines above", "dim"), *above[hidden:]][: max(0, room)]
        return [*above, *rest]

    def _field_lines(self, width: int) -> list[Line]:
        if self.asking:
            return []
        lines: list[Line] = []
        for place, each in enumerate(self.fields):
            lines.append(self._field_line(each, width, current=place == self.current))
            for text, tone in ((each.error, "bad"), (each.note, "warn")):
                if text:
                    lines += wrapped(line(" " * LABEL, (f"{self.glyphs.bad} {text}", tone)), width, LABEL + 2)
        return lines

    def _field_line(self, each: Field, width: int, *, current: bool) -> Line:
        room = max(8, min(_WIDEST, width - LABEL - 4))
        label: list[Piece] = [(f"{self.glyphs.point if current else ' '} {each.label}".ljust(LABEL), "")]
        if current:
            typed = each.editor.pieces(room - 1)
            pad = " " * (room - width_of(typed))
            return [*label, ("[", "key"), *typed, pad, ("]", "key")]
        return [*label, ("[", "dim"), fit(clean(each.editor.text), room), ("]", "dim")]

    def draw(self, y: int) -> Strip:
        """One of the lines."""
        lines = self._lines(self.size.width, self.size.height)
        return self.strip_of(lines[y] if y < len(lines) else "", self.size.width)


class FormScreen(ModalScreen[Result]):
    """A dialog around one form, with the focus in it."""

    AUTO_FOCUS = "Form"
    DEFAULT_CSS = """
    FormScreen { align: center middle; background: transparent; }
    """
    BINDINGS: ClassVar = []
    _made: Form | None = None

    def form(self) -> Form:
        """Make the form. For subclasses."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """The form."""
        yield self.sheet

    @property
    def sheet(self) -> Form:
        """The form that is shown, also before it is and once it no longer is: an answer may come at any time."""
        if self._made is None:
            self._made = self.form()
        return self._made

    def on_form_left(self) -> None:
        """Esc."""
        self.leave()

    def leave(self) -> None:
        """Close, nothing happens. For subclasses that have something to ask first."""
        self.dismiss(None)
