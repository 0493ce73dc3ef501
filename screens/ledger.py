"""What became of each item of a command: a panel that stays until it is dismissed."""

from collections.abc import Sequence

from tui.theme import Line
from tui.widgets.canvas import framed
from tui.widgets.pages import Scroller

__all__ = ["Ledger"]


class Ledger(Scroller):
    """Results row by row, under a title that sums them up; not there until there is something to say."""

    KEYS = "J K"
    DEFAULT_CSS = """
    Ledger {
        display: none; height: auto; max-height: 50%; padding: 0 1;
        border: round $panel-lighten-2; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $foreground-muted;
        &.-failed { border: round $error; }
        &:ansi { border: round ansi_bright_black; }
        &:ansi.-failed { border: round ansi_red; }
        &.-ascii { border: ascii $panel-lighten-2; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(hang=2, id=id)
        self.title = ""
        self.rows: tuple[Line, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether there is something to dismiss."""
        return bool(self.title)

    def show(self, title: str, lines: Sequence[Line], *, failed: bool = False, hint: str = "") -> None:
        """Say what became of each item; `hint` names the keys that go on from here."""
        self.title, self.rows = title, tuple(lines)
        self.set_class(failed, "-failed")
        self.set_class(self.glyphs.ascii, "-ascii")
        self.border_title = framed(title, self.glyphs)
        self.border_subtitle = framed(hint, self.glyphs)
        self.show_lines(lines)
        self.display = True

    def dismiss(self) -> None:
        """Put it away."""
        self.title, self.rows = "", ()
        self.display = False
