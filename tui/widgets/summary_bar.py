"""What a draft costs, at the bottom of the Overview: a few lines that keep their place."""

from collections.abc import Sequence
from textwrap import wrap

from textual.strip import Strip

from tui.presentation.lines import width_of
from tui.presentation.tones import Line, pieces
from tui.widgets.canvas import Canvas

__all__ = ["SummaryBar"]


class SummaryBar(Canvas):
    """Two lines: what is charged now and why, what the renewal will cost and until when the price holds."""

    DEFAULT_CSS = """
    SummaryBar { background: $surface; color: $foreground; height: 2; padding: 0; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Other lines."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self.refresh()

    def draw(self, y: int) -> Strip:
        """One of them."""
        lines = self._wrapped() if len(self._lines) == 1 else self._lines
        line = lines[y] if y < len(lines) else ""
        return self.strip_of([" ", *(line if isinstance(line, list) else [line])], self.size.width)

    def _wrapped(self) -> list[Line]:
        """A single line may need the room of two."""
        parts = pieces(self._lines[0])
        text = "".join(text for text, _ in parts)
        if width_of(self._lines[0]) < self.size.width:
            return [self._lines[0]]
        return [(part, parts[0][1]) for part in wrap(text, max(20, self.size.width - 2))]
