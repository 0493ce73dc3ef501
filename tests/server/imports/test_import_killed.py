"""The server may die anywhere while it plans or applies: whoever goes on comes to the same end, nothing twice (D20).

It dies at every seventh step or so, at others each time; at every one with `HEADCOUNT_DEATHS=1`.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from billing_desk import Death, PowerCut, deaths
from builders import NOW, make_organisation, running
from import_desk import plan as send_and_plan
from import_desk import sheet
from sqlalchemy import select

from contract.imports import ImportStatus
from contract.users import BatchMode
from server.catalogue import default_catalogue
from server.imports import applying, planning
from server.imports.retention import resume
from server.operations.verify import findings
from server.payments.sandbox import SandboxGateway
from server.platform.clock import Clock
from server.platform.services import Services
from server.settings import ServerSettings
from server.sheets.reading import open_sheet
from server.store import imports
from server.store.database import Database
from server.store.tables import events, import_rows, users
from server.store.tables import imports as table
from server.store.watch import Watch

ROWS = 60


class MortalDatabase(Database):
    """A database whose process can end."""

    def die(self) -> None:
        """Lose the connection as it is, like a process that ends, and get another one."""
        assert self._connection is not None
        self._connection.invalidate()
        self._connection.close()
        self._connection = self.engine.connect()
        assert self._path is not None
        self._watch = Watch(self._path)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many transactions for few rows."""
    monkeypatch.setattr(applying, "MOST", 9)
    monkeypatch.setattr(planning, "MOST", 13)


