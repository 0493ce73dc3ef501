"""What became of each item of a command: a panel that stays until it is dismissed."""

from collections.abc import Sequence

from tui.presentation.text import clean
from tui.presentation.tones import Line, parts
from tui.widgets.canvas import framed
from tui.widgets.pages import Scroller

__all__ = ["Ledger", "Table"]

Table = Sequence[Sequence[str]]
"""Rows of texts for a file, the header first."""

_SIGNS = {"!": "not done", "✓": "done", "-": "done", "●": "done"}


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
        self.table: Table = ()

    @property
    def is_open(self) -> bool:
        """Whether there is something to dismiss."""
        return bool(self.title)

    def show(
        self, title: str, lines: Sequence[Line], *, failed: bool = False, hint: str = "", table: Table = ()
    ) -> None:
        """Say what became of each item; `hint` names the keys that go on from here.

        `table` is what is saved of it when somebody asks for a file; by default the lines in three columns.
        """
        self.title, self.rows = title, tuple(lines)
        self.table = table or [("result", "who", "what"), *(_cells(row) for row in self.rows)]
        self.set_class(failed, "-failed")
        self.set_class(self.glyphs.ascii, "-ascii")
        self.border_title = framed(title, self.glyphs)
        self.border_subtitle = framed(hint, self.glyphs)
        self.show_lines(lines)
        self.display = True

    def dismiss(self) -> None:
        """Put it away."""
        self.title, self.rows, self.table = "", (), ()
        self.display = False


def _cells(row: Line) -> tuple[str, str, str]:
    """A line as result, who and what: a sign, a name, and what is said of it."""
    texts = [clean(part if isinstance(part, str) else part[0], 1000) for part in parts(row)]
    sign = _SIGNS.get(texts[0].strip()) if texts else None
    if sign is None or len(texts) == 1:
        return "", "", "".join(texts).strip()
    return sign, texts[1].strip(), "".join(texts[2:]).strip()
