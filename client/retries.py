"""Which outcomes are tried again, and after how long. Pure: chance is passed in."""

from collections.abc import Callable
from dataclasses import dataclass

from client.errors import (
    BadAnswer,
    CannotConnect,
    HeadcountError,
    ProxyRefused,
    ServerBusy,
    ServerFault,
    TooManyRequests,
    Unreachable,
    Untrusted,
)
from contract.problems import ProblemCode

BUDGET = 45.0
"""Seconds that a call may take with all its attempts and pauses."""
MOST_ATTEMPTS = 8
LONGEST_WAIT = 20.0
"""A `Retry-After` beyond this many seconds is for the person to wait, not for the program."""

_STILL_RUNNING = frozenset({ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS, ProblemCode.PAYMENT_IN_PROGRESS})
"""The command itself may be what runs: a payment whose outcome nobody knows yet is asked about again with its key."""
_AGAIN = _STILL_RUNNING | {ProblemCode.RATE_LIMITED, ProblemCode.SERVER_BUSY}
_BEFORE_THE_KEY = frozenset(
    {
        ProblemCode.NOT_AUTHENTICATED,
        ProblemCode.NOT_ALLOWED,
        ProblemCode.RATE_LIMITED,
        *_STILL_RUNNING,
    }
)
"""Refusals that may come before the server looks whether it has done the command already."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Full jitter: the n-th pause is anything from nothing to `first * 2**n`, at most `longest`, in seconds."""

    first: float
    longest: float

    def pause(self, attempt: int, chance: Callable[[], float]) -> float:
        """The pause after an attempt, counted from 0."""
        return chance() * min(self.longest, self.first * 2.0 ** min(attempt, 30))


CALLS = Backoff(first=0.25, longest=8.0)
STREAM = Backoff(first=0.5, longest=30.0)


def may_repeat(error: HeadcountError, *, status: int, has_key: bool, replayed: bool) -> bool:
    """Whether the same request may be sent again.

    `status` is 0 without an answer, `replayed` that the server only repeated what it had answered before.
    """
    if isinstance(error, Unreachable):
        return not isinstance(error, Untrusted | ProxyRefused)
    if replayed:
        return False
    if error.code is not None and error.code is not ProblemCode.INTERNAL_ERROR:
        return error.code in _AGAIN
    return status in {429, 502, 503, 504} or (status == 500 and has_key)  # noqa: PLR2004 - statuses speak


def pause_before_next(
    error: HeadcountError, *, attempt: int, spent: float, budget: float, chance: Callable[[], float]
) -> float | None:
    """Seconds to wait before the next attempt; nothing when there is to be none. `attempt` counts from 0."""
    wait = error.retry_after or 0.0
    pause = max(wait, CALLS.pause(attempt, chance))
    if attempt + 1 >= MOST_ATTEMPTS or wait > LONGEST_WAIT or spent + pause >= budget:
        return None
    return pause


def leaves_open(error: HeadcountError, *, replayed: bool) -> bool:
    """Whether a command may have been done after an attempt that ended so."""
    if isinstance(error, CannotConnect) or replayed:
        return False
    if isinstance(error, Unreachable | BadAnswer):
        return True
    if isinstance(error, ServerFault):
        return not isinstance(error, ServerBusy)
    return error.code in _STILL_RUNNING


def settles(error: HeadcountError, *, replayed: bool) -> bool:
    """Whether an answer also tells what became of earlier attempts with the same key that had none."""
    if replayed:
        return True
    if isinstance(error, Unreachable | BadAnswer | ServerFault | TooManyRequests) or error.code is None:
        return False
    return error.code not in _BEFORE_THE_KEY
