"""The stream of events through cuts, against a real server."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from client_desk import NOW, FakeTime, live, problem
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from client.api import Client
from client.errors import BadAnswer, Broken, CannotConnect, NotAuthenticated, TimedOut
from client.events import Connecting, EventStream, Live, Offline, StreamItem, Unreadable
from client.profile import Profile, open_client
from contract.events import Actor, Event, EventKind, EventObject
from contract.problems import ProblemCode


def event(number: int, prefix: str = "evt_") -> Event:
    """The n-th thing that happened."""
    return Event(
        id=f"{prefix}{number}",
        type=EventKind.USER_ADDED,
        created_at=NOW,
        actor=Actor(label="Ada"),
        object=EventObject(type="user", id=f"usr_{number}", label="Zoë"),
    )


def block(told: Event | dict[str, Any]) -> bytes:
    """An event as it is on the wire."""
    data = told.model_dump(mode="json") if isinstance(told, Event) else told
    return f"id: {data['id']}\nevent: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


@dataclass
class Feed:
    """A server that streams `total` events, cuts the line after `per_connection`, and keeps what was asked for."""

    total: int = 20
    per_connection: int = 7
    repeat: int = 0
    resumed: list[str] = field(default_factory=list)
    closed: asyncio.Event | None = None

    def app(self) -> Starlette:
        """The server."""
        return Starlette(routes=[Route("/v1/events/stream", self.stream)])

    async def stream(self, request: Request) -> Response:
        """One connection."""
        last = request.headers["last-event-id"]
        self.resumed.append(last)
        first = max(1, int(last.removeprefix("evt_")) + 1 - self.repeat)
        return StreamingResponse(self.blocks(first), media_type="text/event-stream")

    async def blocks(self, first: int) -> AsyncIterator[bytes]:
        """Its events, then silence at the end of all of them."""
        yield b": welcome\n\n"
        for number in range(first, min(first + self.per_connection, self.total + 1)):
            yield block(event(number))
        if first + self.per_connection > self.total:
            await asyncio.sleep(60)


async def items_until(stream: EventStream, last: str) -> list[StreamItem]:
    """What the stream brings, up to the event with this id."""
    found: list[StreamItem] = []
    async with asyncio.timeout(20):
        async for item in stream:
            found.append(item)
            if isinstance(item, Event) and item.id == last:
                break
    return found


def opened(url: str, time: FakeTime | None = None) -> Client:
    """A client of a live server that never really sleeps."""
    return open_client(Profile(url=url), pace=(time or FakeTime()).pace())


async def test_each_event_once_in_order_through_cuts() -> None:
    """A stream that breaks off resumes after the last event; what the server repeats is dropped."""
    feed, time = Feed(repeat=3), FakeTime()
    with live(feed.app()) as url:
        async with opened(url, time) as client:
            items = await items_until(client.stream("evt_0"), "evt_20")
    events = [item for item in items if isinstance(item, Event)]
    assert events == [event(number) for number in range(1, 21)]
    assert feed.resumed[:3] == ["evt_0", "evt_7", "evt_11"]
    kinds = [type(item) for item in items if not isinstance(item, Event)]
    assert kinds[:5] == [Connecting, Live, Offline, Connecting, Live]
    assert set(time.naps) == {0.25}, "each connection that brought something starts the back-off anew"


async def test_resumes_where_it_was_told() -> None:
    """A stream begins after the event that the overview named."""
    with live(Feed().app()) as url:
        async with opened(url) as client:
            items = await items_until(client.stream("evt_15"), "evt_20")
    assert [item.id for item in items if isinstance(item, Event)] == [f"evt_{number}" for number in range(16, 21)]


async def test_ids_need_not_count() -> None:
    """With ids that are no numbers, repetitions are still dropped."""
    stream = EventStream(_nowhere, "evt_a")
    blocks = [event(each, "evt_x") for each in (1, 2, 1, 2, 3)]
    found = [stream._read(_sse(each)) for each in blocks]
    assert [each.id for each in found if isinstance(each, Event)] == ["evt_x1", "evt_x2", "evt_x3"]
    assert stream.last_id == "evt_x3"


async def test_a_server_set_back_to_a_copy_is_followed_from_there() -> None:
    """Restored from a backup, the server counts from before: its new events are none that were seen already."""
    stream = EventStream(_nowhere, "evt_50")
    stream.server_is_at("evt_52", asked_after="evt_50")
    assert stream._read(_sse(event(11))) is None
    stream.server_is_at("evt_10", asked_after="evt_50")
    assert stream._read(_sse(event(11))) == event(11)
    assert stream.last_id == "evt_11"


async def test_an_answer_that_is_older_than_the_newest_event_sets_nothing_back() -> None:
    """An overview may tell of less than has arrived by the stream since it was asked for."""
    stream = EventStream(_nowhere, "evt_7")
    stream._read(_sse(event(8)))
    stream.server_is_at("evt_7", asked_after="evt_7")
    assert stream.last_id == "evt_8"


async def test_shapes_of_newer_servers_are_passed_on_as_unreadable() -> None:
    """What this version can't read is still announced, once, and not asked for again."""
    stream = EventStream(_nowhere, "evt_1")
    strange = {**event(2).model_dump(mode="json"), "actor": "the moon"}
    assert stream._read(_sse(strange)) == Unreadable("evt_2")
    assert stream._read(_sse(strange)) is None
    assert stream.last_id == "evt_2"


