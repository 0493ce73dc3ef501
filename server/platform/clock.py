"""The server's clock: the machine's, or one that a sandbox moves forward; it never goes back.

What happened has one order (D29), and events are stamped by this clock. A machine's clock that is set back while the
server runs makes time stand still here until it has caught up.
"""

import datetime as dt
from collections.abc import Callable


def utc_now() -> dt.datetime:
    """The machine's time in UTC."""
    return dt.datetime.now(dt.UTC)


class Clock:
    """Ticks with `source`, ahead of it by `offset`. A sandbox moves the offset; it never goes back."""

    def __init__(self, source: Callable[[], dt.datetime] = utc_now, offset: dt.timedelta = dt.timedelta()) -> None:
        self._source = source
        self._latest: dt.datetime | None = None
        self.offset = offset

    def now(self) -> dt.datetime:
        """The time, in UTC; never earlier than it was before."""
        return self.not_before(self._source() + self.offset)

    def not_before(self, instant: dt.datetime) -> dt.datetime:
        """From now on it is at least so late; answers how late it is."""
        if self._latest is None or instant > self._latest:
            self._latest = instant
        return self._latest

    @property
    def behind(self) -> dt.timedelta:
        """How long time has to stand still, because the machine's clock was set back."""
        now = self._source() + self.offset
        return max(dt.timedelta(), (self._latest or now) - now)

    def machine(self) -> dt.datetime:
        """The machine's own time, which no sandbox moves: how long an idempotency key is kept goes by it."""
        return self._source()

    def move_to(self, instant: dt.datetime) -> None:
        """Set the time; an instant before now leaves it as it is."""
        self.offset = max(self.offset, instant - self._source())

    def set_to(self, instant: dt.datetime) -> None:
        """Set the time of a sandbox that has not begun: the past is fine."""
        self._latest = None
        self.offset = instant - self._source()
