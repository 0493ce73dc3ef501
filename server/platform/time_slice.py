"""Work in steps that are short enough for everybody else to be answered in between."""

import asyncio
import time

TURN = 0.06
"""Seconds that a step should take at most."""

_ROUNDS = 4
"""Rounds of the event loop in which a request that came meanwhile is read, answered and sent."""


class Pace:
    """How many rows the next step takes, by how long the last one took. `most` bounds its memory.

    It doubles and halves, so that there are few sizes, and the database knows a statement for each of them.
    """

    def __init__(self, most: int, *, start: int = 250, least: int = 250) -> None:
        self._most, self._least = most, min(least, most)
        self._began = time.perf_counter()
        self.size = min(start, most)

    def begin(self) -> None:
        """A step begins."""
        self._began = time.perf_counter()

    def done(self) -> None:
        """It is over."""
        took = time.perf_counter() - self._began
        if took > TURN:
            self.size = max(self._least, self.size // 2)
        elif took < TURN / 3:
            self.size = min(self._most, self.size * 2)


async def give_way() -> None:
    """Let whoever waits be answered."""
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
