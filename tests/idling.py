"""Waiting for an app under test: until its event loop has nothing left to run, instead of guessing by the clock.

Textual's own way sleeps a fiftieth of a second at a time, twice for each key, until the whole process uses next to no
CPU: slow on a quiet machine (a server in a thread of the test keeps the process busy), too early on a loaded one (a
process that gets no turn uses none).
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import textual._wait
import textual.app
import textual.pilot

_CALM = 3
"""So many rounds of the loop without anything else to run are the end of all that a key has set in motion."""

_SOON = 0.02
"""Seconds: a timer that is due within them belongs to what the key has set in motion, as a repaint does."""

_ANSWER = 5.0
"""Seconds an answer may take; a test that holds one back for longer says so in `Traffic.held`."""


@dataclass
class Traffic:
    """Requests of the apps under test that have no whole answer yet; streams are left out.

    `held`: what a test keeps from being answered, so that nobody waits for it.
    """

    under_way: int = 0
    held: int = 0

    @property
    def expected(self) -> bool:
        """Whether an answer is to come."""
        return self.under_way > self.held


TRAFFIC = Traffic()


async def loop_is_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until nothing is ready on the running loop, no timer is due at once, and what was asked is answered.

    Args:
        min_sleep: taken for Textual's sake, and not needed.
        max_sleep: seconds after which something that always goes on is let be.
    """
    del min_sleep
    loop: Any = asyncio.get_running_loop()
    began = time.monotonic()
    end = began + max_sleep
    calm = 0
    while calm < _CALM and time.monotonic() < end:
        await asyncio.sleep(0)
        calm = 0 if loop._ready else calm + 1
        if calm == _CALM and (soon := _due(loop, began + _SOON)):
            await asyncio.sleep(max(0.0, soon - time.monotonic()) + 0.001)
            calm = 0
        elif calm == _CALM and TRAFFIC.expected and await _answers_come():
            calm, end = 0, time.monotonic() + max_sleep


def _due(loop: Any, horizon: float) -> float | None:
    """When the last timer is due that is due by then; None when none is."""
    return max((each._when for each in loop._scheduled if each._when <= horizon and not each._cancelled), default=None)


async def _answers_come() -> bool:
    """Whether all that was asked is answered meanwhile, however slow the disk of the server and the machine are."""
    end = time.monotonic() + _ANSWER
    while TRAFFIC.expected and time.monotonic() < end:
        await asyncio.sleep(_SOON / 10)
    return not TRAFFIC.expected


def wait_for_the_loop() -> None:
    """Have every app that a test presses keys on wait in this way."""
    for module in (textual._wait, textual.pilot, textual.app):
        vars(module)["wait_for_idle"] = loop_is_idle
