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
_LONGEST = 12
"""Digits that may be typed: more than the longest number has, so that one too many is seen and refused, not lost."""


class Stepper(Canvas, can_focus=True):
    """`Seats   −  [  42 ]  +   +6`, or words about the change in its place.

    Keys held down step on; `start_typing` lets digits replace the number, Enter takes it and Esc leaves it as it was.
    A number outside of the limits is refused, with the limit, and stays as it was typed. Each change posts `Changed`
    with the total.
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
        self._refused = ""

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

    @property
    def _field(self) -> int:
        """Cells of the number in its brackets: a long one is shown whole, typed or not."""
        if self._editor is not None:
            return max(_FIELD, len(self._editor.text) + 4)
        return max(_FIELD, len(f"{self.total:,}") + 3)

    def step(self, by: int) -> None:
        """Some seats more or less than now, or than what is typed just now."""
        if self._take():
            self._want(self.total + by)

    def start_typing(self) -> None:
        """Digits replace the number from now on."""
        self._editor, self._refused = Editor(digits=True, limit=_LONGEST), ""
        self.focus()
        self.refresh()

    def _take(self) -> bool:
        """Take what is typed, if anything is; False when it is refused and stays."""
        typed = self._editor.text if self._editor is not None else ""
        if typed and not self._want(int(typed)):
            return False
        self._editor = None
        return True

    def _want(self, total: int) -> bool:
        """Have this many; False outside of the limits, with the limit."""
        self._refused = ""
        if total > self._greatest:
            self._refused = f"At most {self._greatest:,}."
        elif total < self._least:
            self._refused = f"At least {self._least:,}."
        elif total != self.total:
            self.total = total
            self.post_message(self.Changed(self, total))
        self.refresh()
        return not self._refused

    def on_blur(self) -> None:
        """Whoever leaves it leaves the number as it was."""
        self._editor, self._refused = None, ""
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
        elif event.key == "enter":
            self._take()
        elif event.key == "escape":
            self._editor, self._refused = None, ""
        elif event.key in {"plus", "minus"}:
            self.step(1 if event.key == "plus" else -1)
        elif self._editor.press(event.key, event.character):
            self._refused = self._editor.refused
        else:
            return
        event.stop()
        event.prevent_default()
        self.refresh()

    def on_paste(self, event: events.Paste) -> None:
        """A number from elsewhere, while typing; anything else is refused as a whole."""
        if self._editor is not None:
            event.stop()
            self._editor.insert(event.text.strip())
            self._refused = self._editor.refused
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """− and + may be clicked, the number too."""
        if self._fixed:
            return
        minus = _LABEL
        plus = _LABEL + 3 + self._field + 2
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
            number: list[Piece] = ["[ ", *self._editor.pieces(_LONGEST + 1)]
            number.append(" " * max(0, _FIELD - 4 - len(self._editor.text)) + "]")
        else:
            number = [(f"[{self.total:>{_FIELD - 3},} ]", "strong" if change or self.has_focus else "")]
        line: list[Piece] = [self._label.ljust(_LABEL), (self.glyphs.minus, "key"), "  ", *number, "  ", ("+", "key")]
        note: list[Piece] = parts(self._note)
        if self._refused:
            note = [(self._refused, "bad")]
        elif self._editor is not None:
            note = [("Enter", "key"), (" takes it  ", "dim"), ("Esc", "key"), (" leaves it", "dim")]
        elif change and not any(text for text, _ in pieces(self._note)):
            note = [(f"{change:+,}", "accent")]
        line.append("   ")
        return self.strip_of([*line, *note], self.size.width)
