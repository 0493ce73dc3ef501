"""Which requests are looked at: one row with the three sides and how many wait on each."""

from textual.strip import Strip

from contract.subscription import TransferCounts
from tui.presentation.tones import Piece
from tui.presentation.transfers import Side
from tui.widgets.canvas import Canvas

__all__ = ["SideBar"]


class SideBar(Canvas):
    """One row; Tab on the screen around it goes on to the next side."""

    DEFAULT_CSS = """
    SideBar { background: $surface; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._side = Side.INCOMING
        self._counts: TransferCounts | None = None

    def show(self, side: Side, counts: TransferCounts) -> None:
        """Other numbers."""
        self._counts = counts
        self.turn(side)

    def turn(self, side: Side) -> None:
        """Another side."""
        self._side = side
        self.refresh()

    def _count(self, side: Side) -> str:
        if self._counts is None or side is Side.HISTORY:
            return ""
        return f" {self._counts.incoming if side is Side.INCOMING else self._counts.outgoing:,}"

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """The sides, the present one marked by a sign and in bold."""
        pieces: list[Piece] = [" "]
        for side in Side:
            here = side is self._side
            name = f"{self.glyphs.point if here else ' '} {side.value.capitalize()}"
            pieces.append((name, "strong" if here else "dim"))
            pieces.append((self._count(side), "accent" if here else "dim"))
            pieces.append("   ")
        return self.strip_of([*pieces, ("Tab", "key"), (" changes", "dim")], self.size.width)
