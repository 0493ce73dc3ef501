"""Logging to the standard error: one line an event, nothing secret in it, and no event over and over."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

EVERY = 60.0
"""Seconds in which the same complaint is written once."""

MOST = 10
"""Different complaints of the same place in the program that are written in that time."""


def configure(*, access: bool = True) -> None:
    """Send our loggers and the errors of uvicorn and asyncio to the standard error; uvicorn's access log stays off."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(Repeats())
    for name, level in {
        "headcount": logging.INFO,
        "headcount.access": logging.INFO if access else logging.WARNING,
        "uvicorn.error": logging.WARNING,
        "asyncio": logging.WARNING,
    }.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.propagate = name == "headcount.access"
    for name in ("headcount", "uvicorn.error", "asyncio"):
        logging.getLogger(name).handlers = [handler]


@dataclass
class _Seen:
    since: float
    texts: set[str] = field(default_factory=set)
    left_out: int = 0


class Repeats(logging.Filter):
    """Lets a warning or an error through once a minute, and ten different ones of one place in the program.

    A place is where it is logged and, for an exception, where that was raised: as many as the program has lines. The
    first line of the next minute says how many were left out. What is no complaint passes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._seen: dict[object, _Seen] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is written."""
        if record.levelno < logging.WARNING:
            return True
        with self._lock:
            return self._is_news(record)

    def _is_news(self, record: logging.LogRecord) -> bool:
        now, text, place = self._clock(), record.getMessage(), _place(record)
        seen = self._seen.get(place)
        if seen is None or now - seen.since >= EVERY:
            left_out = seen.left_out if seen else 0
            self._seen[place] = _Seen(now, {text})
            if left_out:
                record.msg, record.args = f"{text} ({left_out} more like it were left out)", ()
            return True
        if text in seen.texts or len(seen.texts) >= MOST:
            seen.left_out += 1
            return False
        seen.texts.add(text)
        return True


def _place(record: logging.LogRecord) -> tuple[object, ...]:
    error = record.exc_info[1] if record.exc_info else None
    trace = error.__traceback__ if error else None
    while trace and trace.tb_next:
        trace = trace.tb_next
    raised = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else ()
    return record.pathname, record.lineno, type(error), raised
