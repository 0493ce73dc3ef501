"""How workers sleep: until it is time, or until somebody rings."""

import asyncio
import datetime as dt
from contextlib import suppress

LONGEST = 3600.0
"""Seconds after which a worker looks again in any case."""


def seconds_until(moment: dt.datetime, now: dt.datetime) -> float:
    """How long it is until then; at least a moment, so that nothing runs in circles."""
    return min(max((moment - now).total_seconds(), 0.05), LONGEST)


async def wait(bell: asyncio.Event, seconds: float | None) -> None:
    """Sleep until it rings, but not longer than that (None: for as long as nobody rings)."""
    if seconds == 0:
        await asyncio.sleep(0)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST if seconds is None else seconds):
            await bell.wait()
