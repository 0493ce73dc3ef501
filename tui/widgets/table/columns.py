"""Columns of a table: how wide each is, and which give way when the terminal is narrow. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tui.presentation.tones import Tone

__all__ = ["GUTTER", "Column", "Place", "lay_out"]

GUTTER = 2
"""Cells before the first column, for the mark."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` 0 means: share what is left by `weight`, but never less than `min_width`.

    When there is no room the column with the highest `drop` goes first; 0 never goes. `tone` says how a value looks.
    """

    key: str
    label: str
    width: int = 0
    weight: int = 1
    min_width: int = 8
    drop: int = 0
    align: Literal["left", "right"] = "left"
    sortable: bool = False
    tone: Callable[[str], Tone] | None = None

    @property
    def least(self) -> int:
        """The fewest cells it can do with."""
        return self.width or self.min_width


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column is: its index among all columns, its first cell and its width."""

    index: int
    column: Column
    left: int
    width: int


def lay_out(columns: Sequence[Column], width: int) -> tuple[Place, ...]:
    """The columns that fit into `width` cells, left to right, one blank between them."""
    kept = list(enumerate(columns))
    while len(kept) > 1 and GUTTER + sum(column.least + 1 for _, column in kept) - 1 > width:
        first_to_go = max(kept, key=lambda pair: pair[1].drop)
        if not first_to_go[1].drop:
            break
        kept.remove(first_to_go)
    widths = _shares([column for _, column in kept], width - GUTTER - len(kept) + 1)
    places: list[Place] = []
    left = GUTTER
    for (index, column), cells in zip(kept, widths, strict=True):
        places.append(Place(index, column, left, cells))
        left += cells + 1
    return tuple(places)


def _shares(columns: Sequence[Column], room: int) -> list[int]:
    """Widths that fill `room`: fixed ones as they are, the others by weight above their least, or less if they must."""
    widths = [column.least for column in columns]
    flexible = [place for place, column in enumerate(columns) if not column.width]
    left = room - sum(widths)
    for place in reversed(flexible):
        less = min(widths[place] - 1, max(0, -left))
        widths[place] -= less
        left += less
    if left <= 0:
        return [max(1, cells) for cells in widths]
    weights = sum(columns[place].weight for place in flexible)
    wanted = {
        place: (left + sum(widths[each] for each in flexible)) * columns[place].weight // weights for place in flexible
    }
    for place in sorted(flexible, key=lambda each: wanted[each] - widths[each]):
        more = min(left, max(0, wanted[place] - widths[place]))
        widths[place] += more
        left -= more
    if flexible:
        widths[max(flexible, key=lambda each: columns[each].weight)] += left
    return widths
