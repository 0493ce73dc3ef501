"""The shortest sequence that turns what a terminal shows into what it shall show.

Where terminals disagree about the width of a character (`is_doubtful`), the column of what follows is named. Behind an
ambiguous character the cells it may have covered are written again; a row that has or had a doubtful one is written
anew as soon as anything in it changes.
"""

from functools import lru_cache
from typing import Final

from tui.terminal.ambiguous_width import is_ambiguous, is_doubtful
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
        self._line: int | None = None

    def clear(self) -> None:
        """Leave nothing on the terminal, whatever is there: every cell of the frame has to be written after it."""
        self._parts.append("\x1b[m\x1b[r\x1b[2J")
        self._at = self._line = None

    def scroll(self, top: int, bottom: int, lines: int) -> None:
        """Let the terminal move the rows `top` to `bottom` up by `lines`, or down if that is negative."""
        edge, step = (bottom, "\n") if lines > 0 else (top, "\x1bM")
        self._parts.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{edge + 1}H{step * abs(lines)}\x1b[r")
        self._at = self._line = None

    def row(self, y: int, shown: Row, wanted: Row) -> None:
        """Write what differs in row `y`; unknown cells in `wanted` are left alone."""
        if _next_difference(shown, wanted, 0) == len(wanted):
            return
        if _has_doubt(shown) or _has_doubt(wanted):
            wanted = self._write_doubtful(y, wanted)
            shown = [None] * len(wanted)
        erasable = self._erasable_from(wanted)
        x = 0
        while (start := _next_difference(shown, wanted, x)) < len(wanted):
            if start >= erasable:
                self._erase(y, start, wanted)
                return
            x = _end_of_run(shown, wanted, start, erasable)
            last = wanted[-1]
            if x == len(wanted) and last is not None and is_ambiguous(last[0]):
                self._write(y, start, wanted[start:-1])
                self._write_edge(y, shown, wanted)
            else:
                self._write(y, start, wanted[start:x])

    def _write_edge(self, y: int, shown: Row, wanted: Row) -> None:
        """Write an ambiguous last character: where it is wide, some terminals leave it out, others move it back to fit.

        So nothing that could stay is under it, and what is to its left is written after it.
        """
        x = len(wanted) - 1
        under = shown[x]
        if under is not None and (under[0] == " " or is_ambiguous(under[0])):
            self._write(y, x, wanted[x:])
        else:
            self._write_on_blanks(y, x, wanted[x:])
        before = x - 1
        while before > 0 and (cell := wanted[before]) is not None and cell[0] == "":
            before -= 1
        cell = wanted[before] if before >= 0 else None
        if cell is not None and not is_ambiguous(cell[0]):
            self._write(y, before, wanted[before:x])

    def _write_doubtful(self, y: int, wanted: Row) -> Row:
        """Write the doubtful stretches of a row, each on blanks of its own; the row without them, to be written next.

        Whatever a terminal makes of them, joins them to the cell before or lets them run over the ones behind, what is
        written next repairs.
        """
        rest = list(wanted)
        x = 0
        while x < len(wanted):
            start = x
            while x < len(wanted) and _goes_on(wanted, start, x):
                x += 1
            if x > start:
                self._write_on_blanks(y, start, wanted[start:x])
                rest[start:x] = [None] * (x - start)
            else:
                x += 1
        return rest

    def _write_on_blanks(self, y: int, x: int, cells: Row) -> None:
        """Write what may be narrower than counted, all in one manner, so that nothing is left of what was there."""
        cell = cells[0]
        if cell is not None:
            self._move(x, y)
            self._use(cell[1])
            text = "".join(each[0] for each in cells if each is not None)
            self._parts.append(f"{' ' * len(cells)}\x1b[{x + 1}G{text}")
            self._at = None

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
        drifts = False
        for column, cell in enumerate(cells, x):
            if cell is None or not cell[0]:
                continue
            text, pen = cell
            if is_ambiguous(text):
                drifts = True
            elif drifts:
                self._parts.append(f"\x1b[{column + 1}G")
                drifts = False
            if text == " ":
                self._use_for_blank(pen)
            else:
                self._use(pen)
            self._parts.append(text)
        self._at = None if drifts else (x + len(cells), y)

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
        elif self._line == y:
            self._parts.append(f"\x1b[{x + 1}G")
        elif self._line == y - 1 and x == 0:
            self._parts.append("\r\n")
        else:
            self._parts.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
        self._at, self._line = (x, y), y


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
    """One past the last column to be written in one go: all that changed nearby, or may have been covered meanwhile."""
    end = x = covered = written = start
    drift = 0
    while x < len(wanted) and (x < covered or (x < limit and x - end <= BRIDGE)):
        cell = wanted[x]
        if cell is None:
            break
        drift = drift + 1 if is_ambiguous(cell[0]) else 0
        written = max(written, x + 1 + drift)
        if x < covered or shown[x] != cell:
            end, covered = x + 1, written
        x += 1
    return end + 1 if end < len(wanted) and is_wide(wanted[end - 1]) else end


def _goes_on(row: Row, start: int, x: int) -> bool:
    """Whether the doubtful stretch from `start` on, in one manner, has the cell at `x` too."""
    first, cell = row[start], row[x]
    if first is None or cell is None or first[1] != cell[1]:
        return False
    return is_doubtful(cell[0]) or (x > start and cell[0] == "")


def _has_doubt(row: Row) -> bool:
    """Whether a row holds a character of which nobody knows what a terminal makes."""
    return any(cell is not None and is_doubtful(cell[0]) for cell in row)
