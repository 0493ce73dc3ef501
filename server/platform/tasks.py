"""Work that goes on after its request was answered, in short steps, while other requests are served."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from server.store.errors import UnavailableError

log = logging.getLogger("headcount.server")


PAUSE = 5.0
"""Seconds after which work goes on that could not be saved."""


class Tasks:
    """What runs now, by name. Lives on one event loop; what a task must not lose is in the database.

    Work that the database can't save begins again after `pause` seconds, as it would after a restart.
    """

    def __init__(self, pause: float = PAUSE) -> None:
        self.pause = pause
        self._running: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run it when whoever calls has finished; after a task of the same name, if there is one."""
        task = asyncio.create_task(self._run(work, self._running.get(name)))
        self._running[name] = task
        task.add_done_callback(lambda done: self._forget(name, done))

    async def settled(self, name: str, seconds: float) -> None:
        """Wait for a task, but not longer than that; it goes on all the same."""
        if task := self._running.get(name):
            await asyncio.wait({task}, timeout=seconds)

    async def close(self) -> None:
        """End them all, between two of their steps."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        for task in running:
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, work: Callable[[], Coroutine[Any, Any, None]], before: asyncio.Task[None] | None) -> None:
        try:
            if before is not None:
                await asyncio.wait({before})
            while True:
                try:
                    return await work()
                except UnavailableError as error:
                    log.error("background work has to wait: %s", error.orig)
                await asyncio.sleep(self.pause)
        except Exception:
            log.exception("background work failed")

    def _forget(self, name: str, done: asyncio.Task[None]) -> None:
        if self._running.get(name) is done:
            del self._running[name]
