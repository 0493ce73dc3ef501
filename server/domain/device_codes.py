"""Signing a device in (RFC 8628): the code that a person types, and what a device that asks is answered. Pure."""

import datetime as dt
from enum import StrEnum

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""What a code is made of: no vowels, so no words, and no digit that reads as a letter (RFC 8628, 6.1)."""

LETTERS, HALF = 8, 4
"""34 bits for ten minutes, behind a limit on guesses."""

LIFETIME = dt.timedelta(minutes=10)
FETCHING = dt.timedelta(minutes=1)
"""What was confirmed in the last moment can still be fetched for so long."""

TOKEN_DAYS = 90
"""How long a device stays signed in."""

INTERVAL = 5
"""Seconds between two questions of a device, at first."""
SLOWER = 5
"""Seconds more after each question that came too early."""
LONGEST_INTERVAL = 120
TOLERANCE = dt.timedelta(seconds=1)
"""By so much a question may come early: networks are not punctual."""


class State(StrEnum):
    """What became of a device's wish."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    FETCHED = "fetched"


class Verdict(StrEnum):
    """What a device that asks is answered."""

    WAIT = "wait"
    TOO_EARLY = "too_early"
    REFUSED = "refused"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    REPLAYED = "replayed"
    TOKEN = "token"  # noqa: S105 - a word


def judged(
    state: State, *, expires_at: dt.datetime, asked_at: dt.datetime | None, interval: int, now: dt.datetime
) -> Verdict:
    """The answer to a device that holds the right code; `asked_at` is when it asked before."""
    if state is State.FETCHED:
        return Verdict.REPLAYED
    if state is State.CANCELLED:
        return Verdict.UNKNOWN
    if state is State.REFUSED:
        return Verdict.REFUSED
    if state is State.CONFIRMED:
        return Verdict.TOKEN if now < expires_at + FETCHING else Verdict.EXPIRED
    if now >= expires_at:
        return Verdict.EXPIRED
    early = asked_at is not None and now + TOLERANCE < asked_at + dt.timedelta(seconds=interval)
    return Verdict.TOO_EARLY if early else Verdict.WAIT


def slower(interval: int) -> int:
    """The interval after a question that came too early."""
    return min(interval + SLOWER, LONGEST_INTERVAL)


def code_key(typed: str) -> str:
    """What was typed as the letters of a code, whatever case and separators; empty when it can't be one."""
    letters = "".join(char for char in typed[: 4 * LETTERS].upper() if char.isalnum())
    return letters if len(letters) == LETTERS and set(letters) <= set(ALPHABET) else ""


def shown(letters: str) -> str:
    """As a person reads it: `BCDF-GHJK`."""
    return f"{letters[:HALF]}-{letters[HALF:]}"
