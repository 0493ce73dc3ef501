"""Remembering the last answers of something that is slow to count."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

ENTRIES = 256


class Remembered:
    """The numbers behind the keys that were asked for last. A key names everything its number depends on."""

    def __init__(self, entries: int = ENTRIES) -> None:
        self._entries = entries
        self._numbers: OrderedDict[Hashable, int] = OrderedDict()

    def get(self, key: Hashable, count: Callable[[], int]) -> int:
        """The number, counted only if it is not known."""
        if key not in self._numbers:
            self._numbers[key] = count()
            if len(self._numbers) > self._entries:
                self._numbers.popitem(last=False)
        self._numbers.move_to_end(key)
        return self._numbers[key]
