"""Writing only what changed, and no frame that the line can't carry: in the place of Textual's own output.

Textual writes every cell of every widget that was drawn again: about 10,000 bytes when a list scrolls by a line. Here a
copy of what the terminal shows is kept, and a frame becomes the few sequences that make it true. The private names of
Textual it rests on are those of one version; with any other, or with HEADCOUNT_PLAIN_OUTPUT=1 in the environment,
Textual's own output is used.

Textual queues thirty writes and then waits for the terminal, with dead keys; here a frame is left out while earlier
ones are still on their way, and one full frame follows once they are gone: what is shown is never seconds old.
"""

import os
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import textual
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen

from tui.terminal.cells import Row, cells_of, updated_rows
from tui.terminal.first_frame import FirstFrame, Span
from tui.terminal.frame_writer import FrameWriter
from tui.terminal.pen import PLAIN
from tui.terminal.scrolling import find_move, moved

__all__ = ["PLAIN_OUTPUT", "DiffDisplay"]

TESTED: Final = "8.2.8"
PLAIN_OUTPUT: Final = "HEADCOUNT_PLAIN_OUTPUT"

BACKLOG: Final = 3
"""Writes that may wait: a frame is up to three (begin, cells, end)."""

RETRY: Final = 0.05
"""Seconds between looks at the backlog while frames are skipped."""

Result = TypeVar("Result")


class DiffDisplay(App[Result]):
    """Keeps what the terminal shows and writes differences, as fast as it takes them."""

    erases_with_background = True
    """Whether the terminal fills what it erases with the current background."""
    frames_skipped = 0
    _catching_up = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._shown: list[Row] = []
        self._holds_frames = False
        self._to_clear = False
        self._writes_differences = textual.__version__ == TESTED and os.environ.get(PLAIN_OUTPUT) != "1"
        super().__init__(*arguments, **options)

    def take_over(self, frame: FirstFrame) -> None:
        """Start from what was painted before Textual was there."""
        self._shown = [_painted_row(line, frame.terminal.columns) for line in frame.lines]

    def forget_screen(self) -> None:
        """Treat everything on the terminal as unknown: somebody else wrote on it, or it changed its size.

        The next whole frame clears it first: what terminals left where they measured differently goes too.
        """
        self._shown = []
        self._to_clear = True

    def hold_frames(self) -> None:
        """Write nothing for now: while the app is mounted Textual draws screens without their widgets."""
        self._holds_frames = True

    def release_frames(self) -> None:
        """Write frames from now on, beginning with a whole one."""
        if self._holds_frames:
            self._holds_frames = False
            self.screen.refresh()

    def action_redraw(self) -> None:
        """Draw everything again, for a terminal on which another program has written."""
        self.forget_screen()
        self.screen.refresh()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Textual's hook for every frame: left out while the terminal does not keep up."""
        if renderable is None or self._backlog() <= BACKLOG:
            self._display_now(screen, renderable)
            return
        self.frames_skipped += 1
        if not self._catching_up:
            self._catching_up = True
            self.set_timer(RETRY, self._catch_up)

    def _backlog(self) -> int:
        """Writes that the terminal has not taken yet."""
        thread = getattr(self._driver, "_writer_thread", None)
        return 0 if thread is None else thread._queue.qsize()  # noqa: SLF001 - Textual offers no other way to know

    def _catch_up(self) -> None:
        if self._backlog():
            self.set_timer(RETRY, self._catch_up)
            return
        self._catching_up = False
        self.screen.refresh()

    def _display_now(self, screen: Screen[Any], renderable: Any) -> None:
        if self._holds_frames and self._can_draw():
            return
        if renderable is None or not self._can_draw():
            super()._display(screen, renderable)
        elif self._writes_differences and isinstance(renderable, (LayoutUpdate, ChopsUpdate)):
            self._write_frame(self._frame(renderable))
            self.post_display_hook()
        else:
            self.forget_screen()
            super()._display(screen, renderable)

    def _can_draw(self) -> bool:
        """Whether Textual would write a frame now, and on a whole screen."""
        return (
            self._driver is not None
            and not self._driver.is_headless
            and not self._driver.is_inline
            and self._running
            and not self._closed
            and not self._batch_count
        )

    def _frame(self, update: CompositorUpdate) -> str:
        """The sequences that make the terminal show `update`, which from now on counts as shown."""
        assert isinstance(update, (LayoutUpdate, ChopsUpdate))
        clears = self._to_clear and isinstance(update, LayoutUpdate) and update.region == self.size.region
        if clears:
            self._to_clear, self._shown = False, []
        shown = self._shown_at_this_size()
        rows = updated_rows(update, shown, self.console._color_system)  # noqa: SLF001 - Textual hands Rich the same
        writer = FrameWriter(erases_with_background=self.erases_with_background)
        if clears:
            writer.clear()
        move = find_move(shown, rows)
        if move is not None:
            for y in range(move.top, move.bottom + 1):
                rows.setdefault(y, shown[y])
            writer.scroll(*move)
            shown = moved(shown, move)
        for y, row in sorted(rows.items()):
            writer.row(y, shown[y], row)
            shown[y] = row
        self._shown = shown
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        stays = writer.is_empty and cursor == self._previous_cursor_position
        self._previous_cursor_position = cursor
        return "" if stays else writer.finish(cursor)

    def _shown_at_this_size(self) -> list[Row]:
        width, height = self.size
        if len(self._shown) != height or len(self._shown[0]) != width:
            self._shown = [[None] * width for _ in range(height)]
        return self._shown

    def _write_frame(self, frame: str) -> None:
        if not frame or self._driver is None:
            return
        self._begin_update()
        self._driver.write(frame)
        self._end_update()
        self._driver.flush()


def _painted_row(line: Sequence[Span], width: int) -> Row:
    """The cells of one line of the first frame."""
    row: Row = []
    for text, pen in line:
        row += cells_of(text, pen)
    return [*row, *cells_of(" ", line[-1][1] if line else PLAIN) * width][:width]
