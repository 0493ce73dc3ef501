"""Waking the event streams after a commit: nobody asks the database whether something happened."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Notices:
    """Who waits for which organisation's events. Lives on one event loop."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self.closed = False

    @contextmanager
    def listen(self, organisation_id: str) -> Iterator[asyncio.Event]:
        """An event that is set by each commit that concerns this organisation, and by `close`."""
        bell = asyncio.Event()
        bells = self._waiting.setdefault(organisation_id, set())
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells:
                self._waiting.pop(organisation_id, None)

    def ring(self, organisation_ids: set[str]) -> None:
        """Wake whoever listens to these organisations."""
        for organisation_id in organisation_ids:
            for bell in self._waiting.get(organisation_id, ()):
                bell.set()

    def close(self) -> None:
        """End every stream: the server stops."""
        self.closed = True
        self.ring(set(self._waiting))
