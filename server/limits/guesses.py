"""Guessing what is not one's own, codes and names alike: so many wrong ones, and then a pause (D21)."""

import datetime as dt
from collections.abc import Iterable

from server.domain.codes import GUESSES, GUESSING_TIME
from server.domain.waiting import seconds_to_wait
from server.store import codes
from server.store.types import Connection


def wait_of(connection: Connection, guessers: Iterable[str], now: dt.datetime) -> int | None:
    """In how many seconds the next try may be made, by all that a try counts for; None: now."""
    since = now - GUESSING_TIME
    found = [codes.guesses_of(connection, each, since, GUESSES) for each in guessers]
    waits = [seconds_to_wait(each, GUESSES, GUESSING_TIME, now) for each in found]
    return max((wait for wait in waits if wait is not None), default=None)


def note(connection: Connection, guessers: Iterable[str], now: dt.datetime) -> None:
    """Count one more wrong try; it has to be kept though nothing else is of what was refused."""
    codes.add_guesses(connection, list(guessers), now, now - GUESSING_TIME)
