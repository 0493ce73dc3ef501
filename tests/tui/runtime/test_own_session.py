"""The session of somebody who administers nothing: the profile instead of the overview, and no events."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from answers import make_overview
from served import served

from client.profile import Profile, open_client
from contract.profile import OwnProfile
from tui.runtime.session import Link, Listeners, Session
from tui.runtime.snapshot_cache import LastSeen


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_member_follows_the_own_profile(tmp_path: Path) -> None:
    """The profile is told instead of an error, again on `retry`; an overview of better days is forgotten at once."""
    seen = LastSeen(tmp_path / "seen")
    seen.write(make_overview())
    told: list[OwnProfile] = []
    with served(tmp_path) as server:
        token = tmp_path / "member.token"
        token.touch(mode=0o600)
        token.write_text(server.sign_in("bjorn@tidewheel.example"))
        async with open_client(Profile(url=f"unix://{server.socket}", token_file=token)) as client:
            session = Session(client, "acme", last_seen=seen, listeners=Listeners(own=told.append))
            task = asyncio.create_task(session.run())
            await until(lambda: session.own is not None and session.connection.link is Link.LIVE)
            assert session.overview is None
            assert seen.read() is None
            assert told[0].me.account.email == "bjorn@tidewheel.example"
            known = len(told)
            session.retry()
            await until(lambda: len(told) > known)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert not server.requests("GET /v1/events/stream")
