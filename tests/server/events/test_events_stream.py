"""The stream of events over a real connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, add_users, make_organisation
from live import LiveServer, live_server
from role_desk import Person, person

from contract.people import Role
from server.http.tokens import token_id
from server.store import tokens


@pytest.fixture
def live(tmp_path: Path) -> Any:
    """A live server whose streams say something every 50 ms."""
    with live_server(tmp_path, heartbeat=0.05) as server:
        yield server


@pytest.fixture
def team(live: LiveServer) -> Team:
    """One organisation on it."""
    made: Team = live.call(make_organisation, live.running)
    return made


def client(live: LiveServer, team: Team) -> httpx.AsyncClient:
    """A client over the network."""
    return httpx.AsyncClient(base_url=live.url, headers={"Authorization": f"Bearer {team.token}"}, timeout=10)


async def frames(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """The events of a stream, field by field; comments as `{"": …}`."""
    frame: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if not line:
            yield frame
            frame = {}
            continue
        name, _, value = line.partition(": ")
        frame[name.rstrip(":")] = value


async def test_events_arrive_as_they_are_committed(live: LiveServer, team: Team) -> None:
    """From now on: each event once, with its id, kind and whole text; comments while nothing happens."""
    async with client(live, team) as api, api.stream("GET", "/v1/events/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        reader = frames(answer)
        assert [await anext(reader), await anext(reader)] == [{"": "welcome"}, {"": "still here"}]
        live.call(add_users, team, 2)
        got = [frame async for frame in first_events(reader, 2)]
        listed = (await api.get("/v1/events?limit=2")).json()["items"][::-1]
    assert [(frame["id"], frame["event"]) for frame in got] == [("evt_3", "user.added"), ("evt_4", "user.added")]
    assert [json.loads(frame["data"]) for frame in got] == listed


async def first_events(reader: AsyncIterator[dict[str, str]], count: int) -> AsyncIterator[dict[str, str]]:
    """So many events, without the comments."""
    while count:
        frame = await anext(reader)
        if "id" in frame:
            count -= 1
            yield frame


async def test_resuming_leaves_no_hole(live: LiveServer, team: Team) -> None:
    """Cut after every few events and resumed with Last-Event-ID while others are written: each once, in order."""
    seen: list[int] = []
    async with client(live, team) as api:
        writing = asyncio.create_task(write_slowly(live, team))
        while len(seen) < 302:
            headers = {"Last-Event-ID": f"evt_{seen[-1] if seen else 0}"}
            async with api.stream("GET", "/v1/events/stream", headers=headers) as answer:
                got = [frame["id"] async for frame in first_events(frames(answer), min(37, 302 - len(seen)))]
            seen += [int(each.removeprefix("evt_")) for each in got]
        await writing
    assert seen == list(range(1, 303))


async def write_slowly(live: LiveServer, team: Team) -> None:
    """Three hundred users in thirty transactions."""

    def ten(start: int) -> None:
        live.call(lambda: add_users(team, 10, start=start))

    for start in range(0, 300, 10):
        await asyncio.to_thread(ten, start)


async def test_a_stream_ends_with_its_token(live: LiveServer, team: Team) -> None:
    """Revoking the token ends the open stream."""
    identity = token_id(team.token) or ""
    services = live.running.services

    def revoke() -> None:
        with services.database.write() as connection:
            tokens.revoke(connection, identity, services.clock.now())

    async with client(live, team) as api, api.stream("GET", "/v1/events/stream") as answer:
        reader = frames(answer)
        await anext(reader)
        live.call(revoke)
        rest = [frame async for frame in reader]
        assert all("id" not in frame for frame in rest)
        assert (await api.get("/v1/me")).status_code == 401


@pytest.mark.parametrize("ends", ["lowered", "removed"])
async def test_a_stream_ends_with_the_role(live: LiveServer, team: Team, ends: str) -> None:
    """Whoever may read no more, or is no member any more, hears nothing more: not even that it is so."""
    bo: Person = live.call(person, team, "bo", Role.VIEWER)
    headers = {"Authorization": f"Bearer {bo.token}"}
    async with (
        client(live, team) as owner,
        httpx.AsyncClient(base_url=live.url, headers=headers, timeout=10) as api,
        api.stream("GET", "/v1/events/stream") as answer,
    ):
        reader = frames(answer)
        await anext(reader)
        path = f"/v1/members/{bo.id}"
        changed = await (owner.patch(path, json={"role": "member"}) if ends == "lowered" else owner.delete(path))
        assert changed.status_code == 200
        assert all("id" not in frame for frame in [frame async for frame in reader])
        assert (await api.get("/v1/users")).status_code == (403 if ends == "lowered" else 401)


async def test_only_ones_own_events(live: LiveServer, team: Team) -> None:
    """The other organisation's events don't come."""
    other: Team = live.call(make_organisation, live.running, "Other plc")
    async with client(live, team) as api, api.stream("GET", "/v1/events/stream") as answer:
        reader = frames(answer)
        await anext(reader)
        live.call(add_users, other, 3)
        live.call(add_users, team, 1)
        got = [frame async for frame in first_events(reader, 1)]
    assert json.loads(got[0]["data"])["object"]["label"] == "User 0"
    assert got[0]["id"] == "evt_3"


@pytest.mark.parametrize("given", ["12", "evt_", "evt_-1", "evt_1e3"])
async def test_an_odd_last_event_id_is_refused(live: LiveServer, team: Team, given: str) -> None:
    """What is no event's id is refused, so that nobody misses events by a slip."""
    async with client(live, team) as api:
        answer = await api.get("/v1/events/stream", headers={"Last-Event-ID": given})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_stopping_does_not_wait_for_streams(live: LiveServer, team: Team) -> None:
    """The server stops although streams are open, and ends them itself: one cut off when its grace is over raises."""
    async with client(live, team) as api, api.stream("GET", "/v1/events/stream") as answer:
        reader = frames(answer)
        await anext(reader)
        live.uvicorn.should_exit = True
        async with asyncio.timeout(30):
            assert [frame async for frame in reader if "id" in frame] == []


async def test_a_head_leaves_the_connection_free(live: LiveServer, team: Team) -> None:
    """Asking for the stream's headers alone is answered at once, and the same connection answers the next request."""
    one = httpx.Limits(max_connections=1)
    async with httpx.AsyncClient(base_url=live.url, headers=client(live, team).headers, limits=one, timeout=5) as api:
        head = await api.head("/v1/events/stream")
        assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert (await api.get("/v1/me")).status_code == 200
