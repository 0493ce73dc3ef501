"""The session that all screens share, against the real server."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from served_process import ServedProcess, served_process

from contract.events import EventKind
from contract.users import NewUser
from tui.runtime.session import Connection, Link, Listeners, Session


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServedProcess]:
    """The demo's server in a process of its own."""
    with served_process(tmp_path) as found:
        yield found


class Ear:
    """Remembers what a session told."""

    def __init__(self) -> None:
        self.links: list[Connection] = []
        self.changes: list[frozenset[EventKind]] = []
        self.overviews = 0

    def listeners(self) -> Listeners:
        """The callbacks."""

        def count(_: object) -> None:
            self.overviews += 1

        return Listeners(overview=count, connection=self.links.append, changed=self.changes.append)


@asynccontextmanager
async def listening(server: ServedProcess) -> AsyncIterator[tuple[Session, Ear]]:
    """A session that has its first overview and follows the events."""
    ear = Ear()
    async with server.client() as client:
        session = Session(client, "demo", listeners=ear.listeners())
        task = asyncio.create_task(session.run())
        try:
            await until(lambda: server.requests("GET /v1/overview 200") > 0)
            await until(lambda: session.connection.link is Link.LIVE)
            yield session, ear
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_burst_of_changes_costs_one_overview(server: ServedProcess) -> None:
    """Changes are gathered for a quarter of a second: five of them are one request and one repaint."""
    async with listening(server) as (_, ear), server.client() as other:
        before = server.requests("GET /v1/overview")
        await asyncio.gather(*(other.add_user(NewUser(email=f"new{n}@tidewheel.example")) for n in range(5)))
        await until(lambda: any(EventKind.USER_ADDED in kinds for kinds in ear.changes))
        await asyncio.sleep(0.6)
        assert server.requests("GET /v1/overview") - before <= 2
        assert ear.overviews == server.requests("GET /v1/overview")


async def test_the_data_stays_while_the_server_is_gone_and_everything_is_fresh_when_it_is_back(
    server: ServedProcess,
) -> None:
    """Killed, the state says reconnecting with the time of the data; back, all screens are told to look again."""
    async with listening(server) as (session, ear):
        overview = session.overview
        server.kill()
        await until(lambda: session.connection.link is Link.RECONNECTING)
        assert session.overview is overview
        assert session.connection.data_from is not None
        assert session.connection.retry_at is not None
        server.start()
        await until(lambda: session.connection.link is Link.LIVE, 40)
        await until(lambda: frozenset(EventKind) in ear.changes)
        assert session.overview is not overview


async def test_a_server_set_back_to_a_copy_is_followed_all_the_same(server: ServedProcess, tmp_path: Path) -> None:
    """Restored from a backup, it counts its events from there: what happens then is heard, not taken for old."""
    copy = tmp_path / "copy.sqlite3"
    async with listening(server) as (session, _), server.client() as other:
        heard: list[str] = []
        session.listeners.event = lambda event: heard.append(event.object.label)
        with sqlite3.connect(server.database) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        for number in range(3):
            await other.add_user(NewUser(email=f"before{number}@tidewheel.example"))
        await until(lambda: len(heard) == 3)
        server.kill()
        await until(lambda: session.connection.link is Link.RECONNECTING)
        for name in ("", "-wal", "-shm", ".anchor"):
            Path(f"{server.database}{name}").unlink(missing_ok=True)
        copy.rename(server.database)
        server.start()
        await until(lambda: session.connection.link is Link.LIVE, 40)
        await other.add_user(NewUser(email="after@tidewheel.example"))
        await until(lambda: heard[3:] == ["after@tidewheel.example"])


async def test_a_session_waits_for_a_server_that_is_not_there_yet(tmp_path: Path) -> None:
    """The demo's app is open before its server: the first overview comes when it can."""
    with served_process(tmp_path) as server:
        server.stop()
        async with server.client() as client:
            session = Session(client, "demo")
            task = asyncio.create_task(session.run())
            await asyncio.sleep(0.1)
            assert session.overview is None
            server.start()
            await until(lambda: session.overview is not None, 30)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_token_that_is_refused_is_said_and_not_hammered(server: ServedProcess, tmp_path: Path) -> None:
    """A refusal is not the network's fault: the link says so, and attempts are far apart."""
    server.token_file.write_text("hc_wrong")
    async with server.client() as client:
        ear = Ear()
        session = Session(client, "demo", listeners=ear.listeners())
        task = asyncio.create_task(session.run())
        await until(lambda: session.connection.link is Link.REFUSED)
        await asyncio.sleep(0.5)
        assert server.requests("GET /v1/overview 401") == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert tmp_path.exists()
