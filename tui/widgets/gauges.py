"""How full the seats are, and how that went over the year."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip

from tui.presentation.lines import width_of
from tui.presentation.tones import Line, parts
from tui.widgets.canvas import Canvas

__all__ = ["Meter", "UsageChart", "compress"]


class Meter(Canvas):
    """A bar, and the same in words beside it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"meter--full", "meter--empty"}
    DEFAULT_CSS = """
    Meter {
        & > .meter--full { color: $primary; }
        & > .meter--empty { color: $panel-lighten-2; }
        &:ansi > .meter--full { color: ansi_blue; }
        &:ansi > .meter--empty { color: ansi_default; }
    }
    """

    def __init__(self, *, most: int = 40, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._most, self._value, self._total = most, 0, 0
        self._words: Line = ""

    def show(self, value: int, total: int, words: Line) -> None:
        """`value` of `total`, said in `words`."""
        self._value, self._total, self._words = value, total, words
        self.refresh()

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """Full cells, empty cells, words. Only a full total fills the last cell, only nothing empties the first."""
        width = self.size.width
        room = max(0, min(self._most, width - width_of(self._words) - 2))
        share = self._value / self._total if self._total else 0.0
        full = min(room, round(room * min(1.0, share)))
        if 0 < share < 1 and room > 1:
            full = min(room - 1, max(1, full))
        bar = [
            Segment(self.glyphs.full * full, self.look("meter--full")),
            Segment(self.glyphs.empty * (room - full), self.look("meter--empty")),
            Segment("  " if room else "", self.look()),
        ]
        rest = self.strip_of(self._words, max(0, width - room - (2 if room else 0)))
        return Strip([*bar, *rest]).adjust_cell_length(width, self.look())


def compress(values: Sequence[int], columns: int) -> list[int]:
    """At most `columns` values, each the largest of its share, so that no peak is lost."""
    if len(values) <= columns:
        return list(values)
    edges = [place * len(values) // columns for place in range(columns + 1)]
    return [max(values[start:end]) for start, end in pairwise(edges)]


class UsageChart(Canvas):
    """Columns for values over time, one row high or more, with the span in words on the last row."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"chart--bar"}
    DEFAULT_CSS = """
    UsageChart {
        & > .chart--bar { color: $primary; }
        &:ansi > .chart--bar { color: ansi_blue; }
    }
    """

    def __init__(self, *, most: int = 52, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._most = most
        self._values: tuple[int, ...] = ()
        self._span: Line = ""

    def show(self, values: Sequence[int], span: Line) -> None:
        """Values, oldest first, and the words for the time they span (`Dec … Nov`)."""
        self._values, self._span = tuple(values), span
        self.refresh()

    def draw(self, y: int) -> Strip:
        """One row of the columns."""
        width, height = self.size.width, max(1, self.size.height)
        room = max(1, min(self._most, width - width_of(self._span) - 3))
        values = compress(self._values, room)
        wide = max(1, min(2, room // max(1, len(values))))
        top, steps = max([*values, 1]), len(self.glyphs.chart)
        row = height - 1 - y
        text = ""
        for value in values:
            level = round(value / top * steps * height) - row * steps
            level = max(level, 1 if row == 0 and value else 0)
            text += (self.glyphs.chart[min(level, steps) - 1] if level > 0 else " ") * wide
        rest = self.strip_of(["   ", *parts(self._span)] if row == 0 else "", max(0, width - len(text)))
        return Strip([Segment(text, self.look("chart--bar")), *rest]).adjust_cell_length(width, self.look())
