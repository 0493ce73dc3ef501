"""A server that is ended by SIGKILL while it plans or applies: taken up again, everybody is there once.

Three kills at random moments; more, and the same ones again, with
`HEADCOUNT_KILLS=50 HEADCOUNT_TEST_SEED=123 python -m pytest tests/server/imports/test_import_sigkill.py`.
"""

import asyncio
import os
import random
import sys
from pathlib import Path

import pytest
from import_desk import crowd
from served_process import ServedProcess, served_process

from contract.imports import Import, ImportStatus, ImportStop
from contract.users import UserSource, UsersQuery
from server.operations.verify import findings
from server.store.database import Database

ROWS = 600
KILLS = int(os.environ.get("HEADCOUNT_KILLS", "3"))
SEED = int(os.environ.get("HEADCOUNT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)


@pytest.mark.timeout(120 + 40 * KILLS)
async def test_killed_at_random_moments_it_ends_the_same(tmp_path: Path) -> None:
    """Nothing that was done is lost or done again; the rest follows when somebody goes on; everything verifies."""
    sys.stdout.write(f"HEADCOUNT_TEST_SEED={SEED} HEADCOUNT_KILLS={KILLS} kills at the same moments again\n")
    chance = random.Random(SEED)  # noqa: S311 - any moment will do
    with served_process(tmp_path) as server:
        file = tmp_path / "people.csv"
        for number in range(KILLS):
            file.write_bytes(crowd(ROWS, f"kill{number}.example"))
            planned = await _plan(server, file, chance)
            async with server.client() as client:
                await client.apply_import(planned.id, version=planned.version)
            await asyncio.sleep(chance.random() / 2)
            server.kill()
            server.start()
            found = await _go_on(server, planned.id)
            assert (found.status, found.applied, found.remaining) == (ImportStatus.APPLIED, ROWS, 0)
            async with server.client() as client:
                query = UsersQuery(search=f"kill{number}.example", source=UserSource.IMPORT, limit=1, count=True)
                assert (await client.users(query)).total == ROWS
        file_of_database = server.database
        server.stop()
    database = Database(f"sqlite:///{file_of_database}", read_only=True)
    database.open()
    try:
        with database.read() as connection:
            assert list(findings(connection)) == []
    finally:
        database.close()


async def _plan(server: ServedProcess, file: Path, chance: random.Random) -> Import:
    """Plan it; in one of two cases the server dies while it does, and the same key is sent again."""
    async with server.client() as client:
        first = asyncio.create_task(client.plan_import(file, key=f"plan-{file.stat().st_mtime_ns}"))
        if chance.random() < 0.5:
            await asyncio.sleep(chance.random() / 10)
            server.kill()
            server.start()
        found = await first
        async for now in client.follow_import(found.id):
            found = now
        assert (found.status, found.rows) == (ImportStatus.PLANNED, ROWS)
        same = (await client.imports()).items
        assert [each.id for each in same if each.file_name == file.name and each.applied < ROWS] == [found.id]
        return found


async def _go_on(server: ServedProcess, import_id: str) -> Import:
    async with server.client() as client:
        found = await client.an_import(import_id)
        if found.status is not ImportStatus.APPLIED:
            assert found.stopped_because is ImportStop.INTERRUPTED
            found = await client.apply_import(import_id, version=found.version)
        async for now in client.follow_import(import_id):
            found = now
        return found
