"""Send one call until it is answered: attempts, pauses, the total time, and the note on disk before a command."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from client import retries
from client.errors import HeadcountError, TimedOut
from client.journal import Intention, Journal
from client.protocol import Call, Channel, Reply, understand
from contract.base import Answer
from contract.operations import CREATE_QUOTE, SET_PAYMENTS

A = TypeVar("A", bound=Answer)

_LEAVE_NO_TRACE = frozenset({CREATE_QUOTE.name, SET_PAYMENTS.name})
"""Commands that no event tells of, so that nobody could find out what became of them; repeating them is harmless."""


_OWN_AFFAIRS = "/v1/profile"
"""Where the paths of calls begin that an account makes about itself."""
_STARTING = "/v1/profile/start"
"""What somebody starts, they manage: nobody else is to be asked about it."""

SHOWN = 0.5
"""Seconds after an answer until its command counts as told: who is killed before it was on the screen is told later."""


_REMEMBERED = 1_000
"""Keys of commands by which an event is known to be of one's own making."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Time and chance, so that tests need neither. `budget` is in seconds for all attempts of one call."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    clock: Callable[[], float] = time.monotonic
    budget: float = retries.BUDGET


@dataclass(slots=True)
class _Attempts:
    """What is known about one call so far."""

    call: Call
    started: float
    count: int = 0
    unclear: bool = False
    last: Reply | None = None

    def failed(self, error: HeadcountError) -> None:
        """Take an attempt into account that ended without the answer we want."""
        replayed = self.last is not None and self.last.replayed
        path = self.call.operation.path
        error.about_oneself = path.startswith(_OWN_AFFAIRS) and not path.startswith(_STARTING)
        if self.call.is_command:
            open_now = retries.leaves_open(error, replayed=replayed)
            self.unclear = open_now or (self.unclear and not retries.settles(error, replayed=replayed))
            error.key, error.uncertain = self.call.key, self.unclear

    def pause(self, error: HeadcountError, pace: Pace) -> float | None:
        """How long to wait before the next attempt, if there is to be one."""
        status = self.last.status if self.last else 0
        replayed = self.last is not None and self.last.replayed
        if not retries.may_repeat(error, status=status, has_key=bool(self.call.key), replayed=replayed):
            return None
        spent = pace.clock() - self.started
        budget = pace.budget + self.call.allowance
        return retries.pause_before_next(error, attempt=self.count, spent=spent, budget=budget, chance=pace.chance)


@dataclass(frozen=True, slots=True)
class CallExecutor:
    """Makes calls at a pace; with a journal, notes each command on disk before its first byte leaves."""

    pace: Pace = field(default_factory=Pace)
    journal: Journal | None = None
    _answered: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _sent: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def has_sent(self, key: str) -> bool:
        """Whether a command with this key is one of the last that were sent from here."""
        return key in self._sent

    async def answer(self, channel: Channel, call: Call, answer: type[A]) -> A:
        """The answer to a call, after as many attempts as the rules allow.

        Raises what the last attempt ended with. The request is the same each time, its key too.
        """
        await self._note(call)
        if call.key:
            self._sent.append(call.key)
        try:
            found = await self._until_answered(channel, call, answer)
        except HeadcountError as error:
            if not error.uncertain:
                self._settle_soon(call)
            raise
        self._settle_soon(call)
        return found

    async def settle_all(self) -> None:
        """Note that every answer so far has been told: there is nobody any more who could be killed before."""
        answered = dict(self._answered)
        self._answered.clear()
        for key, timer in answered.items():
            timer.cancel()
            if self.journal:
                await asyncio.to_thread(self.journal.settle, key)

    async def _until_answered(self, channel: Channel, call: Call, answer: type[A]) -> A:
        attempts = _Attempts(call, self.pace.clock())
        while True:
            attempts.last = None
            try:
                attempts.last = await self._once(channel, attempts)
                return understand(answer, attempts.last)
            except HeadcountError as error:
                attempts.failed(error)
                pause = attempts.pause(error, self.pace)
                if pause is None:
                    raise
            await self.pace.sleep(pause)
            attempts.count += 1

    async def _once(self, channel: Channel, attempts: _Attempts) -> Reply:
        budget = self.pace.budget + attempts.call.allowance
        left = budget - (self.pace.clock() - attempts.started)
        try:
            async with asyncio.timeout(left):
                return await channel.send(attempts.call)
        except TimeoutError:
            message = f"{channel.where} has not answered within {budget:.0f} s."
            # Without a chain: the frames below hold the token in their variables.
            raise TimedOut(message) from None

    def _journal_for(self, call: Call) -> Journal | None:
        return self.journal if call.is_command and call.operation.name not in _LEAVE_NO_TRACE else None

    async def _note(self, call: Call) -> None:
        if journal := self._journal_for(call):
            operation = call.operation
            intention = Intention(
                key=call.key, method=operation.method, path=call.path, summary=operation.summary, items=call.items
            )
            await asyncio.to_thread(journal.begin, intention)

    def _settle_soon(self, call: Call) -> None:
        if self._journal_for(call):
            loop = asyncio.get_running_loop()
            self._answered[call.key] = loop.call_later(SHOWN, self._settle, call.key)

    def _settle(self, key: str) -> None:
        self._answered.pop(key, None)
        if self.journal:
            asyncio.get_running_loop().run_in_executor(None, self.journal.settle, key)
