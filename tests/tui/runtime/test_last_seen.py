"""What was seen last, kept for the next start."""

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path

from answers import make_overview
from served import served

from tui.runtime.session import Link, Session
from tui.runtime.snapshot_cache import LastSeen


def test_what_is_kept_comes_back_with_its_time(tmp_path: Path) -> None:
    """The same overview, from a file that only its owner may read."""
    path = tmp_path / "demo"
    LastSeen(path).write(make_overview())
    found = LastSeen(path).read()
    assert found is not None
    assert found[0] == make_overview()
    assert abs((dt.datetime.now(dt.UTC) - found[1]).total_seconds()) < 60
    assert path.stat().st_mode & 0o077 == 0


def test_what_can_not_be_read_is_not_there(tmp_path: Path) -> None:
    """A torn or foreign file, or none, is no reason to fail."""
    path = tmp_path / "demo"
    assert LastSeen(path).read() is None
    path.write_text('{"as_of": 1')
    assert LastSeen(path).read() is None
    LastSeen(tmp_path / "missing" / "folder").write(make_overview())
    LastSeen(path).forget()
    assert not path.exists()


def organisation(seen: LastSeen) -> str:
    """Whose overview is kept."""
    found = seen.read()
    return found[0].me.organisation_name if found else ""


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_last_overview_is_shown_until_the_server_answers(tmp_path: Path) -> None:
    """Before the first answer the old one stands there, marked as old; the answer replaces it and is kept."""
    seen = LastSeen(tmp_path / "seen")
    seen.write(make_overview())
    with served(tmp_path) as server:
        async with server.client() as client:
            session = Session(client, "demo", last_seen=seen)
            task = asyncio.create_task(session.run())
            await asyncio.sleep(0)
            assert session.overview == make_overview()
            assert session.connection.link is Link.CONNECTING
            assert session.connection.data_from is not None
            await until(lambda: organisation(seen) != "Acme")
            assert session.overview.me.organisation_name == organisation(seen)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
