"""Which outcomes are tried again: the rules without a network."""

import pytest
from client_desk import problem
from hypothesis import given
from hypothesis import strategies as st

from client.errors import (
    CLASSES,
    BadAnswer,
    Broken,
    CannotConnect,
    HeadcountError,
    ReadOnly,
    ServerFault,
    TimedOut,
    TooManyRequests,
    UnsafeAddress,
    Untrusted,
)
from client.retries import (
    CALLS,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    STREAM,
    leaves_open,
    may_repeat,
    pause_before_next,
    settles,
)
from contract.problems import PROBLEMS, ProblemCode

REPEATED = {
    ProblemCode.RATE_LIMITED,
    ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS,
    ProblemCode.PAYMENT_IN_PROGRESS,
    ProblemCode.SERVER_BUSY,
    ProblemCode.INTERNAL_ERROR,
}


@pytest.mark.parametrize("code", ProblemCode)
def test_only_passing_troubles_are_repeated(code: ProblemCode) -> None:
    """A refusal that stays a refusal is never asked again; a resend that came too soon neither."""
    error = CLASSES[code]("No.", problem=problem(code))
    assert may_repeat(error, status=PROBLEMS[code].status, has_key=True, replayed=False) == (code in REPEATED)


def test_a_server_fault_is_repeated_only_with_a_key() -> None:
    """500 may have done half of it: without a key it is not sent again."""
    fault = ServerFault("500")
    assert may_repeat(fault, status=500, has_key=True, replayed=False)
    assert not may_repeat(fault, status=500, has_key=False, replayed=False)
    assert may_repeat(fault, status=502, has_key=False, replayed=False)
    assert not may_repeat(fault, status=501, has_key=True, replayed=False)


def test_a_stored_answer_is_final() -> None:
    """When the server repeats what it said, asking again brings nothing."""
    assert not may_repeat(ServerFault("500"), status=500, has_key=True, replayed=True)


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (CannotConnect("x"), True),
        (TimedOut("x"), True),
        (Broken("x"), True),
        (Untrusted("x"), False),
        (BadAnswer("x"), False),
        (ReadOnly("x"), False),
        (UnsafeAddress("x"), False),
    ],
)
def test_without_an_answer(error: HeadcountError, *, again: bool) -> None:
    """What the network did may pass; what we refuse ourselves does not."""
    assert may_repeat(error, status=0, has_key=True, replayed=False) == again


@given(st.integers(0, 2000), st.floats(0, 1))
def test_pauses_have_full_jitter_and_an_end(attempt: int, chance: float) -> None:
    """A pause is anything from nothing to its bound, and the bound doubles up to a limit."""
    for backoff in (CALLS, STREAM):
        bound = min(backoff.longest, backoff.first * 2 ** min(attempt, 20))
        assert backoff.pause(attempt, lambda: chance) == pytest.approx(chance * bound)


def test_retry_after_is_obeyed_up_to_a_cap() -> None:
    """We wait as long as the server says, unless that is for a person to wait or beyond the budget."""

    def wait(seconds: float, spent: float = 0.0) -> float | None:
        error = TooManyRequests("x", retry_after=seconds)
        return pause_before_next(error, attempt=0, spent=spent, budget=45, chance=lambda: 0.5)

    assert wait(7) == 7
    assert wait(0) == 0.125
    assert wait(LONGEST_WAIT + 1) is None
    assert wait(7, spent=40) is None


def test_attempts_end() -> None:
    """However quick the failures are, the attempts are counted."""

    def pause(attempt: int) -> float | None:
        return pause_before_next(Broken("x"), attempt=attempt, spent=0, budget=45, chance=lambda: 0.0)

    assert pause(MOST_ATTEMPTS - 2) is not None
    assert pause(MOST_ATTEMPTS - 1) is None


@pytest.mark.parametrize(
    ("error", "is_open"),
    [
        (CannotConnect("x"), False),
        (ReadOnly("x"), False),
        (TimedOut("x"), True),
        (Broken("x"), True),
        (BadAnswer("x"), True),
        (ServerFault("x"), True),
        (CLASSES[ProblemCode.SERVER_BUSY]("x"), False),
        (CLASSES[ProblemCode.QUOTE_STALE]("x", problem=problem(ProblemCode.QUOTE_STALE)), False),
        (
            CLASSES[ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS](
                "x", problem=problem(ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS)
            ),
            True,
        ),
        (CLASSES[ProblemCode.PAYMENT_IN_PROGRESS]("x", problem=problem(ProblemCode.PAYMENT_IN_PROGRESS)), True),
    ],
)
def test_what_leaves_a_command_open(error: HeadcountError, *, is_open: bool) -> None:
    """A command whose request may have arrived without a clear answer may have been done."""
    assert leaves_open(error, replayed=False) == is_open


def test_what_settles_earlier_attempts() -> None:
    """Only an answer given after the key was looked up tells what became of an attempt that had none."""

    def told(code: ProblemCode) -> bool:
        return settles(CLASSES[code]("x", problem=problem(code)), replayed=False)

    assert told(ProblemCode.QUOTE_STALE)
    assert told(ProblemCode.PAYMENT_FAILED)
    assert not told(ProblemCode.NOT_AUTHENTICATED)
    assert not told(ProblemCode.RATE_LIMITED)
    assert not settles(CannotConnect("x"), replayed=False)
    assert settles(ServerFault("x"), replayed=True)
