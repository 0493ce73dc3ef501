"""Long reads beside the event loop: a few read-only connections, each in a worker thread while it is used."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Connection

from server.store.sqlite import Reader

T = TypeVar("T")

_PAUSE = 0.005
"""Seconds between two attempts to break a read off."""

READERS = 2
"""Long reads at the same time; more wait. SQLite works without Python's lock, so they use more than one processor."""


class Readers:
    """Reads of one file that other requests need not wait for. Lives on one event loop; connects when first used."""

    def __init__(self, path: Path, count: int = READERS) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="read")
        self._idle: list[Reader] = []
        self._busy: set[Reader] = set()
        self._lock = threading.Lock()
        self._closed = False

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a thread, on a transaction that sees what is committed now.

        Cancelled, it never starts, or is broken off in the middle of its statement.
        """
        job = _Job(self, work)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, job.run)
        except asyncio.CancelledError:
            job.drop()
            raise

    def take(self) -> Reader:
        """A connection nobody uses: one that is idle, or a new one."""
        with self._lock:
            if self._closed:
                raise asyncio.CancelledError
            reader = self._idle.pop() if self._idle else Reader(self._path)
            self._busy.add(reader)
        return reader

    def give_back(self, reader: Reader) -> None:
        """It is idle again."""
        self._busy.discard(reader)
        self._idle.append(reader)

    @contextmanager
    def borrowed(self) -> Iterator[Reader]:
        """A connection for a short read on the event loop, while the one that writes is lent."""
        reader = self.take()
        try:
            yield reader
        finally:
            self.give_back(reader)

    def close(self) -> None:
        """Break off what runs, also what is about to, and disconnect: SQLite only breaks off what has begun."""
        with self._lock:
            self._closed = True
        while busy := tuple(self._busy):
            for reader in busy:
                reader.interrupt()
            time.sleep(_PAUSE)
        self._threads.shutdown(cancel_futures=True)
        while self._idle:
            self._idle.pop().close()


class _Job(Generic[T]):
    """One read on its way through a thread."""

    def __init__(self, readers: Readers, work: Callable[[Connection], T]) -> None:
        self._readers = readers
        self._work = work
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._dropped = False

    def run(self) -> T:
        """In the thread."""
        reader = self._readers.take()
        try:
            with reader.read() as connection:
                self._begin(reader)
                return self._work(connection)
        finally:
            with self._lock:
                self._reader = None
            self._readers.give_back(reader)

    def _begin(self, reader: Reader) -> None:
        with self._lock:
            if self._dropped:
                raise asyncio.CancelledError
            self._reader = reader

    def drop(self) -> None:
        """On the event loop: nobody waits for it. Again until it has ended, since it may be between two statements."""
        with self._lock:
            self._dropped = True
            if self._reader is not None:
                self._reader.interrupt()
                asyncio.get_running_loop().call_later(_PAUSE, self.drop)
