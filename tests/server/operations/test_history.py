"""The clock and the history: what happened has one order, whatever the machine's clock does."""

import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from builders import NOW, make_organisation, running
from test_server_command import server

from server.operations.clock_check import SLACK
from server.platform.clock import Clock
from server.settings import SettingsError

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def founded(tmp_path: Path) -> Path:
    """A folder with a database whose organisation was founded at a time of its own."""
    made = server("init", "--organisation", "X", "--owner", "o@b.example", "--now", "2025-11-14T09:30Z", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    return tmp_path


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("run", "--port", "0", "--sandbox", "--now", "2024-01-01"), "start with --now 2025-11-14T09:30:01Z or later"),
        (("init", "--organisation", "Y", "--owner", "y@b.example", "--now", "2024-01-01"), "give --now 2025-11-14T"),
    ],
)
def test_a_time_before_the_history_is_refused(founded: Path, command: tuple[str, ...], said: str) -> None:
    """It is one sentence that says what to do, exit code 1, and leaves no trace in the database."""
    refused = server(*command, cwd=founded)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert said in refused.stderr
    assert "the newest event in the database is of 2025-11-14T09:30:00Z" in refused.stderr
    with sqlite3.connect(founded / "headcount.db") as database:
        assert database.execute("SELECT count(*) FROM sandbox_state").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM organisations").fetchone() == (1,)
    database.close()


async def test_a_machine_that_is_behind_starts_nothing(tmp_path: Path) -> None:
    """More than five minutes behind the newest event a server does not start; neither as a sandbox's continuation."""
    async with running(tmp_path, now=NOW) as first:
        make_organisation(first)
    for sandbox, way_out in ((False, "set the clock right"), (True, "start with --now")):
        with pytest.raises(SettingsError, match=way_out):
            async with running(tmp_path, now=NOW - SLACK - dt.timedelta(seconds=1), sandbox=sandbox):
                pass
    async with running(tmp_path, now=NOW, sandbox=False):
        pass


async def test_a_little_behind_time_stands_still(tmp_path: Path) -> None:
    """A clock that is behind by a minute writes nothing before the newest event."""
    async with running(tmp_path, now=NOW) as first:
        team = make_organisation(first)
    async with running(tmp_path, now=NOW - dt.timedelta(minutes=1), sandbox=False) as again:
        async with again.client(team.token) as api:
            made = await api.post("/v1/users", json={"email": "a@b.example"})
            moments = [each["created_at"] for each in (await api.get("/v1/events")).json()["items"]]
        assert made.status_code == 201
        assert moments == sorted(moments, reverse=True)
        assert again.clock.behind == dt.timedelta(minutes=1)


def test_a_clock_never_goes_back() -> None:
    """Set back while it runs, time stands still until it has caught up; a fresh sandbox begins where it likes."""
    time = [NOW]
    clock = Clock(source=lambda: time[0])
    assert clock.now() == NOW
    time[0] = NOW - HOUR
    assert (clock.now(), clock.behind) == (NOW, HOUR)
    time[0] = NOW + HOUR
    assert (clock.now(), clock.behind) == (NOW + HOUR, dt.timedelta())
    clock.set_to(NOW - 5 * HOUR)
    assert clock.now() == NOW - 5 * HOUR
    clock.move_to(NOW)
    assert clock.now() == NOW


async def test_a_sandbox_moved_after_a_step_back_starts_again(tmp_path: Path) -> None:
    """Where its clock is kept is where it was moved to, also when the machine's was set back before that."""
    async with running(tmp_path, now=NOW) as first:
        team = make_organisation(first)
        first.clock._source = lambda: NOW - 2 * HOUR
        async with team.client() as api:
            assert (await api.post("/v1/sandbox/clock", json={"advance": "P1D"})).status_code == 200
    async with running(tmp_path, now=NOW - 2 * HOUR) as again:
        assert again.clock.now() == NOW + 24 * HOUR