@pytest.fixture
async def planned(tmp_path: Path) -> Path:
    """A database with a planned import of sixty rows: new people, a member, somebody listed, some wrong rows."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=30, users=4)
        async with team.client() as api:
            listed = (await api.get("/v1/users")).json()["items"]
            await api.delete(f"/v1/users/{listed[0]['id']}")
            rows = [f"p{number}@x.example,Person,Number {number}," for number in range(ROWS - 5)]
            known = [f"{each['email']},,," for each in listed[:2]]
            odd = [*known, "nobody,,,", "P3@x.example,,,", "x@x.example,\x07,,"]
            await send_and_plan(api, sheet(*rows[:20], *odd, *rows[20:]))
    return tmp_path / "headcount.db"


@contextmanager
def mortal(start: Path, death: Death | None = None) -> Iterator[tuple[MortalDatabase, Services]]:
    """A server on a copy of a database, which dies as planned."""
    path = start.with_name("mortal.db")
    for left in path.parent.glob("mortal.db*"):
        if left.is_file():
            left.unlink()
    with closing(sqlite3.connect(start)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    database = MortalDatabase(f"sqlite:///{path}")
    database.open()
    clock = Clock(source=lambda: NOW)
    services = Services(
        settings=ServerSettings(database=f"sqlite:///{path}"),
        database=database,
        clock=clock,
        catalogue=default_catalogue(),
        gateway=SandboxGateway(database, clock),
    )
    if death:
        death.lurk(database.engine)
    try:
        yield database, services
    finally:
        database.close()


def begin(services: Services, mode: BatchMode = BatchMode.BEST_EFFORT) -> int:
    """What applying it, or applying it further, writes before the work begins."""
    with services.database.write() as connection:
        row = connection.execute(select(table)).one()
        if row.status != ImportStatus.APPLIED.value:
            values = {"status": ImportStatus.APPLYING.value, "mode": mode.value, "stopped_because": None}
            imports.change(connection, row.number, **values)
    return int(row.number)


def outcome(services: Services) -> dict[str, Any]:
    """What must be the same however often somebody died: everything but ids and hashes."""
    kept = ("email", "first_name", "last_name", "status", "source", "added_at", "removed_at")
    said = ("number", "email", "verdict", "field", "code", "reason")
    counted = ("status", "stopped_because", "rows", "applied", "announced", *imports.VERDICTS)
    with services.database.read() as connection:
        assert list(findings(connection)) == []
        rows = connection.execute(select(import_rows).order_by(import_rows.c.number)).all()
        return {
            "users": [tuple(row) for row in connection.execute(select(*(users.c[name] for name in kept)))],
            "events": sorted(connection.execute(select(events.c.kind)).scalars()),
            "import": [tuple(row) for row in connection.execute(select(*(table.c[name] for name in counted)))],
            "rows": [tuple(getattr(row, name) for name in said) for row in rows],
            "done": [row.number for row in rows if row.user_id],
        }


def apply_all(services: Services, number: int) -> None:
    """Apply, chunk after chunk, on an event loop of its own (the tests' own stays theirs)."""

    async def steps() -> None:
        async for _ in applying.apply_rows(services, number):
            pass

    with closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(steps())


def apply_until_done(database: MortalDatabase, services: Services, mode: BatchMode, *, again: bool) -> None:
    """Apply; after a death start anew and go on."""
    try:
        apply_all(services, begin(services, mode))
    except PowerCut:
        assert again
        database.die()
        with closing(asyncio.new_event_loop()) as loop:  # the tests' own loop stays theirs
            loop.run_until_complete(resume(services))
        apply_until_done(database, services, mode, again=False)


@pytest.mark.parametrize("mode", list(BatchMode))
def test_an_import_that_dies_anywhere_ends_the_same(planned: Path, mode: BatchMode) -> None:
    """Killed before any statement or commit and applied again: same users, seats, counts, verdicts and events."""
    if mode is BatchMode.ATOMIC:
        _mend_all(planned)
    calm = Death()
    with mortal(planned, calm) as (database, services):
        apply_until_done(database, services, mode, again=False)
        calm_steps, expected = calm.steps, outcome(services)
    assert expected["done"]
    for at in deaths(calm_steps):
        with mortal(planned, Death(at)) as (database, services):
            apply_until_done(database, services, mode, again=True)
            assert outcome(services) == expected, f"after dying at step {at}"


def _mend_all(path: Path) -> None:
    """Leave no row that would keep all from being done."""
    with closing(sqlite3.connect(path)) as connection, connection:
        gone = connection.execute("DELETE FROM import_rows WHERE verdict = 'invalid'").rowcount
        connection.execute("UPDATE imports SET invalid = 0, rows = rows - ?", (gone,))


def test_all_or_none_is_none_when_it_dies(planned: Path) -> None:
    """Until its one transaction is committed, an atomic import has added nobody."""
    _mend_all(planned)
    calm = Death()
    with mortal(planned, calm) as (_, services):
        apply_all(services, begin(services, BatchMode.ATOMIC))
    for at in deaths(calm.steps):
        with mortal(planned, Death(at)) as (database, services):
            try:
                apply_all(services, begin(services, BatchMode.ATOMIC))
            except PowerCut:
                database.die()
            with services.database.read() as connection:
                came = connection.execute(select(users.c.id).where(users.c.source == "import")).all()
            assert len(came) in {0, ROWS - 4}


def test_a_plan_that_dies_anywhere_is_made_again(planned: Path, tmp_path: Path) -> None:
    """Planning that was cut off begins anew at the next start, and comes to the same verdicts and counts."""
    file = tmp_path / "again.csv"
    file.write_bytes(sheet(*(f"q{number}@x.example,Q,{number}," for number in range(40)), "q1@x.example,,,", "p,,,"))
    calm = Death()
    with mortal(planned, calm) as (database, services):
        _plan_again(services, file)
        steps, expected = calm.steps, outcome(services)
    for at in deaths(steps):
        with mortal(planned, Death(at)) as (database, services):
            try:
                _plan_again(services, file)
            except PowerCut:
                database.die()
                _plan_again(services, file)
            assert outcome(services) == expected, f"after dying at step {at}"


def _plan_again(services: Services, file: Path) -> None:
    with services.database.write() as connection:
        row = connection.execute(select(table)).one()
        if row.status == ImportStatus.PLANNED.value and row.rows == 42:
            return
        imports.change(connection, row.number, status=ImportStatus.PLANNING.value)
    asyncio.run(_planned(services, row.number, file))


async def _planned(services: Services, number: int, file: Path) -> None:
    async for _ in planning.plan(services, number, open_sheet(file)):
        pass