async def test_kinds_of_newer_servers_are_events_all_the_same() -> None:
    """A kind this version has no word for keeps its name."""
    stream = EventStream(_nowhere, "evt_1")
    found = stream._read(_sse({**event(2).model_dump(mode="json"), "type": "moon.risen"}))
    assert isinstance(found, Event)
    assert found.type == "moon.risen"


async def test_garbage_is_passed_over() -> None:
    """A block without an id that could be resumed from is nothing."""
    stream = EventStream(_nowhere, "evt_1")
    assert stream._read(_sse({"id": "../..", "type": "x"})) is None
    assert stream.last_id == "evt_1"


async def test_offline_waits_longer_each_time() -> None:
    """Without a server the pauses double up to half a minute, and each says how long it is."""
    with live(Starlette()) as url:
        pass
    time = FakeTime()
    async with opened(url, time) as client:
        waits: list[float | None] = []
        async for item in client.stream():
            if isinstance(item, Offline):
                assert isinstance(item.error, CannotConnect)
                waits.append(item.retry_in)
            if len(waits) == 9:
                break
    assert waits == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    assert time.naps == waits[:-1]


@pytest.mark.parametrize(
    ("response", "kind", "ends"),
    [
        (
            Response(
                problem(ProblemCode.NOT_AUTHENTICATED).model_dump_json(), 401, media_type="application/problem+json"
            ),
            NotAuthenticated,
            True,
        ),
        (Response("<html>", media_type="text/html"), BadAnswer, False),
        (Response("data: " + "x" * (2 << 20), media_type="text/event-stream"), BadAnswer, False),
        (Response("", media_type="text/event-stream"), Broken, False),
    ],
)
async def test_other_answers(response: Response, kind: type[Exception], *, ends: bool) -> None:
    """A refusal ends the stream for good; what is no stream, or one that ends, is tried again."""

    async def answer(_: Request) -> Response:
        """The only answer."""
        return Response(response.body, response.status_code, media_type=response.media_type)

    with live(Starlette(routes=[Route("/v1/events/stream", answer)])) as url:
        async with opened(url) as client:
            found = [item async for item in _until_second_attempt(client.stream())]
    offline = next(item for item in found if isinstance(item, Offline))
    assert isinstance(offline.error, kind)
    assert (offline.retry_in is None) == ends


async def test_a_dead_link_is_noticed() -> None:
    """Silence beyond the server's comments counts as a broken link."""

    async def silent() -> AsyncIterator[bytes]:
        """A welcome, then silence."""
        yield b": welcome\n\n"
        await asyncio.sleep(60)

    async def answer(_: Request) -> Response:
        """The only answer."""
        return StreamingResponse(silent(), media_type="text/event-stream")

    from client.address import parse_address
    from client.transport import HttpChannel, Wire

    with live(Starlette(routes=[Route("/v1/events/stream", answer)])) as url:
        channel = HttpChannel(parse_address(url), Wire(stream_read=0.1))

        async def reach() -> HttpChannel:
            """The channel above."""
            return channel

        stream = EventStream(reach, "evt_0", FakeTime().pace())
        found = [item async for item in _until_second_attempt(stream)]
        await channel.aclose()
    assert isinstance(found[2], Offline)
    assert isinstance(found[2].error, TimedOut)


async def test_cancelling_closes_at_once() -> None:
    """Leaving the app does not wait for the next comment, and leaves no connection behind."""
    with live(Feed(total=3).app()) as url:
        async with opened(url) as client:
            reached = asyncio.Event()

            async def follow() -> None:
                """Read until the last event."""
                async for item in client.stream():
                    if isinstance(item, Event) and item.id == "evt_3":
                        reached.set()

            task = asyncio.create_task(follow())
            await reached.wait()
            task.cancel()
            async with asyncio.timeout(1):
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            channel = client._channel
            assert channel is not None
            assert channel._http._transport._pool.connections == []  # type: ignore[attr-defined]  # looks inside on purpose


async def _until_second_attempt(stream: EventStream) -> AsyncIterator[StreamItem]:
    attempts = 0
    async for item in stream:
        attempts += isinstance(item, Connecting)
        if attempts == 2:
            return
        yield item


async def _nowhere() -> Any:
    raise NotImplementedError


def _sse(told: Event | dict[str, Any]) -> Any:
    from client.sse import SseParser

    return SseParser().feed(block(told))[0]
