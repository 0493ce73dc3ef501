"""The shortest sequence that turns what a terminal shows into what it shall show."""

from functools import lru_cache
from typing import Final

from tui.terminal.cells import Row, is_wide
from tui.terminal.pen import PLAIN, Pen, marks_blanks, switch

__all__ = ["FrameWriter"]

BRIDGE: Final = 3
"""Unchanged cells that are written again, since moving over them takes as many bytes."""

WORTH_ERASING: Final = 4
"""Blanks to the right edge from which on erasing is shorter."""


class FrameWriter:
    """Collects one frame.

    Args:
        erases_with_background: whether the terminal fills what it erases with the current background.
    """

    def __init__(self, *, erases_with_background: bool) -> None:
        self._erases_with_background = erases_with_background
        self._parts: list[str] = []
        self._pen = PLAIN
        self._at: tuple[int, int] | None = None

    def scroll(self, top: int, bottom: int, lines: int) -> None:
        """Let the terminal move the rows `top` to `bottom` up by `lines`, or down if that is negative."""
        edge, step = (bottom, "\n") if lines > 0 else (top, "\x1bM")
        self._parts.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{edge + 1}H{step * abs(lines)}\x1b[r")
        self._at = None

    def row(self, y: int, shown: Row, wanted: Row) -> None:
        """Write what differs in row `y`; unknown cells in `wanted` are left alone."""
        erasable = self._erasable_from(wanted)
        x = 0
        while (start := _next_difference(shown, wanted, x)) < len(wanted):
            if start >= erasable:
                self._erase(y, start, wanted)
                return
            x = _end_of_run(shown, wanted, start, erasable)
            self._write(y, start, wanted[start:x])

    @property
    def is_empty(self) -> bool:
        """Whether nothing has to be written."""
        return not self._parts

    def finish(self, cursor: tuple[int, int] | None) -> str:
        """The whole frame, with the cursor left at (x, y) if one is given."""
        self._use(PLAIN)
        if cursor is not None:
            self._move(*cursor)
        return "".join(self._parts)

    def _erasable_from(self, row: Row) -> int:
        """The column from which on the row is blank in one colour that erasing gives; its end if there is none."""
        last = row[-1]
        if last is None or last[0] != " " or marks_blanks(last[1]):
            return len(row)
        if last[1].background and not self._erases_with_background:
            return len(row)
        x = len(row)
        while x > 0 and row[x - 1] == last:
            x -= 1
        return x if len(row) - x >= WORTH_ERASING else len(row)

    def _erase(self, y: int, x: int, row: Row) -> None:
        self._move(x, y)
        last = row[-1]
        if last is not None:
            self._use_for_blank(last[1])
        self._parts.append("\x1b[K")

    def _write(self, y: int, x: int, cells: Row) -> None:
        self._move(x, y)
        for cell in cells:
            if cell is not None:
                text, pen = cell
                if text == " ":
                    self._use_for_blank(pen)
                else:
                    self._use(pen)
                self._parts.append(text)
        self._at = (x + len(cells), y)

    def _use_for_blank(self, pen: Pen) -> None:
        """Change only what shows on a blank, mostly the background."""
        self._use(_pen_for_blank(self._pen, pen))

    def _use(self, pen: Pen) -> None:
        self._parts.append(_switch(self._pen, pen))
        self._pen = pen

    def _move(self, x: int, y: int) -> None:
        if self._at == (x, y):
            return
        if self._at is not None and self._at[1] == y and self._at[0] < x:
            self._parts.append(f"\x1b[{x - self._at[0]}C")
        else:
            self._parts.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
        self._at = (x, y)


@lru_cache(4096)
def _switch(old: Pen, new: Pen) -> str:
    return switch(old, new)


@lru_cache(4096)
def _pen_for_blank(used: Pen, wanted: Pen) -> Pen:
    """The pen nearest to the one in use by which a blank looks as if drawn by `wanted`."""
    if marks_blanks(wanted) or marks_blanks(used):
        return wanted
    return Pen(used.attributes, used.foreground, wanted.background)


def _next_difference(shown: Row, wanted: Row, x: int) -> int:
    """The first column from `x` on to be written, the left half of a wide character rather than its right one."""
    while x < len(wanted) and (wanted[x] is None or shown[x] == wanted[x]):
        x += 1
    return x - 1 if 0 < x < len(wanted) and is_wide(wanted[x - 1]) else x


def _end_of_run(shown: Row, wanted: Row, start: int, limit: int) -> int:
    """One past the last column to be written in one go."""
    end = x = start + 1
    while x < limit and x - end <= BRIDGE:
        cell = wanted[x]
        if cell is None:
            break
        x += 1
        if shown[x - 1] != cell:
            end = x
    return end + 1 if end < len(wanted) and is_wide(wanted[end - 1]) else end
