"""How often an organisation may be told that addresses belong to accounts outside without asking them (D18, D25)."""

import datetime as dt
from collections.abc import Sequence

from server.domain.waiting import seconds_to_wait

MOST_TOLD = 20
"""Addresses of an hour that may be found to be outside without a request being sent to them."""

TOLD_TIME = dt.timedelta(hours=1)


def left_to_tell(told: Sequence[dt.datetime], now: dt.datetime) -> int:
    """How many more may be told of now, given when it was told before."""
    return max(0, MOST_TOLD - sum(moment > now - TOLD_TIME for moment in told))


def wait_to_tell(told: Sequence[dt.datetime], now: dt.datetime) -> int:
    """In how many seconds the next may be told of: 1 at least."""
    return seconds_to_wait(told, MOST_TOLD, TOLD_TIME, now) or 1
