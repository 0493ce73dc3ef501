"""Remembering the last answers of something that is slow to count."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

ENTRIES = 256


class Remembered:
    """The numbers behind the keys that were asked for last. A key names everything its number depends on.

    Any thread may ask. Nobody waits while another counts: the same number may be counted twice.
    """

    def __init__(self, entries: int = ENTRIES) -> None:
        self._entries = entries
        self._numbers: OrderedDict[Hashable, int] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, count: Callable[[], int]) -> int:
        """The number, counted only if it is not known."""
        with self._lock:
            if key in self._numbers:
                self._numbers.move_to_end(key)
                return self._numbers[key]
        number = count()
        with self._lock:
            self._numbers[key] = number
            if len(self._numbers) > self._entries:
                self._numbers.popitem(last=False)
        return number
