"""When tokens were used last: noted in memory, written now and then, so that no reading has to write.

What was not written yet when a server is killed is lost: a minute's worth, of what is only there to be looked at.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from itertools import islice

from server.store import tokens
from server.store.database import Database
from server.store.errors import UnavailableError

log = logging.getLogger("headcount.server")

NOTED_EVERY = dt.timedelta(minutes=1)
"""How exactly it is noted."""

AT_ONCE = 500
"""Tokens that are written in one transaction."""


class LastUses:
    """The uses that are not in the database yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unwritten: dict[str, dt.datetime] = {}

    def note(self, token_id: str, written: dt.datetime | None, now: dt.datetime) -> None:
        """A token is used now; `written` is what the database says."""
        last = self.last(token_id, written)
        if last is None or abs(now - last) >= NOTED_EVERY:
            self._unwritten[token_id] = now

    def last(self, token_id: str, written: dt.datetime | None) -> dt.datetime | None:
        """When a token was used last; `written` is what the database says."""
        return self._unwritten.get(token_id, written)

    def write(self) -> Iterator[int]:
        """Write them, some at a time; what can't be written now stays for the next time. Yields how many it were."""
        while some := dict(islice(self._unwritten.items(), AT_ONCE)):
            try:
                with self._database.write() as connection:
                    tokens.touch(connection, some)
            except UnavailableError as error:
                log.warning("when tokens were used can't be written now: %s", error.orig)
                return
            for token_id in some:
                del self._unwritten[token_id]
            yield len(some)
