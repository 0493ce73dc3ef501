"""The filter above a list: what is typed on the left, `n of m` on the right."""

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tui.presentation.text import cells, clean, fit
from tui.presentation.tones import Piece
from tui.widgets.canvas import Canvas
from tui.widgets.editor import Editor

__all__ = ["FilterBar"]

_STATUS = 28


class FilterBar(Canvas, can_focus=True):
    """One row. It takes keys only while it is open; letters typed then are text and never commands.

    `hint` shows which words may be used (`status: source:`).
    """

    DEFAULT_CSS = """
    FilterBar { background: $surface; color: $foreground; }
    """

    class Changed(Message):
        """Another text; posted with every change."""

        def __init__(self, bar: "FilterBar", text: str) -> None:
            super().__init__()
            self.bar, self.text = bar, text

        @property
        def control(self) -> "FilterBar":
            """The bar that posted it."""
            return self.bar

    class Closed(Message):
        """The user is done typing: give the focus back to the list."""

        def __init__(self, bar: "FilterBar") -> None:
            super().__init__()
            self.bar = bar

        @property
        def control(self) -> "FilterBar":
            """The bar that posted it."""
            return self.bar

    def __init__(self, hint: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.can_focus = False
        self.hint = hint
        self.status = ""
        self.is_open = False
        self._editor = Editor()

    @property
    def text(self) -> str:
        """What is typed."""
        return self._editor.text

    def open(self) -> None:
        """Start typing."""
        self.is_open = self.can_focus = True
        self.focus()
        self.refresh()

    def clear(self) -> None:
        """Empty it, and say so if it was not."""
        if self.text:
            self.set_text("")

    def set_text(self, text: str) -> None:
        """Filter by this, as if it had been typed."""
        self._editor.set(text)
        self._tell()

    def show_status(self, status: str) -> None:
        """The words on the right; only they are repainted."""
        if status != self.status:
            self.status = status
            self.refresh(Region(max(0, self.size.width - _STATUS), 0, _STATUS, 1))

    def _tell(self) -> None:
        self.refresh()
        self.post_message(self.Changed(self, self.text))

    def _close(self) -> None:
        self.is_open = False
        self.refresh()
        self.post_message(self.Closed(self))
        self.can_focus = False

    def on_blur(self) -> None:
        """Whoever leaves it is done typing."""
        if self.is_open:
            self.is_open = self.can_focus = False
            self.refresh()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - Textual's signature
        """Printable keys are text while it is open."""
        return self.is_open and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Enter, ↓ and Tab go back to the list, Esc clears first, the rest is text."""
        before = self.text
        if event.key in {"enter", "down", "tab", "escape"}:
            if event.key == "escape":
                self._editor.set("")
            self._close()
        elif not self._editor.press(event.key, event.character):
            return
        event.stop()
        event.prevent_default()
        if self.text != before:
            self._tell()
        self.refresh()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is text, on one line."""
        event.stop()
        if self._editor.insert(" ".join(event.text.split())):
            self._tell()
        self.refresh()

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """`/ text`, or the hint, and the status."""
        refused = self._editor.refused if self.is_open else ""
        status = f" {refused or clean(self.status)} "
        room = max(4, self.size.width - cells(status) - 3)
        if self.is_open:
            middle: list[Piece] = [("/", "key"), " ", *self._editor.pieces(room - 1)]
        elif self.text:
            middle = [("/", "key"), " ", (self.text, "accent"), ("  Esc clears", "dim")]
        else:
            middle = [("/", "key"), (f" find  {self.hint}", "dim")]
        left = self.strip_of([" ", *middle], self.size.width - cells(status))
        right = self.strip_of((fit(status, cells(status)), "bad" if refused else "dim"), cells(status))
        return Strip([*left, *right])
