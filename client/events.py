"""The stream of events as a screen wants it: each event once, in order, through every interruption."""

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from pydantic import ValidationError

from client.call_executor import Pace
from client.errors import Broken, HeadcountError, NoToken, ReadOnly, Refused, TooManyRequests, UnsafeAddress, Untrusted
from client.protocol import Channel, build_stream, is_identifier
from client.retries import STREAM
from client.sse import ServerSentEvent, SseParser
from contract.events import Event

_LASTING = (Refused, Untrusted, ReadOnly, UnsafeAddress, NoToken)
"""What no waiting mends."""


@dataclass(frozen=True, slots=True)
class Connecting:
    """A connection is being made."""


@dataclass(frozen=True, slots=True)
class Live:
    """The server has answered: events arrive as they happen."""


@dataclass(frozen=True, slots=True)
class Offline:
    """There is no connection. The next attempt is in `retry_in` seconds; without a number there is none."""

    retry_in: float | None
    error: HeadcountError


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something happened that this version can't read; what is on the screen may be out of date."""

    event_id: str


StreamItem = Event | Connecting | Live | Offline | Unreadable


@dataclass(slots=True)
class EventStream:
    """What happens after an event, for ever, with changes of the connection in between.

    Iterate over it once. It never raises `HeadcountError`: an error that waiting does not mend comes as
    `Offline(None, error)` and ends it. Cancelling the task closes the connection at once.
    `last_id` is where to resume later.
    """

    reach: Callable[[], Awaitable[Channel]]
    last_id: str
    pace: Pace = field(default_factory=Pace)
    _failures: int = 0
    _recent: deque[str] = field(default_factory=lambda: deque(maxlen=1000))

    async def __aiter__(self) -> AsyncGenerator[StreamItem, None]:
        while True:
            yield Connecting()
            try:
                async with aclosing(self._connection()) as items:
                    async for item in items:
                        yield item
            except HeadcountError as error:
                offline = self._offline(error)
            yield offline
            if offline.retry_in is None:
                return
            await self.pace.sleep(offline.retry_in)

    def server_is_at(self, newest: str, *, asked_after: str) -> None:
        """The server's newest event as an answer told, and the `last_id` when it was asked for.

        A newest one from before that means that the server was set back to a copy: what follows it is new again.
        """
        number, known = _number(newest), _number(asked_after)
        if number is not None and known is not None and number < known:
            self.last_id = newest

    def _offline(self, error: HeadcountError) -> Offline:
        if isinstance(error, _LASTING) and not isinstance(error, TooManyRequests):
            return Offline(None, error)
        pause = STREAM.pause(self._failures, self.pace.chance)
        self._failures += 1
        return Offline(max(pause, min(error.retry_after or 0.0, STREAM.longest)), error)

    async def _connection(self) -> AsyncGenerator[StreamItem, None]:
        """Everything of one connection, which ends with an error sooner or later."""
        channel = await self.reach()
        parser = SseParser(self.last_id)
        async with channel.stream(build_stream(self.last_id)) as chunks:
            yield Live()
            async for chunk in chunks:
                self._failures = 0
                for told in parser.feed(chunk):
                    item = self._read(told)
                    if item is not None:
                        yield item
        message = "The server has closed the stream."
        raise Broken(message)

    def _read(self, told: ServerSentEvent) -> Event | Unreadable | None:
        """What a block carries, unless it came before. Moves `last_id` on."""
        item: Event | Unreadable
        try:
            item = Event.model_validate_json(told.data)
            event_id = item.id
        except ValidationError:
            event_id = told.id
            item = Unreadable(event_id)
        if not is_identifier(event_id) or not self._is_new(event_id):
            return None
        self._recent.append(event_id)
        self.last_id = event_id
        return item

    def _is_new(self, event_id: str) -> bool:
        number, last = _number(event_id), _number(self.last_id)
        if number is None or last is None:
            return event_id not in self._recent and event_id != self.last_id
        return number > last


def _number(event_id: str) -> int | None:
    """The place in the total order, where the ids count."""
    digits = event_id.partition("_")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else None
