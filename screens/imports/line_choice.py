"""A dialog about an import with a line for each choice, one under the cursor."""

from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.input.commands import bindings
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.widgets.canvas import framed
from tui.widgets.pages import Scroller

__all__ = ["LineChoice"]

T = TypeVar("T")


class LineChoice(ModalScreen[T]):
    """`title` goes into the frame. Subclasses say what stands above, on each line and below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog"),
        Binding("down,j,tab", "move(1)", show=False),
        Binding("up,k,shift+tab", "move(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]
    AUTO_FOCUS = ""
    HANG: ClassVar[int] = 0
    """Cells by which what wraps is moved in."""
    DEFAULT_CSS = """
    LineChoice { align: center middle; background: transparent; }
    LineChoice Scroller {
        width: 100%; max-width: 100; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold;
        &:ansi { border: round ansi_yellow; }
        &.-ascii { border: ascii $accent; }
    }
    """

    def __init__(self, title: str, file_name: str) -> None:
        super().__init__()
        self._title = f"{title} of {clean(file_name, 50)}"
        self._at = 0

    def compose(self) -> ComposeResult:
        """One widget that draws all of it."""
        yield Scroller(above=self._above(), lines=self._lines(), hang=self.HANG, below=self._below(), keep=3)

    def on_mount(self) -> None:
        """The frame carries the title."""
        body = self.query_one(Scroller)
        body.border_title = framed(self._title, body.glyphs)
        body.set_class(body.glyphs.ascii, "-ascii")

    def _above(self) -> list[Line]:
        raise NotImplementedError

    def _lines(self) -> list[Line]:
        raise NotImplementedError

    def _below(self) -> list[Line]:
        raise NotImplementedError

    def _redraw(self) -> None:
        if (body := self.query_one_optional(Scroller)) is not None:
            body.show_all(self._above(), self._lines(), self._below())
            self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        """Keep the line under the cursor in sight."""
        if (body := self.query_one_optional(Scroller)) is not None:
            body.scroll_lines(max(0, self._at + 1 - body.room) - body.first)

    def action_move(self, by: int) -> None:
        """Another line."""
        self._at = max(0, min(self._at + by, len(self._lines()) - 1))
        self._redraw()

    def action_choose(self) -> None:
        """Enter: do it like this."""
        raise NotImplementedError

    def action_yes(self) -> None:
        """Enter does it here."""

    def action_no(self) -> None:
        """Close; nothing is chosen."""
        self.dismiss(None)
