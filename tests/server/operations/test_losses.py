"""Acknowledged events that are gone: noticed at once, at the next start, and by `verify` (D29)."""

import re
from pathlib import Path

import pytest
from operator_desk import Desk

NAMES = tuple(f"u{number}" for number in range(6))
ACCEPT = "headcount server verify --accept-loss"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An organisation with the two events of its founding."""
    return Desk(tmp_path)


def test_a_log_removed_under_the_server_is_a_loss_that_verify_names(desk: Desk) -> None:
    """Who lost which events, since when, and what to do; the server does not write over them until that is accepted."""
    desk.lose(*NAMES)
    assert desk.users() == []
    found = desk.do("verify")
    assert (found.returncode, found.stdout.count("\n")) == (1, 1)
    assert "(Example): events 3 to 8 were acknowledged, the newest at 20" in found.stdout
    assert "are gone; the last one that is left is event 2 of 20" in found.stdout
    assert ACCEPT in found.stderr
    refused = desk.start_refused()
    assert "events 3 to 8" in refused
    assert ACCEPT in refused
    assert desk.do("token", "--email", "o@b.example").returncode == 1


def test_an_accepted_loss_is_in_the_history(desk: Desk) -> None:
    """Going on is one command: an event says which ones are gone, the old anchor is kept, everything verifies again."""
    desk.lose(*NAMES)
    old = desk.anchor.read_bytes()
    accepted = desk.answer("verify", "--accept-loss")["accepted"]
    assert (len(accepted), "events 3 to 8" in accepted[0]) == (1, True)
    kept = list(desk.folder.glob("seats.db.anchor.*"))
    assert [each.read_bytes() for each in kept] == [old]
    assert desk.do("verify").returncode == 0
    again = desk.do("verify", "--accept-loss")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "nothing is missing\n")
    with desk.running() as server:
        server.add_all(*NAMES)
        told = server.api.get("/v1/events", params={"kind": "organisation.history_lost"}).json()["items"]
    assert [each["object"]["attributes"]["first"] for each in told] == ["evt_3"]
    assert (told[0]["object"]["attributes"]["last"], told[0]["actor"]["label"]) == ("evt_8", "the server")
    assert desk.do("verify").returncode == 0
    assert "another history" in desk.do("verify", "--anchor", kept[0].name).stdout


@pytest.mark.parametrize("gone", ["seats.db-wal", "seats.db-shm", "seats.db.lock"])
def test_a_running_server_saves_what_it_acknowledged_and_takes_no_more(desk: Desk, gone: str) -> None:
    """A file removed under it is noticed after the next commit at the latest: all is saved, what comes gets a 503."""
    with desk.running() as server:
        server.add_all(*NAMES)
        (desk.folder / gone).unlink()
        first, later = server.add("first"), server.add("later")
        assert first.status_code in {201, 503}
        assert (later.status_code, later.json()["code"]) == (503, "server_busy")
        assert "until it is started again" in later.json()["detail"]
        assert server.api.get("/healthz").status_code == 200
    assert f"{gone} was removed while the database was open" in desk.log()
    assert "everything that was committed is saved in it" in desk.log()
    assert desk.do("verify").returncode == 0
    expected = [*NAMES, *(["first"] if first.status_code == 201 else [])]
    assert desk.users() == expected
    with desk.running() as server:
        assert server.add("later").status_code == 201
        assert server.add("u0").headers["idempotency-replayed"] == "true"


def test_a_database_replaced_under_the_server_gets_no_more(desk: Desk) -> None:
    """What was committed is not in the file of that name: nothing more is acknowledged, and the log says it is lost."""
    with desk.running() as server:
        server.add_all(*NAMES)
        (desk.folder / "old.db").write_bytes(desk.database.read_bytes())
        (desk.folder / "old.db").replace(desk.database)
        first, later = server.add("a"), server.add("b")
        assert (first.status_code, later.status_code) == (500, 503)
        assert "Whether this one was done is known then" in first.json()["detail"]
    assert "seats.db was replaced while the database was open" in desk.log()
    assert "may be LOST" in desk.log()


def test_a_database_that_is_gone_is_not_made_anew(desk: Desk) -> None:
    """An anchor without its database refuses every command that would make an empty one in its place."""
    for each in desk.folder.glob("seats.db*"):
        if each != desk.anchor:
            each.unlink()
    assert "remove the anchor too" in desk.start_refused()
    assert desk.do("init", "--organisation", "New", "--owner", "n@b.example").returncode == 1
    assert not desk.database.exists()
    desk.anchor.unlink()
    assert desk.do("init", "--organisation", "New", "--owner", "n@b.example").returncode == 0


def test_a_copy_made_without_its_log_misses_what_was_in_it(desk: Desk) -> None:
    """`cp seats.db` beside a running server takes no log along: verified against the anchor, the copy is short."""
    with desk.running() as server:
        server.add_all(*NAMES)
        (desk.folder / "copy.db").write_bytes(desk.database.read_bytes())
        found = desk.do("verify", "--anchor", desk.anchor.name, db="copy.db")
        assert (found.returncode, "events 3 to 8" in found.stdout) == (1, True)
        assert desk.do("verify").returncode == 0
    found = desk.do("verify", db="copy.db")
    assert (found.returncode, "there is no anchor copy.db.anchor" in found.stderr) == (0, True)


def test_the_log_is_a_second_anchor(desk: Desk) -> None:
    """The heads in the server's log, at its start and its end, find a loss when the anchor is lost too."""
    with desk.running() as server:
        server.add_all(*NAMES)
        server.stop()
        assert len(re.findall(r"INFO headcount.anchor at \w+ ?\w*: head org_", desk.log())) == 2
        assert desk.do("verify", "--anchor", "server.log").returncode == 0
        desk.sql("DELETE FROM events WHERE seq > 5")
        desk.sql("UPDATE organisations SET event_seq = 5, event_hash = (SELECT hash FROM events WHERE seq = 5)")
        desk.anchor.unlink()
        assert "events 6 to 8" in desk.do("verify", "--anchor", "server.log").stdout


