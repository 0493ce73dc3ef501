"""A few amounts over time as columns with their names below: what is paid, and what a credit pays of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip

from tui.presentation.text import cells, fit
from tui.widgets.canvas import Canvas

__all__ = ["Bar", "BarChart"]

_WIDEST = 11


@dataclass(frozen=True, slots=True)
class Bar:
    """One column: `value` is drawn full, `covered` on top of it in another sign; `figure` says the value in words."""

    label: str
    value: int
    covered: int = 0
    figure: str = ""


class BarChart(Canvas):
    """As many columns as fit, side by side, with a row of labels; figures stand on the columns where there is room."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bars--full", "bars--here", "bars--covered"}
    DEFAULT_CSS = """
    BarChart {
        height: 5;
        & > .bars--full { color: $primary; }
        & > .bars--here { color: $accent; }
        & > .bars--covered { color: $success; }
        &:ansi > .bars--full { color: ansi_blue; }
        &:ansi > .bars--here { color: ansi_yellow; }
        &:ansi > .bars--covered { color: ansi_green; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._bars: tuple[Bar, ...] = ()
        self._here = -1

    def show(self, bars: Sequence[Bar]) -> None:
        """Other columns, the earliest first."""
        self._bars = tuple(bars)
        self.refresh()

    def point_at(self, index: int) -> None:
        """Show which column the table's cursor is on."""
        if index != self._here:
            self._here = index
            self.refresh()

    def _layout(self) -> tuple[int, int]:
        """The first column that is seen, and the cells of each, the gap after it included."""
        room = max(1, self.size.width - 2)
        wide = max(4, min(_WIDEST, room // max(1, len(self._bars))))
        seen = max(1, room // wide)
        return max(0, min(self._here - seen + 1, len(self._bars) - seen)), wide

    def draw(self, y: int) -> Strip:
        """Labels on the last row, columns above them."""
        first, wide = self._layout()
        room = max(1, self.size.width - 2) // wide
        segments = [Segment("  ", self.look())]
        figures = all(cells(bar.figure) < wide for bar in self._bars)
        for index, bar in enumerate(self._bars[first : first + room], first):
            here = index == self._here
            row = self.size.height - 2 - y
            if row < 0:
                text, look = fit(bar.label, wide - 1), "strong" if here else "dim"
            else:
                text, look = self._cell(bar, row, wide - 1, figures=figures, here=here)
            segments += [Segment(text, self.look(look)), Segment(" ", self.look())]
        return Strip(segments).adjust_cell_length(self.size.width, self.look())

    def _cell(self, bar: Bar, row: int, width: int, *, figures: bool, here: bool) -> tuple[str, str]:
        """What stands on a row of a column, and how it looks."""
        levels = len(self.glyphs.chart)
        rows = max(1, self.size.height - 1 - figures)
        most = max(each.value + each.covered for each in self._bars) or 1
        tall = round((bar.value + bar.covered) / most * rows * levels)
        full = round(bar.value / most * rows * levels)
        if bar.covered:
            # a column in two parts is drawn in whole rows, so that neither part is lost in the other
            tall = max(1 + bool(bar.value), -(-tall // levels)) * levels
            full = min(max(bool(bar.value), round(full / levels)), tall // levels - 1) * levels
        full = max(full, int(bar.value > 0))
        top = -(-max(tall, full) // levels)
        if row * levels < full:
            sign = self.glyphs.chart[min(full - row * levels, levels) - 1]
            return sign * width, "bars--here" if here else "bars--full"
        if row < top:
            return ("%" if self.glyphs.ascii else "░") * width, "bars--covered"
        if row == top and figures:
            return fit(bar.figure, width), "strong" if here else "dim"
        return " " * width, ""
