"""The anchor beside a database: what a commit costs, what an undone one leaves, and what a long one is folded to."""

import errno
import os
from contextlib import suppress
from pathlib import Path

import pytest
from builders import Team, add_users, make_organisation, running
from sqlalchemy import Connection

from contract.events import EventKind, EventObject
from server.platform.transaction import Unit
from server.store import anchor
from server.store.database import Database, FilesGoneError


def heads(team: Team) -> dict[str, int]:
    """The number of each organisation's newest event, as the anchor says."""
    found = anchor.read(_file(team))
    assert found is not None
    assert (found.torn, found.altered) == (False, 0)
    return {head.organisation_id: head.seq for head in found.heads.values()}


def _is_long(kept: anchor.Anchor) -> bool:
    return kept.is_long


def _file(team: Team) -> Path:
    kept = team.server.services.database.anchor
    assert kept is not None
    return kept.path


async def test_a_commit_costs_one_line_and_no_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many events a commit has, one line of less than 200 bytes is written for each organisation, unforced."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=500)
        synced: list[int] = []
        monkeypatch.setattr(os, "fsync", synced.append)
        sizes = []
        for count in (1, 10, 200):
            before = _file(team).stat().st_size
            add_users(team, count, start=count * 1000)
            sizes.append(_file(team).stat().st_size - before)
            assert heads(team)[team.organisation_id] == team.server.services.database.heads()[0][1]
        assert all(100 < size < 200 for size in sizes)
        assert synced == []
        size = _file(team).stat().st_size
        async with team.client() as api:
            assert (await api.get("/v1/users")).status_code == 200
        assert _file(team).stat().st_size == size


async def test_what_was_undone_is_not_anchored(tmp_path: Path) -> None:
    """Neither a transaction that raised nor a savepoint that was taken back leaves a head nobody acknowledged."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        before = heads(team)
        database = server.services.database
        with suppress(ZeroDivisionError), database.write() as connection:
            _emit(team, connection)
            raise ZeroDivisionError
        with database.write() as connection, suppress(ZeroDivisionError), connection.begin_nested():
            _emit(team, connection)
            raise ZeroDivisionError
        assert heads(team) == before


def _emit(team: Team, connection: Connection) -> None:
    now = team.server.services.clock.now()
    unit = Unit(connection=connection, organisation_id=team.organisation_id, subscription_id="", now=now)
    unit.emit(EventKind.CODE_USED, EventObject(type="code", id="x", label="x"))
    unit.record()


async def test_a_long_anchor_is_folded_while_events_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It grows to a bound that does not depend on how much happens; what comes while it is folded is not forgotten."""
    monkeypatch.setattr(anchor, "FOLD_AT", 5)
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=99)
        kept = server.services.database.anchor
        assert kept is not None
        grown = [(_is_long(kept), add_users(team, 1, start=number))[0] for number in range(7)]
        assert (grown, _is_long(kept)) == ([False] * 5 + [True] * 2, True)
        kept.begin_fold()
        draft = kept.fold()
        add_users(team, 1, start=100)
        kept.end_fold(draft)
        assert not _is_long(kept)
        assert _file(team).read_text().count("\n") == 3
        assert heads(team)[team.organisation_id] == 2 + 8
        add_users(team, 1, start=200)
        assert heads(team)[team.organisation_id] == 2 + 9


async def test_a_fold_never_wins_over_an_anchor_written_meanwhile(tmp_path: Path) -> None:
    """A file that was removed and written anew while it was folded stays as it is."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=99)
        kept = server.services.database.anchor
        assert kept is not None
        kept.begin_fold()
        draft = kept.fold()
        _file(team).unlink()
        add_users(team, 3)
        kept.end_fold(draft)
        assert heads(team)[team.organisation_id] == 2 + 3


async def test_a_full_disk_is_said_and_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A line that can't be written, or only half, leaves no half line; it is in the file with the next one."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=99)
        before = _file(team).read_bytes()
        write = os.write

        def half(handle: int, data: bytes) -> int:
            return write(handle, data[:50])

        def none(handle: int, data: bytes) -> int:
            del handle, data
            raise OSError(errno.ENOSPC, "No space left on device")

        for full in (half, none):
            with monkeypatch.context() as patched:
                patched.setattr(os, "write", full)
                add_users(team, 1, start=len(caplog.records) * 10)
            assert _file(team).read_bytes() == before
        assert "can't be written" in caplog.text
        add_users(team, 1, start=5000)
        assert heads(team)[team.organisation_id] == 2 + 3


def test_a_removed_file_is_noticed_by_looking(tmp_path: Path) -> None:
    """Without a write, too: `look` saves what is committed, and nothing is written until it is opened again."""
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    database.open()
    try:
        assert database.look()
        (tmp_path / "a.db-wal").unlink()
        assert database.look()
        assert not database.look()
        with pytest.raises(FilesGoneError), database.write():
            pass
        with database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM organisations").scalar() == 0
    finally:
        database.close()
    database.open()
    with database.write():
        pass
    database.close()


def test_an_anchor_is_read_line_by_line(tmp_path: Path) -> None:
    """A file without an end of a line is read in pieces of a bounded size, and is no anchor."""
    path = tmp_path / "a.db.anchor"
    path.write_bytes(anchor.HEADER.encode() + b"x" * 100_000)
    found = anchor.read(path)
    assert found is not None
    assert (found.heads, found.torn) == ({}, True)
