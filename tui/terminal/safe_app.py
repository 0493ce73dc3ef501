"""A Textual app that gives the terminal back whatever happens, and tells no secret when it fails.

Textual 8.2.8 leaves a raw terminal after SIGTERM, spins after some hang-ups, prints local variables after an error,
and can lock itself up while suspended.
"""

import asyncio
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from textual.app import App
from textual.filter import LineFilter, NoColor
from textual.worker import WorkerFailed

from tui.terminal import crash_log
from tui.terminal.endings import Endings
from tui.terminal.filters import AsciiOnly, ControlFence
from tui.terminal.preflight import Terminal

__all__ = ["SafeApp"]

Result = TypeVar("Result")


class SafeApp(App[Result]):
    """An app to be started by `run_safely`.

    Args:
        terminal: what `preflight` found.
        state_dir: folder (made when needed, mode 0700) for the log of internal errors.
    """

    def __init__(self, terminal: Terminal | None = None, state_dir: Path = Path(), **textual: Any) -> None:
        self.terminal = terminal or Terminal()
        self.state_dir = state_dir
        # the colour filter is chosen in Textual's constructor: a theme set later would be black on black
        super().__init__(**{"ansi_color": True if self.terminal.no_color else None, **textual})
        if self.terminal.no_color and not self.no_color:
            self.no_color = True
            self._filters.append(NoColor())
        self._fences: list[LineFilter] = [ControlFence()]
        if self.terminal.ascii_only:
            self._fences.append(AsciiOnly())
        self._endings: Endings | None = None

    def run_safely(self, tty_attributes: list[Any] | None = None) -> int:
        """Run until the user leaves or somebody ends the app, and give the exit code of the process.

        0, what `exit(return_code=…)` said, 1 after an internal error, 128 + the number of a signal.

        Args:
            tty_attributes: the terminal's settings before `first_frame.paint` changed them, if it did.
        """
        self._endings = Endings(self._close_from_anywhere, tty_attributes)
        with self._endings.watched(), self._thread_errors():
            self.run(mouse=self.terminal.mouse)
        return self._endings.exit_code or self.return_code or 0

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters and, after them, the fences that nothing passes."""
        return [*super().get_line_filters(), *self._fences]

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Lend the terminal to another program; nothing is drawn meanwhile, or Textual would wait for itself."""
        with self.batch_update(), super().suspend():
            yield

    def on_background_error(self, error: BaseException) -> None:
        """Called for an error in a task or thread nobody waited for; logs it and says so. The app goes on."""
        path = crash_log.write(self.state_dir, error)
        self.notify(_sentence(error, path), severity="error", markup=False)

    async def run_async(self, **options: Any) -> Result | None:
        """As Textual's, but an error in a forgotten task is not forgotten."""
        asyncio.get_running_loop().set_exception_handler(self._on_loop_error)
        return await super().run_async(**options)

    def _on_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is None or not self._running:
            loop.default_exception_handler(context)
        else:
            self.on_background_error(error)

    def _thread_errors(self) -> AbstractContextManager[None]:
        return _excepthook(self._on_thread_error)

    def _on_thread_error(self, failure: threading.ExceptHookArgs) -> None:
        if failure.exc_value is None or self._loop is None or not self._running:
            return
        self._loop.call_soon_threadsafe(self.on_background_error, failure.exc_value)

    def _close_from_anywhere(self, code: int) -> None:
        """Close the app from a signal handler or another thread; before it runs, end the program instead."""
        if self._loop is None or self._loop.is_closed():
            raise SystemExit(code)
        self._loop.call_soon_threadsafe(self._close_for, code)

    def _close_for(self, code: int) -> None:
        self.exit(return_code=code)

    def _fatal_error(self) -> None:
        """One line on the terminal and the traceback in a file, where Textual prints every local variable."""
        error = sys.exc_info()[1] or self._exception
        cause = error.error if isinstance(error, WorkerFailed) else error
        if cause is not None:
            self._exit_renderables.append(_sentence(cause, crash_log.write(self.state_dir, cause)))
        self._close_messages_no_wait()


@contextmanager
def _excepthook(hook: Any) -> Iterator[None]:
    """`threading.excepthook` replaced meanwhile."""
    previous, threading.excepthook = threading.excepthook, hook
    try:
        yield
    finally:
        threading.excepthook = previous


def _sentence(error: BaseException, path: Path | None) -> str:
    """What is said about an internal error: its kind and where to read more, never its text."""
    where = f"details are in {path}" if path else "the details could not be written to a file"
    return f"Internal error ({type(error).__name__}); {where}"
