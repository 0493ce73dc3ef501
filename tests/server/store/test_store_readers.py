"""Long reads run beside everything else, and end when nobody waits for them."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from builders import make_organisation
from live import live_server
from sqlalchemy import Connection

from server.store.database import Database
from server.store.readers import READERS
from server.store.user_lists import UserList

ENDLESS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"


def endless(connection: Connection) -> int:
    """A read that would take for ever."""
    return int(connection.exec_driver_sql(ENDLESS).scalar_one())


def organisations(connection: Connection) -> int:
    """A quick one."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM organisations").scalar_one())


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A new database file, open."""
    database = Database(f"sqlite:///{tmp_path / 'headcount.db'}")
    database.open()
    yield database
    database.close()


async def test_a_long_read_holds_up_nobody(database: Database) -> None:
    """While it runs, the event loop reads and writes; a later read sees what was committed in the meantime."""
    long = asyncio.create_task(database.read_aside(endless))
    await asyncio.sleep(0.05)
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO organisations (id, name, name_key, created_at) VALUES ('o', 'O', 'o', 0)"
        )
    assert await database.read_aside(organisations) == 1
    assert not long.done()
    long.cancel()


async def test_a_dropped_read_ends(database: Database) -> None:
    """Cancelled, a read is broken off or never starts: more than there are threads for leave room for the next."""
    many = [asyncio.create_task(database.read_aside(endless)) for _ in range(3 * READERS)]
    await asyncio.sleep(0.05)
    for each in many:
        each.cancel()
    async with asyncio.timeout(5):
        assert await database.read_aside(organisations) == 0


async def test_a_read_dropped_between_two_statements_ends(database: Database) -> None:
    """What was broken off before its next statement had begun is broken off again."""
    ready, go = threading.Event(), threading.Event()

    def late(connection: Connection) -> int:
        ready.set()
        go.wait()
        return endless(connection)

    many = [asyncio.create_task(database.read_aside(late)) for _ in range(READERS)]
    await asyncio.to_thread(ready.wait)
    for each in many:
        each.cancel()
    await asyncio.sleep(0.02)
    go.set()
    async with asyncio.timeout(5):
        assert await database.read_aside(organisations) == 0


async def test_closing_breaks_off_what_runs(tmp_path: Path) -> None:
    """A server that stops does not wait for a search."""
    database = Database(f"sqlite:///{tmp_path / 'headcount.db'}")
    database.open()
    long = asyncio.create_task(database.read_aside(endless))
    await asyncio.sleep(0.05)
    database.close()
    with pytest.raises(Exception, match="interrupted"):
        await long


async def test_closing_breaks_off_what_is_about_to_run(tmp_path: Path) -> None:
    """A search that has its connection but has not begun yet is broken off as soon as it does."""
    database = Database(f"sqlite:///{tmp_path / 'headcount.db'}")
    database.open()
    ready, go = threading.Event(), threading.Event()

    def late(connection: Connection) -> int:
        ready.set()
        go.wait()
        return endless(connection)

    long = asyncio.create_task(database.read_aside(late))
    await asyncio.to_thread(ready.wait)
    threading.Timer(0.1, go.set).start()
    database.close()
    with pytest.raises(Exception, match="interrupted"):
        await long


async def test_in_memory_there_is_one_connection() -> None:
    """Without a file a long read runs at once, on the only connection."""
    database = Database(":memory:")
    database.open()
    assert await database.read_aside(organisations) == 0
    database.close()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Counting takes for ever, until the patch is undone."""
    monkeypatch.setattr(UserList, "count", lambda self: endless(self._connection))
    return monkeypatch


async def test_a_search_nobody_waits_for_is_dropped(tmp_path: Path, slow: pytest.MonkeyPatch) -> None:
    """Clients that leave during a slow search free its thread, and meanwhile everybody else is answered."""
    with live_server(tmp_path) as live:
        team = live.call(make_organisation, live.running)
        headers = {"Authorization": f"Bearer {team.token}"}
        search = "/v1/users?search=olga&count=true"
        async with httpx.AsyncClient(base_url=live.url, headers=headers, timeout=10) as api:
            leaving = [asyncio.create_task(api.get(search)) for _ in range(2 * READERS)]
            await asyncio.sleep(0.1)
            assert (await api.get("/v1/me")).status_code == 200
            assert not any(each.done() for each in leaving)
            for each in leaving:
                each.cancel()
                with suppress(asyncio.CancelledError):
                    await each
            slow.undo()
            assert (await api.get(search)).json()["total"] == 0
