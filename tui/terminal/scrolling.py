"""Finding a block of rows that has moved up or down, so that the terminal can move it itself."""

from itertools import accumulate
from operator import ne
from typing import Final, NamedTuple

from tui.terminal.cells import Row

__all__ = ["Move", "find_move", "moved"]

FARTHEST: Final = 12
"""Rows by which a block may have moved."""

WORTHWHILE: Final = 40
"""Cells that must be saved, since moving takes some thirty bytes itself."""

FEWEST: Final = 3
"""Changed rows below which nobody looks for a move."""


class Move(NamedTuple):
    """The rows from `top` to `bottom`, both included, go up by `lines`, or down if that is negative."""

    top: int
    bottom: int
    lines: int


def find_move(shown: list[Row], rows: dict[int, Row]) -> Move | None:
    """The move that leaves the fewest cells to write, or nothing if none is worth it.

    Args:
        shown: what the terminal shows.
        rows: what some of its rows, by number, shall show.
    """
    changes = {y: _difference(shown[y], row) for y, row in rows.items()}
    if sum(1 for cells in changes.values() if cells) < FEWEST or sum(changes.values()) <= WORTHWHILE:
        return None
    distance = _likely_distance(shown, rows, changes)
    return _best_block(shown, rows, changes, distance) if distance else None


def moved(shown: list[Row], move: Move) -> list[Row]:
    """What the terminal shows after a move; the rows that came in are unknown."""
    top, bottom, lines = move
    block, count = shown[top : bottom + 1], abs(lines)
    unknown: list[Row] = [[None] * len(shown[0]) for _ in range(count)]
    block = block[count:] + unknown if lines > 0 else unknown + block[:-count]
    return shown[:top] + block + shown[bottom + 1 :]


def _difference(one: Row, other: Row) -> int:
    return 0 if one is other else sum(map(ne, one, other))


def _likely_distance(shown: list[Row], rows: dict[int, Row], changes: dict[int, int]) -> int:
    """How far the row that changed most, or the one after it, seems to have come from below; 0 if from nowhere."""
    for pivot in sorted(changes, key=changes.__getitem__, reverse=True)[:2]:
        candidates = range(max(-FARTHEST, -pivot), min(FARTHEST, len(shown) - 1 - pivot) + 1)
        distance = min(candidates, key=lambda step: (_difference(shown[pivot + step], rows[pivot]), abs(step)))
        if _difference(shown[pivot + distance], rows[pivot]) * 2 < changes[pivot]:
            return distance
    return 0


def _best_block(shown: list[Row], rows: dict[int, Row], changes: dict[int, int], distance: int) -> Move | None:
    """The stretch of rows that gains most by having moved `distance` rows up."""
    height, width = len(shown), len(shown[0])
    wanted = [rows.get(y, shown[y]) for y in range(height)]
    sources = range(max(0, distance), min(height, height + distance))
    gains = [changes.get(y - distance, 0) - _difference(shown[y], wanted[y - distance]) for y in sources]
    if not gains:
        return None
    first, last, gain = _richest_stretch(gains)
    top, bottom = sources[first] - max(distance, 0), sources[last] - min(distance, 0)
    incoming = range(bottom - distance + 1, bottom + 1) if distance > 0 else range(top, top - distance)
    cost = sum(width - changes.get(y, 0) for y in incoming)
    return Move(top, bottom, distance) if gain - cost > WORTHWHILE else None


def _richest_stretch(gains: list[int]) -> tuple[int, int, int]:
    """First and last index of the neighbouring gains with the largest sum, and that sum."""
    sums = list(accumulate(gains, initial=0))
    best, lowest = (0, 0, 0), 0
    for end in range(1, len(sums)):
        if sums[end] - sums[lowest] > best[2]:
            best = (lowest, end - 1, sums[end] - sums[lowest])
        if sums[end] < sums[lowest]:
            lowest = end
    return best
