"""What the server process does about memory beside using it: when it looks for garbage, and how it gives memory back.

Looking through everything there is for what only refers to itself holds Python's lock, so nobody is answered meanwhile:
a tenth of a second for the million objects of a batch of ten thousand users, several times. Young objects are looked
through as ever, which takes a millisecond; all of them only when nothing long is under way. What the server consists of
is left out.
"""

import ctypes
import gc
from contextlib import suppress

EVERY = 10.0
"""Seconds between two looks at everything."""

LARGE = 128 << 10
"""Bytes from which a piece of memory is had from the system alone, and goes back to it as soon as it is free."""

ARENAS = 2
"""Heaps that threads share: each keeps what it once had."""

_YOUNG, _MIDDLE, _NEVER = 700, 10, 1 << 30
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8


class Collector:
    """Lives as long as the server process."""

    def __init__(self) -> None:
        self._looked = 0.0

    def begin(self) -> None:
        """The server is made: what there is now stays, and is not looked through again."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)

    def look(self, now: float, *, busy: bool) -> None:
        """Look through everything, if it is time and nothing long is under way; free memory goes to the system."""
        if not busy and now - self._looked >= EVERY:
            self._looked = now
            gc.collect()
            with suppress(OSError, AttributeError):
                ctypes.CDLL(None).malloc_trim(0)


def keep_little() -> None:
    """Tell the C library (GNU's; others have no such settings) to keep little of what is freed.

    By itself it keeps ever larger pieces once it has seen them, and a heap for each thread.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, LARGE)
        library.mallopt(_ARENA_MAX, ARENAS)
