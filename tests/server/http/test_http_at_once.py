"""What holds a connection or a file for a while is bounded, for each who asks and in all."""

import asyncio
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, make_organisation, running
from import_desk import crowd, send
from live import live_server

from contract.people import Role
from server.http.problems import ServerProblem
from server.platform.concurrency_limits import AtOnce, Turnstile


def test_each_bound_is_told_apart() -> None:
    """One's own and one's organisation's are 429, everybody's is 503; who leaves makes room, and nothing stays."""
    turnstile = Turnstile(AtOnce(what="doors", account=2, organisation=3, everybody=4))
    with ExitStack() as stack:
        for account, organisation in (("a", "x"), ("a", "x"), ("b", "x")):
            stack.enter_context(turnstile.passed(account, organisation))
        for account, organisation, code in (("a", "x", "rate_limited"), ("c", "x", "rate_limited")):
            with pytest.raises(ServerProblem) as refused, turnstile.passed(account, organisation):
                pass
            assert (refused.value.code, refused.value.retry_after) == (code, 5)
        with turnstile.passed("d", ""), pytest.raises(ServerProblem) as refused, turnstile.passed("e", "y"):
            pass
        assert refused.value.code == "server_busy"
    assert not turnstile.inside


async def opened(stack: AsyncExitStack, api: httpx.AsyncClient) -> int:
    """The status of one more stream, which stays open if it may."""
    return (await stack.enter_async_context(api.stream("GET", "/v1/events/stream"))).status_code


async def test_streams_are_bounded(tmp_path: Path) -> None:
    """Twenty of an account; others go on, requests are answered all the while, and a stream that ends makes room."""
    with live_server(tmp_path, heartbeat=0.05) as live:
        team: Team = live.call(make_organisation, live.running)
        other = live.call(team.token_of, Role.ADMIN)
        limits = httpx.Limits(max_connections=100)
        async with (
            httpx.AsyncClient(
                base_url=live.url, headers={"Authorization": f"Bearer {team.token}"}, limits=limits
            ) as api,
            httpx.AsyncClient(base_url=live.url, headers={"Authorization": f"Bearer {other}"}) as theirs,
        ):
            async with AsyncExitStack() as stack:
                assert [await opened(stack, api) for _ in range(21)] == [200] * 20 + [429]
                assert await opened(stack, theirs) == 200
                assert (await api.get("/v1/me")).status_code == 200
            for _ in range(200):
                if not live.running.services.streams.inside:
                    break
                await asyncio.sleep(0.02)
            assert not live.running.services.streams.inside


async def test_half_of_the_connections_are_no_streams(tmp_path: Path) -> None:
    """However many accounts follow the events, requests find a connection."""
    with live_server(tmp_path, max_connections=6) as live:
        team: Team = live.call(make_organisation, live.running)
        headers = {"Authorization": f"Bearer {team.token}"}
        async with httpx.AsyncClient(base_url=live.url, headers=headers) as api, AsyncExitStack() as stack:
            assert [await opened(stack, api) for _ in range(4)] == [200, 200, 200, 503]
            assert (await api.get("/v1/me")).status_code == 200


async def test_uploads_are_bounded(tmp_path: Path) -> None:
    """Four of an account at once, each an open file; the fifth is told to wait, and its file is not even opened."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        let_go = asyncio.Event()

        async def slow() -> Any:
            yield b"--x\r\n"
            await let_go.wait()

        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        async with team.client() as api:
            sending = [asyncio.create_task(api.post("/v1/imports", content=slow(), headers=headers)) for _ in range(4)]
            while server.services.uploads.inside[""] < 4:
                await asyncio.sleep(0)
            files = set(server.services.files.iterdir())
            refused = await send(api, crowd(1))
            assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
            assert set(server.services.files.iterdir()) == files
            let_go.set()
            assert {(await each).status_code for each in sending} == {400}
            assert not server.services.uploads.inside
            assert list(server.services.files.iterdir()) == []
            assert (await send(api, crowd(1))).status_code == 201
