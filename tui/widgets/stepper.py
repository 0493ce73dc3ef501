"""A number with − and +: the draft of the seats. It never sends anything; it says what is wanted."""

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.presentation.tones import Line, Piece, parts, pieces
from tui.widgets.canvas import Canvas
from tui.widgets.editor import Editor

__all__ = ["Stepper"]

_LABEL, _FIELD = 10, 8
_MOST = 1_000_000


class Stepper(Canvas, can_focus=True):
    """`Seats   −  [  42 ]  +   +6`, or words about the change in its place.

    Keys held down step on; `start_typing` lets digits replace the number, Enter takes it and Esc leaves it as it was.
    Each change posts `Changed` with the total.
    """

    DEFAULT_CSS = """
    Stepper { color: $foreground; }
    """

    class Changed(Message):
        """Another total is wanted."""

        def __init__(self, stepper: "Stepper", total: int) -> None:
            super().__init__()
            self.stepper, self.total = stepper, total

        @property
        def control(self) -> "Stepper":
            """The stepper that posted it."""
            return self.stepper

    def __init__(self, label: str = "Seats", *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._label = label
        self.total = 0
        self.base = 0
        self._least, self._greatest = 0, _MOST
        self._note: Line = ""
        self._fixed = False
        self._editor: Editor | None = None

    @property
    def typing(self) -> bool:
        """Whether digits go into the number just now."""
        return self._editor is not None

    def show(
        self, total: int, base: int, *, note: Line = "", least: int = 0, greatest: int = _MOST, fixed: bool = False
    ) -> None:
        """What is drafted and what is in force, with words about it; posts nothing. `fixed` is only to be read."""
        self.total, self.base, self._note = total, base, note
        self._least, self._greatest, self._fixed = least, greatest, fixed
        if fixed:
            self._editor = None
        self.refresh()

    def step(self, by: int) -> None:
        """Some seats more or less, within the limits."""
        self._editor = None
        self._want(self.total + by)

    def start_typing(self) -> None:
        """Digits replace the number from now on."""
        self._editor = Editor(digits=True, limit=len(str(_MOST)))
        self.focus()
        self.refresh()

    def _want(self, total: int) -> None:
        total = max(self._least, min(total, self._greatest))
        if total != self.total:
            self.total = total
            self.post_message(self.Changed(self, total))
        self.refresh()

    def on_blur(self) -> None:
        """Whoever leaves it leaves the number as it was."""
        self._editor = None
        self.refresh()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - Textual's signature
        """Digits are text while typing."""
        return self.typing and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """While typing: digits, Enter, Esc. Enter starts typing; everything else is left to the screen."""
        if self._editor is None:
            if event.key != "enter" or self._fixed:
                return
            self.start_typing()
        elif event.key in {"enter", "escape"}:
            typed, self._editor = self._editor.text, None
            if event.key == "enter" and typed:
                self._want(int(typed))
        elif event.key in {"plus", "minus"}:
            self.step(1 if event.key == "plus" else -1)
        elif not self._editor.press(event.key, event.character):
            return
        event.stop()
        event.prevent_default()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """− and + may be clicked, the number too."""
        if self._fixed:
            return
        minus = _LABEL
        plus = _LABEL + 3 + _FIELD + 2
        if minus - 1 <= event.x <= minus + 1:
            self.step(-1)
        elif plus - 1 <= event.x <= plus + 1:
            self.step(1)
        elif minus < event.x < plus:
            self.start_typing()

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """Label, −, the number in brackets, +, the change, the note; of a fixed number just the label and it."""
        if self._fixed:
            return self.strip_of([self._label.ljust(_LABEL), f"{self.total:,}"], self.size.width)
        change = self.total - self.base
        if self._editor is not None:
            number: list[Piece] = ["[ ", *self._editor.pieces(_FIELD - 3)]
            number.append(" " * max(0, _FIELD - 4 - len(self._editor.text)) + "]")
        else:
            number = [(f"[{self.total:>{_FIELD - 3},} ]", "strong" if change or self.has_focus else "")]
        line: list[Piece] = [self._label.ljust(_LABEL), (self.glyphs.minus, "key"), "  ", *number, "  ", ("+", "key")]
        note: list[Piece] = parts(self._note)
        if self._editor is not None:
            note = [("Enter", "key"), (" takes it  ", "dim"), ("Esc", "key"), (" leaves it", "dim")]
        elif change and not any(text for text, _ in pieces(self._note)):
            note = [(f"{change:+,}", "accent")]
        line.append("   ")
        return self.strip_of([*line, *note], self.size.width)
