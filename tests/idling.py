"""Waiting for an app under test: until its event loop has nothing left to run, instead of guessing by the clock.

Textual's own way sleeps a fiftieth of a second at a time, twice for each key, until the whole process uses next to no
CPU: slow on a quiet machine (a server in a thread of the test keeps the process busy), too early on a loaded one (a
process that gets no turn uses none).
"""

import asyncio
import time

import textual._wait
import textual.app
import textual.pilot

_CALM = 3
"""So many rounds of the loop without anything else to run are the end of all that a key has set in motion."""


async def loop_is_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until nothing is ready on the running loop; sockets, threads and timers are not waited for.

    Args:
        min_sleep: taken for Textual's sake, and not needed.
        max_sleep: seconds after which something that is always ready is let be.
    """
    del min_sleep
    loop = asyncio.get_running_loop()
    end = time.monotonic() + max_sleep
    calm = 0
    while calm < _CALM and time.monotonic() < end:
        await asyncio.sleep(0)
        calm = 0 if loop._ready else calm + 1  # type: ignore[attr-defined] # asyncio tells nobody


def wait_for_the_loop() -> None:
    """Have every app that a test presses keys on wait in this way."""
    for module in (textual._wait, textual.pilot, textual.app):
        module.wait_for_idle = loop_is_idle  # type: ignore[attr-defined]
