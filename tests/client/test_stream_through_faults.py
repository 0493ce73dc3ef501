"""The stream of events over a line that cuts, delays and repeats, to a server that stops and comes back.

`HEADCOUNT_EVENTS=10000 python -m pytest tests/client/test_stream_through_faults.py` for the full count;
`HEADCOUNT_TEST_SEED` repeats a run.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from builders import Team, add_users, make_organisation
from live import LiveServer, live_server
from pydantic import SecretStr
from toxic import ENDS, ToxicLine

from client.address import parse_address
from client.call_executor import Pace
from client.events import EventStream, Live, Offline
from client.transport import HttpChannel, Wire
from contract.events import Event

EVENTS = int(os.environ.get("HEADCOUNT_EVENTS", "1200"))
SEED = int(os.environ.get("HEADCOUNT_TEST_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
AT_ONCE = 20
"""Events of one transaction."""


@dataclass
class Reader:
    """Somebody who follows, by a channel that gives a silent line up soon."""

    events: list[Event]
    connections: int = 0
    offline: int = 0

    async def follow(self, port: int, token: str) -> None:
        """Take in what happens, for ever."""
        wire = Wire(token=SecretStr(token), stream_read=0.4)
        channel = HttpChannel(parse_address(f"http://127.0.0.1:{port}"), wire)

        async def reach() -> HttpChannel:
            """Always the same line, however often it fails."""
            return channel

        pace = Pace(sleep=lambda seconds: asyncio.sleep(min(seconds, 0.02)))
        try:
            async for item in EventStream(reach, "evt_0", pace):
                self.connections += isinstance(item, Live)
                self.offline += isinstance(item, Offline)
                if isinstance(item, Event):
                    self.events.append(item)
        finally:
            await channel.aclose()

    async def has(self, event_id: str) -> None:
        """Wait for an event."""
        while not self.events or self.events[-1].id != event_id:
            await asyncio.sleep(0.01)


async def listed(server: LiveServer, token: str) -> list[Event]:
    """All events as the list tells them, straight from the server."""
    found: list[Event] = []
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as api:
        after = "evt_0"
        while True:
            page = (await api.get("/v1/events", params={"after": after, "limit": 500})).json()
            found += [Event.model_validate(each) for each in page["items"]]
            if not page["items"]:
                return found
            after = found[-1].id


@asynccontextmanager
async def restarting(folder: Path) -> AsyncIterator[Callable[[], LiveServer]]:
    """A server that can be had anew: each call ends the one before, in a thread, and starts one on the same data."""
    with contextlib.ExitStack() as stack:
        current = stack.enter_context(contextlib.ExitStack())

        def anew() -> LiveServer:
            """End the present one and start another."""
            current.close()
            return current.enter_context(live_server(folder, heartbeat=0.1))

        yield anew
        await asyncio.to_thread(current.close)


async def test_through_every_fault_each_event_arrives_once_and_in_order(tmp_path: Path) -> None:
    """Cut, reset, silent, half closed, late and repeated, and the server restarted: same list, same order (D29)."""
    print(f"HEADCOUNT_TEST_SEED={SEED} HEADCOUNT_EVENTS={EVENTS}")  # noqa: T201 - for whoever repeats it
    chance = random.Random(SEED)  # noqa: S311 - the same faults for the same seed
    async with restarting(tmp_path) as anew:
        server = await asyncio.to_thread(anew)
        team: Team = server.call(make_organisation, server.running)
        reader = Reader([])
        async with ToxicLine(_port(server), chance) as line:
            following = asyncio.create_task(reader.follow(line.port, team.token))
            rounds = EVENTS // AT_ONCE
            for number in range(rounds):
                await asyncio.to_thread(_write, server, team, number)
                await asyncio.sleep(chance.random() * 0.02)
                if number in {rounds // 3, 2 * rounds // 3}:
                    server = await asyncio.to_thread(anew)
                    team = replace(team, server=server.running)
                    line.there = _port(server)
            wanted = await listed(server, team.token)
            async with asyncio.timeout(60):
                await reader.has(wanted[-1].id)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        print(len(wanted), reader.connections, reader.offline, dict(line.did))  # noqa: T201 - what it went through
    assert [event.id for event in wanted] == [f"evt_{number}" for number in range(1, len(wanted) + 1)]
    assert len(wanted) >= EVENTS
    assert reader.events == wanted
    assert reader.connections > EVENTS // 200
    assert all(line.did[how] for how in (*ENDS, "repeat", "delay"))


def _port(server: LiveServer) -> int:
    return int(server.url.rpartition(":")[2])


def _write(server: LiveServer, team: Team, number: int) -> None:
    server.call(lambda: add_users(team, AT_ONCE, start=number * AT_ONCE))
