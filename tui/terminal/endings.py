"""Signals and hang-ups: the app is asked to close, and the process ends even if it cannot.

`loop.add_signal_handler` is not enough, since the loop may be waiting for a terminal that does not read; handlers set
by `signal.signal` run all the same, and a timer thread does the hard exit.
"""

import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from tui.terminal.restore import attributes_of, give_back

__all__ = ["Endings"]

GRACE: Final = 3.0
"""Seconds between being asked to end and ending by force."""

PATIENCE: Final = 1.0
"""Seconds within which a second signal counts as the first one's echo (a closing terminal sends several)."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Endings:
    """Watches for everything that ends the app from outside.

    Args:
        close: called once, possibly from another thread, with the exit code; must return at once.
        attributes: the terminal's settings from before the app changed them.
    """

    def __init__(self, close: Callable[[int], None], attributes: list[Any] | None = None) -> None:
        self.exit_code: int | None = None
        self._close = close
        self._attributes = attributes or attributes_of()
        self._asked_at = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Handle signals (but those the parent process chose to ignore) and watch for a hang-up meanwhile."""
        previous = {each: signal.getsignal(each) for each in _SIGNALS}
        mine = [each for each, handler in previous.items() if handler is not signal.SIG_IGN]
        for each in mine:
            signal.signal(each, self._on_signal)
        threading.Thread(target=self._watch_terminal, name="hang-up", daemon=True).start()
        try:
            yield
        finally:
            for each in mine:
                signal.signal(each, previous[each])

    def end(self, number: int) -> None:
        """Ask the app to close because of signal `number`; a later second call ends the process at once."""
        now, code = time.monotonic(), 128 + number
        if self.exit_code is not None:
            if now - self._asked_at > PATIENCE:
                self._hard_exit(code)
            return
        self.exit_code, self._asked_at = code, now
        timer = threading.Timer(GRACE, self._hard_exit, (code,))
        timer.daemon = True
        timer.start()
        self._close(code)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.end(number)

    def _watch_terminal(self) -> None:
        """Wait, without ever waking up, until the terminal hangs up: SIGHUP may be ignored (nohup, sudo)."""
        poll = select.poll()
        poll.register(0, 0)
        for _, event in poll.poll():
            if event & (select.POLLHUP | select.POLLERR):
                self.end(signal.SIGHUP)

    def _hard_exit(self, code: int) -> None:
        give_back(self._attributes)
        os._exit(code)
