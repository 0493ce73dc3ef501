"""The server's clock: the machine's, or one that a sandbox moves forward."""

import datetime as dt
from collections.abc import Callable


def utc_now() -> dt.datetime:
    """The machine's time in UTC."""
    return dt.datetime.now(dt.UTC)


class Clock:
    """Ticks with `source`, ahead of it by `offset`. A sandbox moves the offset; it never goes back."""

    def __init__(self, source: Callable[[], dt.datetime] = utc_now, offset: dt.timedelta = dt.timedelta()) -> None:
        self._source = source
        self.offset = offset

    def now(self) -> dt.datetime:
        """The time, in UTC."""
        return self._source() + self.offset

    def machine(self) -> dt.datetime:
        """The machine's own time, which no sandbox moves: how long an idempotency key is kept goes by it."""
        return self._source()

    def move_to(self, instant: dt.datetime) -> None:
        """Set the time; an instant before now leaves it as it is."""
        self.offset = max(self.offset, instant - self._source())

    def set_to(self, instant: dt.datetime) -> None:
        """Set the time of a sandbox that has not begun: the past is fine."""
        self.offset = instant - self._source()
