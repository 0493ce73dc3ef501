"""Lines of text that scroll: what dialogs and the help are made of."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from tui.presentation.lines import Hanging, wrapped
from tui.presentation.tones import Line
from tui.widgets.canvas import Canvas

__all__ = ["Scroller"]

_LEAST = 4


class Scroller(Canvas):
    """Fixed lines above, lines that scroll, fixed lines below; as high as it needs to be, or as there is room.

    When not all lines are seen, one says how many are above and below. When there is hardly any room the lines above
    scroll too, and then those below but for the last `keep`.
    """

    BARE = False
    KEYS: ClassVar[str] = "↓ ↑"
    """The keys that scroll, as they are named when not all lines are seen."""
    DEFAULT_CSS = """
    Scroller { height: auto; max-height: 100%; }
    """

    def __init__(
        self,
        *,
        above: Sequence[Line] = (),
        lines: Sequence[Line] = (),
        below: Sequence[Line] = (),
        hang: int = 0,
        keep: int = 2,
        keys: str = "",
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(id=id)
        self._said = (list(above), list(lines), list(below))
        self._hang, self.keep = hang, keep
        self._scrolls = keys or self.KEYS
        self._laid: tuple[int, list[list[Line]]] = (0, [])
        self.first = 0

    def _parts(self, width: int) -> list[list[Line]]:
        """The three parts wrapped to a width."""
        if self._laid[0] != width or not self._laid[1]:
            hangs = (0, self._hang, 0)
            parts = [
                [row for line in part for row in wrapped(line, width, line.hang if isinstance(line, Hanging) else hang)]
                for part, hang in zip(self._said, hangs, strict=True)
            ]
            self._laid = (width, parts)
        return self._laid[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """All lines."""
        return sum(map(len, self._parts(width)))

    def _stacked(self) -> list[list[Line]]:
        """The three parts as they fit into the height there is."""
        above, lines, below = self._parts(self.size.width)
        height, least = self.size.height, min(_LEAST, len(lines))
        if len(above) + least + len(below) > height:
            above, lines = [], [*above, *lines]
        if _LEAST + len(below) > height:
            lines, below = [*lines, *below[: -self.keep]], below[-self.keep :]
        return [above, lines, below]

    @property
    def room(self) -> int:
        """How many of the scrolling lines are seen at once."""
        above, lines, below = self._stacked()
        free = self.size.height - len(above) - len(below)
        return max(1, free if free >= len(lines) else free - 1)

    def scroll_lines(self, by: int) -> None:
        """Show other lines."""
        first = max(0, min(self.first + by, len(self._stacked()[1]) - self.room))
        if first != self.first:
            self.first = first
            self.refresh()

    def scroll_page(self, pages: int) -> None:
        """Show the next lines, or the previous ones."""
        self.scroll_lines(pages * self.room)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Replace the lines that scroll, and start at their top."""
        self._said = (self._said[0], list(lines), self._said[2])
        self._laid, self.first = (0, []), 0
        self.refresh(layout=True)

    def show_all(self, above: Sequence[Line], lines: Sequence[Line], below: Sequence[Line]) -> None:
        """Replace everything, and start at the top."""
        self._said = (list(above), list(lines), list(below))
        self._laid, self.first = (0, []), 0
        self.refresh(layout=True)

    def show_below(self, below: Sequence[Line]) -> None:
        """Replace the lines at the bottom."""
        rows = len(self._parts(self.size.width)[2])
        self._said = (*self._said[:2], list(below))
        self._laid = (0, [])
        self.refresh(layout=len(self._parts(self.size.width)[2]) != rows)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three lines down."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three lines up."""
        event.stop()
        self.scroll_lines(-3)

    def _seen(self) -> list[Line]:
        lines, room = self._stacked()[1], self.room
        if room >= len(lines):
            return lines
        last = min(self.first + room, len(lines))
        more = f"  {self.glyphs.up} {self.first:,} above   {self.glyphs.down} {len(lines) - last:,} below"
        return [*lines[self.first : last], (f"{more}   {self._scrolls} scroll", "dim")]

    def draw(self, y: int) -> Strip:
        """One line."""
        above, _, below = self._stacked()
        middle = self._seen()
        fill = max(0, self.size.height - len(above) - len(middle) - len(below))
        rows = [*above, *middle, *([""] * fill), *below]
        return self.strip_of(rows[y] if y < len(rows) else "", self.size.width)
