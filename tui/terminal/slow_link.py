"""Skipping frames that a slow line cannot carry, so that what is shown is never seconds old.

Textual queues thirty writes and then waits for the terminal, with dead keys; here a frame is left out while earlier
ones are still on their way, and one full frame follows once they are gone.
"""

from typing import Any, Final, TypeVar

from textual.app import App
from textual.screen import Screen

__all__ = ["SlowLink"]

BACKLOG: Final = 3
"""Writes that may wait: a frame is up to three (begin, cells, end)."""

RETRY: Final = 0.05
"""Seconds between looks at the backlog while frames are skipped."""

Result = TypeVar("Result")


class SlowLink(App[Result]):
    """Leaves out frames while the terminal does not keep up."""

    frames_skipped = 0
    _catching_up = False

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Textual's hook for every frame."""
        if renderable is None or self._backlog() <= BACKLOG:
            super()._display(screen, renderable)
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
