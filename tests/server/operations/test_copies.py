"""`backup` beside writers, `restore` in the place of what was lost: complete, verified, private, or not there."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from operator_desk import Desk, Running

from server.operations import backup as copies
from server.store.sqlite import WriterLock

NAMES = tuple(f"u{number}" for number in range(6))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An organisation with the two events of its founding."""
    return Desk(tmp_path)


def test_backup_under_writers_then_restore_then_verify(desk: Desk) -> None:
    """Copies made while users are added are each complete: as many users as events, verified, and restored as such."""
    acknowledged: list[str] = []
    with desk.running() as server:
        writer = threading.Thread(target=_add, args=(server, acknowledged, 40))
        writer.start()
        made = [desk.answer("backup", "--to", f"{number}.db") for number in range(3)]
        writer.join()
        last = desk.answer("backup", "--to", "last.db")
    assert len(acknowledged) == 40
    assert [each["findings"] for each in made] == [[], [], []]
    counts = [each["events"] for each in made]
    assert counts == sorted(counts)
    for each in made:
        assert desk.users(each["file"]) == acknowledged[: each["events"] - 2]
        assert desk.do("verify", db=each["file"]).stderr == "everything is as it should be\n"
    assert (last["events"], last["organisations"]) == (42, 1)
    restored = desk.answer("restore", "--from", "last.db", "--to", "elsewhere.db")
    assert (restored["events"], restored["lost"], restored["kept"]) == (42, [], None)
    assert desk.users("elsewhere.db") == acknowledged
    assert desk.do("verify", db="elsewhere.db").stderr == "everything is as it should be\n"
    assert desk.do("token", "--email", "o@b.example", db="elsewhere.db").returncode == 0


def _add(server: Running, acknowledged: list[str], count: int) -> None:
    for number in range(count):
        name = f"w{number}"
        if server.add(name).status_code == 201:
            acknowledged.append(name)


def test_a_copy_is_one_private_file_with_an_anchor(desk: Desk) -> None:
    """Nobody else can read it, it needs no log beside it, and never takes the place of a file without being told."""
    assert desk.do("backup", "--to", "copy.db").stdout == ""
    names = sorted(each.name for each in desk.folder.glob("*copy.db*"))
    assert names == ["copy.db", "copy.db.anchor"]
    assert [(desk.folder / name).stat().st_mode & 0o777 for name in names] == [0o600, 0o600]
    before = (desk.folder / "copy.db").read_bytes()
    refused = desk.do("backup", "--to", "copy.db")
    assert (refused.returncode, "--overwrite replaces it" in refused.stderr) == (1, True)
    assert (desk.folder / "copy.db").read_bytes() == before
    assert desk.do("backup", "--to", "copy.db", "--overwrite").returncode == 0
    assert "is the database itself" in desk.do("backup", "--to", "seats.db", "--overwrite").stderr
    assert "there is no database" in desk.do("backup", "--to", "x.db", db="none.db").stderr
    assert "can't write beside" in desk.do("backup", "--to", "none/x.db").stderr


def test_a_backup_of_a_database_that_lost_events_says_so(desk: Desk) -> None:
    """The copy is held against the anchor of its source: with findings none is kept, unless one asks for it."""
    desk.lose(*NAMES)
    found = desk.do("backup", "--to", "copy.db")
    assert (found.returncode, "events 3 to 8" in found.stdout) == (1, True)
    assert not list(desk.folder.glob("*copy.db*"))
    kept = desk.do("backup", "--to", "copy.db", "--with-findings")
    assert (kept.returncode, desk.events("copy.db")) == (1, 2)


def test_a_restore_brings_back_what_was_lost(desk: Desk) -> None:
    """The copy from before the loss has all: it takes the database's place, whose remains are kept, and verifies."""
    with desk.running() as server:
        server.add_all(*NAMES)
        assert desk.do("backup", "--to", "copy.db").returncode == 0
        server.freeze()
        (desk.folder / "seats.db-wal").unlink()
    assert desk.do("verify").returncode == 1
    assert "--overwrite replaces it" in desk.do("restore", "--from", "copy.db", "--to", "seats.db").stderr
    made = desk.answer("restore", "--from", "copy.db", "--to", "seats.db", "--overwrite")
    assert (made["events"], made["lost"], desk.events(Path(made["kept"]).name)) == (8, [], 2)
    assert desk.do("verify").stderr == "everything is as it should be\n"
    with desk.running() as server:
        server.add_all("later")
    assert desk.users() == [*NAMES, "later"]


