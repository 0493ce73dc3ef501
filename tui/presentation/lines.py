"""Lines of styled text, put together from pieces."""

import re
from collections.abc import Iterable

from tui.presentation.text import cells
from tui.presentation.tones import Line, Piece, pieces

__all__ = ["LABEL", "Hanging", "keys_line", "labelled", "line", "width_of", "wrapped"]

LABEL = 12
"""Cells of the labels on the left of a detail."""

_WORDS = re.compile(r"\s+|\S+")


def line(*pieces: Piece) -> Line:
    """One line in several tones."""
    return list(pieces)


class Hanging(list[Piece]):
    """A line whose rows but the first are indented by `hang` where it wraps: what stands in columns stays there."""

    def __init__(self, hang: int, *pieces: Piece) -> None:
        super().__init__(pieces)
        self.hang = hang


def labelled(label: str, value: Line) -> Line:
    """A line of a detail: what it is, then how it is."""
    return [(label.ljust(LABEL), "dim"), *pieces(value)]


def keys_line(keys: Iterable[tuple[str, str]]) -> Line:
    """Keys with what they do, three blanks between."""
    found: list[Piece] = []
    for key, does in keys:
        found += ["   " if found else "", (key, "key"), (f" {does}", "dim")]
    return found


def width_of(line: Line) -> int:
    """How many cells a line takes."""
    return sum(cells(text) for text, _ in pieces(line))


def wrapped(line: Line, width: int, hang: int = 0) -> list[Line]:
    """A line in as many as it needs at `width` cells, broken between words, all but the first indented by `hang`."""
    if width_of(line) <= width:
        return [line]
    lines: list[list[Piece]] = [[]]
    left = width
    for text, tone in pieces(line):
        for word in _WORDS.findall(text):
            if cells(word) > left and lines[-1]:
                lines.append([" " * hang])
                left = width - hang
            if len(lines[-1]) > (len(lines) > 1) or not word.isspace() or len(lines) == 1:
                lines[-1].append((word, tone))
                left -= cells(word)
    return [*lines]
