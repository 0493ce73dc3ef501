"""Invitation codes (D21): which state one is in, and when somebody has guessed too often."""

import datetime as dt

from contract.codes import CodeState

SHORTEST = 6
"""Letters and digits a chosen code has at least: fewer are found by trying."""

GUESSES = 10
"""Wrong codes that one account, or one address, may try in `GUESSING_TIME`."""

GUESSING_TIME = dt.timedelta(hours=1)

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""What generated codes are made of: nothing that reads as something else (0 O, 1 I L), and no vowels, so no words."""

GROUPS, GROUP = 3, 6
"""A generated code is three groups of six: 86 bits."""


def state_of(
    *, enabled: bool, uses: int, max_uses: int | None, expires_at: dt.datetime | None, now: dt.datetime
) -> CodeState:
    """The state of a code; what the owner did to it comes before what happened to it by itself."""
    if not enabled:
        return CodeState.OFF
    if expires_at is not None and expires_at <= now:
        return CodeState.EXPIRED
    if max_uses is not None and uses >= max_uses:
        return CodeState.USED_UP
    return CodeState.ACTIVE


def grouped(letters: str) -> str:
    """`GROUP` letters at a time, with a dash between."""
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))
