"""`headcount users list`, `remove` and `restore`, over the real server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_desk import Desk, desk_in
from served import Served, served


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


def listed(desk: Desk, words: str = "") -> list[dict[str, Any]]:
    """The users that a list has."""
    return desk.listed(f"users list --all {words}")


def test_the_list(desk: Desk) -> None:
    """As a table or as JSON, filtered by words, status, source and days."""
    assert len(listed(desk)) == 40
    head, first, *_ = desk.said("users list --limit 1").splitlines()
    assert head.split() == ["name", "e-mail", "position", "status", "source", "added"]
    assert first.startswith("Amélie Rousseau")
    day = min(each["added_at"][:10] for each in listed(desk))
    assert 0 < len(listed(desk, f"--added {day}")) < 40
    assert len(listed(desk, f"--added {day}..")) == 40
    assert len(listed(desk, f"--added >{day}")) == 40 - len(listed(desk, f"--added {day}"))
    assert {each["status"] for each in listed(desk, "--status active --source hand")} == {"active"}
    assert desk.run("users list --added soon") == 2
    assert "--added takes 2026-10-01" in desk.err


def test_undo_takes_a_removal_back(desk: Desk) -> None:
    """The last removal, as its own command says and as the app's dialog promises; another time nothing is left."""
    desk.said("users remove --status not_paid --yes")
    here = listed(desk)
    desk.said(f"users remove --status active --except {here[0]['email']} --yes")
    gone = len(here) - 1
    desk.said("undo --dry-run")
    assert f"Undo: list {gone} users again" in desk.err
    desk.said("undo --yes")
    assert f"{gone} users restored." in desk.err
    assert [each["id"] for each in listed(desk)] == [each["id"] for each in here]
    assert desk.run("undo --yes") == 4
    assert "Nothing to undo" in desk.err


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    """It says whom it would remove and what that does to the seats."""
    desk.said("users remove --status active --dry-run")
    assert "lose access" in desk.err
    assert "No refund" in desk.err
    assert len(listed(desk)) == 40


def test_everybody_but_two_and_back(desk: Desk) -> None:
    """By id or by address; what was printed takes it back, as far as seats are free."""
    first, second = listed(desk)[:2]
    answer = json.loads(desk.said(f"users remove --all --except {first['id']} {second['email']} --yes --json"))
    assert (answer["status"], answer["removed"], answer["left"]) == ("removed", 38, [])
    assert f"Undo with: headcount users restore {answer['id']}" in desk.err
    assert [each["id"] for each in listed(desk)] == [first["id"], second["id"]]
    desk.said(f"users restore {answer['id']} --dry-run")
    assert "38 users of this removal are still removed." in desk.err
    back = json.loads(desk.said(f"users restore {answer['id']} --yes --json", 0 if not answer["not_paid"] else 1))
    assert back["restored"] + back["no_seat"] == 38
    assert len(listed(desk)) == 40 - back["no_seat"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("users remove --yes", 2, "--all for all users"),
        ("users remove --all", 2, "this is not a terminal. Use --yes"),
        (
            "users remove --all --except nobody@nowhere.example --yes",
            1,
            "nobody@nowhere.example is not on the list of users",
        ),
        ("users remove --search nobody-at-all --yes", 0, "Nobody matches."),
        ("users restore sel_0000 --yes", 1, ""),
        ("users restore sel_0000", 2, "this is not a terminal"),
    ],
)
def test_what_is_not_done(desk: Desk, words: str, code: int, said: str) -> None:
    """Nobody is removed by what was not said plainly."""
    assert desk.run(words) == code, desk.err
    assert said in desk.err
    assert len(listed(desk)) == 40
