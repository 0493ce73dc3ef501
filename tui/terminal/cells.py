"""Rows of cells: what the terminal shows, and what a frame of Textual's asks it to show."""

from functools import lru_cache
from typing import Final
from unicodedata import normalize

from rich.cells import cell_len, split_graphemes
from rich.color import Color, ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from tui.terminal.pen import PLAIN, Pen, paper

__all__ = ["Cell", "Row", "cells_of", "is_wide", "updated_rows"]

Cell = tuple[str, Pen] | None
"""A character with its marks and how it is drawn; "" is the right half of a wide one; nothing means unknown."""

Row = list[Cell]

_ATTRIBUTES: Final = (
    ("bold", "1"),
    ("dim", "2"),
    ("italic", "3"),
    ("underline", "4"),
    ("blink", "5"),
    ("blink2", "6"),
    ("reverse", "7"),
    ("conceal", "8"),
    ("strike", "9"),
    ("underline2", "21"),
    ("frame", "51"),
    ("encircle", "52"),
    ("overline", "53"),
)


def updated_rows(update: LayoutUpdate | ChopsUpdate, shown: list[Row], colours: ColorSystem | None) -> dict[int, Row]:
    """The rows (by number, as copies) that the frame concerns, as they shall be after it."""
    rows = _layout_rows(update, shown, colours) if isinstance(update, LayoutUpdate) else _chops(update, shown, colours)
    for row in rows.values():
        _forget_halves(row)
    return rows


def _layout_rows(update: LayoutUpdate, shown: list[Row], colours: ColorSystem | None) -> dict[int, Row]:
    rows: dict[int, Row] = {}
    for y, strips in enumerate(update.strips, update.region.y):
        if not 0 <= y < len(shown):
            continue
        row, x = list(shown[y]), update.region.x
        for strip in strips:
            _write(row, x, strip, colours)
            x += strip.cell_length
        rows[y] = row
    return rows


def _chops(update: ChopsUpdate, shown: list[Row], colours: ColorSystem | None) -> dict[int, Row]:
    rows: dict[int, Row] = {}
    for y, left, right in update.spans:
        if not 0 <= y < len(shown):
            continue
        row = rows.setdefault(y, list(shown[y]))
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > right or end <= left:
                continue
            limit = min(end, right)
            _write(row, x, strip if limit == end else strip.crop(0, limit - x), colours)
    return rows


def _write(row: Row, x: int, strip: Strip, colours: ColorSystem | None) -> None:
    """Put a strip into a row from column `x` on; what does not fit is dropped."""
    for text, style, control in strip:
        if control:
            continue
        cells = cells_of(text, pen_of(style, colours))
        room = len(row) - x
        row[x : x + len(cells)] = cells[:room] if len(cells) > room else cells
        x += len(cells)


@lru_cache(8192)
def cells_of(text: str, pen: Pen) -> tuple[Cell, ...]:
    """One entry for each cell that `text` takes where Textual lays it out."""
    blank: Cell = (" ", paper(pen))
    if text.isascii():
        return tuple(blank if character == " " else (character, pen) for character in text)
    cells: list[Cell] = []
    for start, end, width in split_graphemes(text)[0]:
        if width:
            grapheme = _composed(text[start:end], width)
            cells.append(blank if grapheme == " " else (grapheme, pen))
            cells.extend([("", pen)] * (width - 1))
    # Rich counts what is left of a cut cluster in two ways; Textual places the next text by this one
    room = cell_len(text)
    return tuple([*cells, *[blank] * (room - len(cells))][:room])


def _composed(cluster: str, width: int) -> str:
    """A letter and its marks as the one character that there may be for them: terminals agree about it."""
    if len(cluster) == 1:
        return cluster
    composed = normalize("NFC", cluster)
    return composed if len(composed) == 1 and cell_len(composed) == width else cluster


@lru_cache(4096)
def pen_of(style: Style | None, colours: ColorSystem | None) -> Pen:
    """How Textual would draw `style` on a terminal with these colours."""
    if style is None or colours is None:
        return PLAIN
    attributes = ";".join(code for name, code in _ATTRIBUTES if getattr(style, name))
    return Pen(attributes, _colour(style.color, colours, 1), _colour(style.bgcolor, colours, 0))


def _colour(colour: Color | None, colours: ColorSystem, foreground: int) -> str:
    if colour is None or colour.is_default:
        return ""
    return ";".join(colour.downgrade(colours).get_ansi_codes(foreground=bool(foreground)))


def is_wide(cell: Cell) -> bool:
    """Whether a cell is the left half of a character that takes two."""
    return cell is not None and not cell[0].isascii() and split_graphemes(cell[0])[1] > 1


def _forget_halves(row: Row) -> None:
    """Half a wide character, the other half of which was drawn over, is unknown: terminals differ."""
    for x, cell in enumerate(row):
        if cell is None or (cell[0] and cell[0].isascii()):
            continue
        if cell[0]:
            following = row[x + 1] if x + 1 < len(row) else None
            broken = is_wide(cell) and (following is None or following[0] != "")
        else:
            broken = x == 0 or not is_wide(row[x - 1])
        if broken:
            row[x] = None
