"""Invitation codes by rule alone (D21)."""

import datetime as dt
import math
from itertools import product

import pytest

from contract.codes import CodeState
from server.codes.manage import generated
from server.domain.codes import ALPHABET, GROUP, GROUPS, GUESSES, GUESSING_TIME, SHORTEST, state_of
from server.domain.waiting import seconds_to_wait
from server.platform.text import code_key

NOW = dt.datetime(2026, 11, 20, 14, 2, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LATER = NOW + dt.timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("enabled", "uses", "expires_at"), list(product((True, False), (0, 2, 3, 4), (None, LATER, NOW, NOW - HOUR)))
)
def test_a_code_lets_in_while_it_is_on_has_uses_left_and_is_not_over(
    *, enabled: bool, uses: int, expires_at: dt.datetime | None
) -> None:
    """What its owner switched off says so first, then what is over, then what is used up; the end itself is over."""
    state = state_of(enabled=enabled, uses=uses, max_uses=3, expires_at=expires_at, now=NOW)
    over = expires_at is not None and expires_at <= NOW
    expected = (
        CodeState.OFF
        if not enabled
        else CodeState.EXPIRED
        if over
        else CodeState.USED_UP
        if uses >= 3
        else CodeState.ACTIVE
    )
    assert state is expected


def test_a_code_without_bounds_is_never_used_up_and_never_over() -> None:
    """No limit and no end."""
    assert state_of(enabled=True, uses=10**9, max_uses=None, expires_at=None, now=NOW) is CodeState.ACTIVE


def test_a_generated_code_cannot_be_guessed_and_reads_well() -> None:
    """At least 80 bits, in groups, of letters that are not taken for others; never the same twice."""
    assert math.log2(len(ALPHABET)) * GROUPS * GROUP > 80
    assert not set(ALPHABET) & set("01OILAEU")
    made = {generated() for _ in range(1000)}
    assert len(made) == 1000
    assert all([len(part) for part in each.split("-")] == [GROUP] * GROUPS for each in made)
    assert len(code_key(next(iter(made)))) == GROUPS * GROUP > SHORTEST


@pytest.mark.parametrize(
    "typed",
    ["WELCOME-26", "welcome26", " Welcome 26 ", "w.e-l_c/o m e 2 6", "ＷＥＬＣＯＭＥ２６", "wélcome–26", "«welcome26»"],
)
def test_case_accents_and_separators_do_not_matter(typed: str) -> None:
    """However somebody types it from a slip of paper."""
    assert code_key(typed) == "welcome26"


def test_ten_guesses_an_hour() -> None:
    """The tenth closes the door until an hour after the first of those ten; older ones count no longer."""
    guesses = [NOW - dt.timedelta(minutes=50 - minute) for minute in range(10)]

    def wait(times: list[dt.datetime], later: float = 0) -> int | None:
        return seconds_to_wait(times, GUESSES, GUESSING_TIME, NOW + dt.timedelta(seconds=later))

    assert wait(guesses[:9]) is None
    assert wait(guesses) == wait(guesses[::-1]) == 600
    assert wait(guesses, 599.5) == 1
    assert wait(guesses, 600) is None
    assert wait([NOW - 2 * HOUR, *guesses[:9]]) is None
