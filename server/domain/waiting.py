"""How long somebody waits who may do something only so often: a window that slides over the times it was done."""

import datetime as dt
import math
from collections.abc import Sequence


def seconds_to_wait(done: Sequence[dt.datetime], most: int, window: dt.timedelta, now: dt.datetime) -> int | None:
    """In how many seconds, 1 at least, it may be done again, given when it was done, in any order; None: now."""
    recent = sorted(moment for moment in done if moment > now - window)
    if len(recent) < most:
        return None
    return max(1, math.ceil((recent[-most] + window - now).total_seconds()))