def test_a_restored_copy_that_is_older_says_what_it_misses(desk: Desk) -> None:
    """The anchor of the place stays: what came after the copy is a loss that somebody has to accept by name."""
    assert desk.do("backup", "--to", "copy.db").returncode == 0
    with desk.running() as server:
        server.add_all(*NAMES)
    made = desk.do("restore", "--from", "copy.db", "--to", "seats.db", "--overwrite")
    assert (made.returncode, "events 3 to 8" in made.stdout, "--accept-loss" in made.stderr) == (0, True, True)
    assert "events 3 to 8" in desk.start_refused()
    assert desk.do("verify", "--accept-loss").returncode == 0
    with desk.running() as server:
        server.add_all("later")
    assert desk.do("verify").returncode == 0


def test_nothing_takes_the_place_of_a_database_in_use(desk: Desk) -> None:
    """Neither a restored copy nor a backup: the server that has it open goes on."""
    assert desk.do("backup", "--to", "copy.db").returncode == 0
    lock = WriterLock(desk.database)
    lock.take()
    try:
        for refused in (
            desk.do("restore", "--from", "copy.db", "--to", "seats.db", "--overwrite"),
            desk.do("backup", "--to", "seats.db", "--overwrite", db="copy.db"),
            desk.do("verify", "--accept-loss"),
        ):
            assert (refused.returncode, "another process" in refused.stderr) == (1, True)
    finally:
        lock.release()
    assert desk.do("verify").returncode == 0


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "page"])
def test_a_damaged_copy_is_not_restored(desk: Desk, damage: str) -> None:
    """A file that is no database, or a broken one, is a finding in words; what is there stays."""
    assert desk.do("backup", "--to", "copy.db").returncode == 0
    copy = desk.folder / "copy.db"
    whole = copy.read_bytes()
    broken = {
        "empty": b"",
        "text": b"not a database at all, " * 400,
        "cut": whole[: len(whole) // 2],
        "page": whole[:8192] + os.urandom(4096 * 8) + whole[8192 + 4096 * 8 :],
    }
    copy.write_bytes(broken[damage])
    before = desk.database.read_bytes()
    found = desk.do("restore", "--from", "copy.db", "--to", "seats.db", "--overwrite")
    assert (found.returncode, "Traceback" in found.stderr) == (1, False)
    assert desk.do("verify", db="copy.db").returncode == 1
    assert desk.database.read_bytes() == before
    assert not list(desk.folder.glob(".*.part*"))


_KILLED_HALF_WAY = """
import os, sys
from pathlib import Path
from server.operations import backup as copies
force = copies._force
def killed(path):
    os.kill(os.getpid(), 9)
copies._force = killed
copies.backup("seats.db", Path("copy.db"))
"""


def test_a_backup_that_is_killed_leaves_nothing_under_the_good_name(desk: Desk) -> None:
    """The half file has another name, and the next backup begins over it."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    killed = subprocess.run([sys.executable, "-c", _KILLED_HALF_WAY], cwd=desk.folder, env=environment, check=False)
    assert killed.returncode == -9
    assert sorted(each.name for each in desk.folder.glob("*copy*")) == [".copy.db.part"]
    assert desk.do("backup", "--to", "copy.db").returncode == 0
    assert sorted(each.name for each in desk.folder.glob("*copy*")) == ["copy.db", "copy.db.anchor"]


def test_a_copy_is_read_in_one_transaction_and_holds_up_no_writer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is written between two steps, each page is copied once, and no write waits for the copy."""
    pages = int(_one(desk.database, "PRAGMA page_count"))
    steps: list[tuple[int, int]] = []
    real = sqlite3.connect

    def connect(*given: object, **named: object) -> sqlite3.Connection:
        return real(*given, **named, factory=Watched)  # type: ignore[call-overload, no-any-return]

    class Watched(sqlite3.Connection):
        def backup(self, target: sqlite3.Connection, **_: object) -> None:
            super().backup(target, pages=16, progress=self.progress)

        def progress(self, _: int, remaining: int, total: int) -> None:
            with closing(real(desk.database, timeout=0)) as writer, writer:
                writer.execute("UPDATE organisations SET name = name || 'x'")
            steps.append((remaining, total))

    monkeypatch.setattr(sqlite3, "connect", connect)
    copies.backup(str(desk.database), desk.folder / "copy.db")
    assert len(steps) == -(-pages // 16)
    assert [remaining for remaining, _ in steps] == [max(0, pages - 16 * number) for number in range(1, len(steps) + 1)]
    assert _one(desk.folder / "copy.db", "SELECT length(name) FROM organisations") == len("Example")
    assert _one(desk.database, "SELECT length(name) FROM organisations") == len("Example") + len(steps)


def _one(database: Path, question: str) -> int:
    with closing(sqlite3.connect(database)) as opened:
        return int(opened.execute(question).fetchone()[0])
