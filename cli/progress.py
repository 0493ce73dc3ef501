"""A line on standard error that says how far something is: only on a terminal, and gone when it is over."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

__all__ = ["Progress"]

_WIDTH = 24
_MINUTE = 60
_ERASE = "\r\x1b[K"


class Progress:
    """`done(3)` of `total`: a bar, the rate since the start, and the time left at that rate."""

    def __init__(
        self, total: int, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total = total
        self._stream = stream or sys.stderr
        self._clock = clock
        self._started = clock()
        self._shown = False

    def done(self, count: int) -> None:
        """Say so; nothing where no terminal shows it."""
        if not self._stream.isatty():
            return
        self._stream.write(f"{_ERASE}{self.line(count)}")
        self._stream.flush()
        self._shown = True

    def line(self, count: int) -> str:
        """What is said."""
        filled = _WIDTH if not self._total else _WIDTH * min(count, self._total) // self._total
        said = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {count:,} of {self._total:,}"
        elapsed = self._clock() - self._started
        if not count or elapsed <= 0:
            return said
        rate = count / elapsed
        return f"{said}, {rate:,.0f} a second, {_duration((self._total - count) / rate)} left"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._shown:
            self._stream.write(_ERASE)
            self._stream.flush()


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 2 * _MINUTE else f"{-(-whole // _MINUTE)} min"
