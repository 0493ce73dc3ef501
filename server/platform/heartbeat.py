"""Whether the database can be written, found out by writing: on a full disk beginning and reading still work."""

import logging
import time
from collections.abc import Callable

from server.store.database import Database
from server.store.errors import DatabaseError

log = logging.getLogger("headcount.server")

LASTS = 1.0
"""Seconds that an answer is good for, so that however many ask, one page a second is written."""


class Heartbeat:
    """One page of the file is written anew when somebody wants to know."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._until = 0.0
        self._alive = False

    def alive(self) -> bool:
        """Whether what is written now would be kept; as it was last known while a long write is under way."""
        now = self._clock()
        if now >= self._until and not self._database.in_transaction:
            self._alive = self._beat()
            self._until = now + LASTS
        return self._alive

    def _beat(self) -> bool:
        try:
            self._database.beat()
        except DatabaseError as error:
            log.error("nothing can be saved: %s", error.orig)
            return False
        return True
