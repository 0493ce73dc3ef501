"""One line of a table as a strip. Every cell is cleaned and nothing in it is read as markup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.presentation.glyphs import Glyphs
from tui.presentation.text import cells, clean, fit
from tui.widgets.table.columns import GUTTER, Place
from tui.widgets.table.data import Query, Row

__all__ = ["RowState", "gone_strip", "header_strip", "message_strips", "pending_strip", "problem_strip", "row_strip"]

_WORDS = 30
"""Cells that are kept for what became of a row that is gone; columns give way to it."""

Styles = Mapping[str, Style]
"""Whole styles by name: `base`, `cursor`, `header`, `sorted`, and one for each tone."""


@dataclass(frozen=True, slots=True)
class RowState:
    """What is special about a row just now."""

    cursor: bool = False
    marked: bool = False
    anchor: bool = False
    gone: str = ""
    """Why it no longer exists, although it is still shown."""


def header_strip(places: Sequence[Place], query: Query, width: int, styles: Styles, glyphs: Glyphs) -> Strip:
    """The names of the columns, with an arrow at the one that is sorted by."""
    segments = [Segment(" " * GUTTER, styles["header"])]
    for place in places:
        by_this = place.column.key == query.sort
        arrow = f" {glyphs.down if query.descending else glyphs.up}" if by_this else ""
        room = min(cells(place.column.label), place.width - len(arrow))
        name = fit(place.column.label, room, ascii_only=glyphs.ascii)
        label = fit(name + arrow, place.width, align=place.column.align)
        segments.append(Segment(label, styles["sorted" if by_this else "header"]))
        segments.append(Segment(" ", styles["header"]))
    return Strip(segments).adjust_cell_length(width, styles["header"])


def row_strip(
    row: Row, places: Sequence[Place], width: int, state: RowState, *, styles: Styles, glyphs: Glyphs
) -> Strip:
    """A row. Under the cursor the tones give way to the cursor's own colours."""
    line = styles["cursor" if state.cursor else "base"]
    sign = glyphs.point if state.anchor else glyphs.marked if state.marked else " "
    segments = [Segment(sign + " ", line if state.cursor or sign == " " else styles["accent"])]
    for place in places:
        value = row.cells[place.index]
        column = place.column
        tone = column.tone(value) if column.tone is not None and not state.cursor else ""
        text = fit(clean(value), place.width, ascii_only=glyphs.ascii, align=column.align)
        segments.append(Segment(text, styles[tone] if tone else line))
        segments.append(Segment(" ", line))
    return Strip(segments).adjust_cell_length(width, line).simplify()


def gone_strip(
    row: Row, places: Sequence[Place], width: int, state: RowState, *, styles: Styles, glyphs: Glyphs
) -> Strip:
    """A row that somebody else has dealt with: dim, and at its end what became of it."""
    line = styles["cursor" if state.cursor else "dim"]
    words = clean(state.gone)
    kept = [place for place in places if place.left + place.width + 1 + min(cells(words), _WORDS) <= width]
    texts = [
        fit(clean(row.cells[place.index]), place.width, ascii_only=glyphs.ascii, align=place.column.align) + " "
        for place in kept or places[:1]
    ]
    start = "- " + "".join(texts)
    room = max(0, width - cells(start))
    said = fit(words, room, ascii_only=glyphs.ascii)
    return Strip([Segment(start, line), Segment(said, line)]).adjust_cell_length(width, line).simplify()


def pending_strip(width: int, state: RowState, *, styles: Styles, glyphs: Glyphs) -> Strip:
    """A row that is asked for and not here yet."""
    style = styles["cursor" if state.cursor else "dim"]
    return Strip([Segment(fit(" " * GUTTER + glyphs.pending * 24, width), style)], width)


def problem_strip(reason: str, width: int, state: RowState, *, styles: Styles, glyphs: Glyphs) -> Strip:
    """A row that could not be loaded, with the reason and the key that helps."""
    style = styles["cursor" if state.cursor else "bad"]
    text = f"{glyphs.bad} {clean(reason)}  r tries again"
    return Strip([Segment(fit(text, width, ascii_only=glyphs.ascii), style)], width)


def message_strips(text: str, width: int, height: int, styles: Styles, *, tone: str, glyphs: Glyphs) -> list[Strip]:
    """A sentence in the middle of an empty table of `height` rows."""
    lines = wrap(clean(text, limit=1000), max(10, min(76, width - 4)))[:height]
    above = max(0, (height - len(lines)) // 3)
    blank = Strip([Segment(" " * width, styles["base"])], width)
    strips = [blank] * above
    for line in lines:
        centred = fit(line, width, ascii_only=glyphs.ascii).rstrip().center(width)
        strips.append(Strip([Segment(fit(centred, width), styles[tone])], width))
    return strips + [blank] * (height - len(strips))
