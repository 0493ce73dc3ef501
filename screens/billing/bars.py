"""The rows above the table of the Billing area: its sides with `n of m`, and what has to be known first."""

from collections.abc import Sequence

from textual.geometry import Size
from textual.strip import Strip

from screens.billing.sources import BillingSide
from tui.presentation.lines import wrapped
from tui.presentation.text import cells, clean
from tui.presentation.tones import Line, Piece
from tui.widgets.canvas import Canvas
from tui.widgets.filter_bar import FilterBar

__all__ = ["BillingSides", "Notice"]


class BillingSides(FilterBar):
    """One row: the sides, Tab goes on to the next, and the table's status on the right. There is nothing to filter."""

    def __init__(self) -> None:
        super().__init__()
        self.side = BillingSide.INVOICES

    def turn(self, side: BillingSide) -> None:
        """Another side."""
        self.side = side
        self.refresh()

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """The sides, the present one marked by a sign and in bold, and the status."""
        pieces: list[Piece] = [" "]
        for side in BillingSide:
            here = side is self.side
            name = f"{self.glyphs.point if here else ' '} {side.value.capitalize()}  "
            pieces.append((name, "strong" if here else "dim"))
        status = f" {clean(self.status)} "
        left = self.strip_of([*pieces, ("Tab", "key"), (" changes", "dim")], max(0, self.size.width - cells(status)))
        return Strip([*left, *self.strip_of((status, "dim"), cells(status))])


class Notice(Canvas):
    """A few sentences, wrapped, as high as they are; not there while there is nothing to say."""

    MOST = 5
    DEFAULT_CSS = """
    Notice { height: auto; max-height: 5; padding: 0 1; background: $background; color: $foreground; }
    """
    BARE = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Other sentences."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self.display = bool(self._lines)
            self.refresh(layout=True)

    def _rows(self, width: int) -> list[Line]:
        return [row for line in self._lines for row in wrapped(line, max(20, width), 2)][: self.MOST]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many rows as they take at this width."""
        return len(self._rows(width))

    def draw(self, y: int) -> Strip:
        """One of the rows."""
        rows = self._rows(self.size.width)
        return self.strip_of(rows[y] if y < len(rows) else "", self.size.width)
