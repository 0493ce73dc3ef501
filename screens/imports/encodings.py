"""Which encoding a file is in, when nothing proves it: the likely ones, each with the names as they come out in it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from contract.imports import Import, ImportEncoding
from tui.input.commands import bindings
from tui.presentation.lines import keys_line
from tui.presentation.text import clean, fit
from tui.presentation.tones import Line, Piece
from tui.widgets.canvas import framed
from tui.widgets.pages import Scroller

__all__ = ["Encodings"]

_NAME = 20


class Encodings(ModalScreen[str]):
    """Answers the encoding that was chosen; choosing the one in use says that its names are right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog"),
        Binding("down,j,tab", "move(1)", show=False),
        Binding("up,k,shift+tab", "move(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Encodings { align: center middle; background: transparent; }
    Encodings Scroller {
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
        self._offers = current.encodings
        names = [each.encoding for each in self._offers]
        self._at = names.index(current.encoding) if current.encoding in names else 0

    def compose(self) -> ComposeResult:
        """One widget that draws all of it."""
        yield Scroller(above=self._above(), lines=self._lines(), hang=_NAME + 2, below=self._below(), keep=3)

    def on_mount(self) -> None:
        """The frame carries the title."""
        body = self.query_one(Scroller)
        body.border_title = framed(f"Encoding of {clean(self._current.file_name, 50)}", body.glyphs)
        body.set_class(body.glyphs.ascii, "-ascii")

    # What it says.

    def _above(self) -> list[Line]:
        proof = "Nothing in the file proves how its letters are encoded. " if self._current.encoding_guessed else ""
        return ["", f"{proof}Choose the line where the names are right.", ""]

    def _below(self) -> list[Line]:
        return ["", keys_line([("j k", "moves"), ("Enter", "reads the file like this"), ("Esc", "closes")])]

    def _lines(self) -> list[Line]:
        return [self._line(at, each) for at, each in enumerate(self._offers)]

    def _line(self, at: int, offer: ImportEncoding) -> Line:
        here = at == self._at
        names = " · ".join(clean(name, 40) for name in offer.names) or "no names"
        pieces: list[Piece] = [
            ("▸ " if here else "  ", "accent"),
            (fit(clean(offer.name, _NAME), _NAME), "strong" if here else ""),
            (names, "" if here else "dim"),
        ]
        return pieces

    # Keys.

    def action_move(self, by: int) -> None:
        """Another encoding."""
        self._at = max(0, min(self._at + by, len(self._offers) - 1))
        body = self.query_one(Scroller)
        body.show_all(self._above(), self._lines(), self._below())
        body.scroll_lines(max(0, self._at + 1 - body.room) - body.first)

    def action_choose(self) -> None:
        """Enter: read it like this."""
        self.dismiss(self._offers[self._at].encoding if self._offers else None)

    def action_yes(self) -> None:
        """Enter does it here."""

    def action_no(self) -> None:
        """Close; it is read as before."""
        self.dismiss(None)