def test_an_older_anchor_is_no_loss(desk: Desk) -> None:
    """A database that went on since its anchor was written is fine, and so it says; the next start writes it anew."""
    old = desk.anchor.read_bytes()
    with desk.running() as server:
        server.add_all(*NAMES)
    desk.anchor.write_bytes(old)
    found = desk.do("verify")
    assert (found.returncode, found.stdout) == (0, "")
    assert "1 organisation has newer events than the anchor seats.db.anchor" in found.stderr
    with desk.running():
        assert desk.do("verify").stderr == "everything is as it should be\n"


def test_a_missing_anchor_is_begun_anew(desk: Desk) -> None:
    """Without one nothing can be compared: verify says so, and the next start writes one, its owner's alone."""
    desk.anchor.unlink()
    found = desk.do("verify")
    assert (found.returncode, "there is no anchor" in found.stderr) == (0, True)
    with desk.running() as server:
        server.add_all("a")
        assert desk.anchor.stat().st_mode & 0o777 == 0o600
        desk.anchor.unlink()
        server.add_all("b")
        assert desk.do("verify").stderr == "everything is as it should be\n"
    assert "was removed or replaced; it is written anew" in desk.log()


def test_a_torn_line_is_told_from_an_altered_one(desk: Desk) -> None:
    """A line cut short at the end is a crash: left out. One that was altered is a finding, and stops the next start."""
    with desk.running() as server:
        server.add_all(*NAMES)
    whole = desk.anchor.read_bytes()
    for torn in (whole[:-40], whole[:-1], whole + b"\0" * 100, whole + b"head org_"):
        desk.anchor.write_bytes(torn)
        found = desk.do("verify")
        assert (found.returncode, found.stdout, "was cut short" in found.stderr) == (0, "", True)
    for altered in (whole.replace(b" 8 ", b" 7 "), whole.replace(b" 4 ", b" 9 "), whole[:-1] + b"0\n", b"x" + whole):
        desk.anchor.write_bytes(altered)
        found = desk.do("verify")
        assert (found.returncode, found.stdout.count("was altered")) == (1, 1)
        assert "was altered" in desk.do("token", "--email", "o@b.example").stderr
    assert desk.do("verify", "--accept-loss").returncode == 0
    assert desk.do("verify").returncode == 0


def test_the_anchor_of_another_database(desk: Desk, tmp_path: Path) -> None:
    """None of its organisations is here: one finding, and no start over it."""
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other")
    desk.anchor.write_bytes(other.anchor.read_bytes())
    found = desk.do("verify")
    assert (found.returncode, found.stdout.count("\n")) == (1, 1)
    assert "none of the 1 organisations of the anchor seats.db.anchor is here" in found.stdout
    assert "none of the 1 organisations" in desk.start_refused()
