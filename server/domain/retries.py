"""When a renewal that was refused is tried again, and when access is lost (D13)."""

import datetime as dt

RETRY_AFTER_DAYS = (1, 3, 5, 7)
"""Days after the first refusal; the refusal of the last suspends."""

AT_LEAST = dt.timedelta(days=1)
"""Between two tries, also after a server was down for a while: somebody must have had time to act."""


def next_try(since: dt.datetime, failed: int, now: dt.datetime) -> dt.datetime | None:
    """The try after so many refusals, the first of them at `since`, the last one now; None when that was the last."""
    if failed > len(RETRY_AFTER_DAYS):
        return None
    return max(since + dt.timedelta(days=RETRY_AFTER_DAYS[failed - 1]), now + AT_LEAST)


def last_try(since: dt.datetime, failed: int, retry_at: dt.datetime) -> dt.datetime:
    """The moment of the last try if every one is refused; `retry_at` is the one after so many refusals."""
    while (following := next_try(since, failed + 1, retry_at)) is not None:
        failed, retry_at = failed + 1, following
    return retry_at
