"""Invitation codes without a screen, over the real server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

from contract.codes import CodeUse, InvitationCode


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation; each story makes codes of its own."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


def test_a_code_is_made_switched_and_deleted(desk: Desk) -> None:
    """What `create` prints is the code alone; it is named however it is written, or by its id."""
    assert desk.said("codes create Team-Lyon-27 --uses 3 --until 2026-12-31") == "Team-Lyon-27\n"
    shown = desk.said("codes show TEAMLYON27")
    assert shown == "Team-Lyon-27  active, used 0/3, expires 2027-01-01 00:00\n"
    one = InvitationCode.model_validate_json(desk.said("codes show team_lyon_27 --json"))
    assert desk.said(f"codes off {one.id}").startswith("Team-Lyon-27  off")
    assert desk.said("codes list --state off").splitlines()[1].split()[:3] == ["Team-Lyon-27", "off", "0/3"]
    assert json.loads(desk.said("codes on team-lyon-27 --json"))["state"] == "active"
    assert desk.said("codes uses team-lyon-27") == "Nobody has used it yet.\n"
    assert desk.run("codes delete team-lyon-27") == 2
    assert "--yes" in desk.err
    assert desk.said("codes delete team-lyon-27 --yes") == "Deleted Team-Lyon-27; 0 users who joined with it stay.\n"
    assert desk.run("codes show team-lyon-27") == 1
    assert "Unknown code 'team-lyon-27' here" in desk.err


def test_a_code_that_is_made_up_can_go_through_a_pipe(desk: Desk) -> None:
    """Nothing but the code on standard output; days count from the server's now."""
    code = desk.said("codes create --days 30").strip()
    found = InvitationCode.model_validate_json(desk.said(f"codes show {code} --json"))
    assert (found.code, found.max_uses) == (code, None)
    assert found.expires_at
    assert f"{found.expires_at:%Y-%m-%d}" == "2026-12-21"


def test_who_came_in_is_listed(desk: Desk) -> None:
    """The demo's code with its uses, the last first."""
    head, *lines = desk.said("codes uses welcome-26").splitlines()
    assert head.split() == ["used", "name", "e-mail", "status"]
    found = [CodeUse.model_validate(each) for each in desk.listed("codes uses welcome-26")]
    assert len(found) == len(lines) == 8
    assert [use.used_at for use in found] == sorted((use.used_at for use in found), reverse=True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("codes create abc", 2, "At least 6 letters or digits"),
        ("codes create WELCOME.26", 4, "This code already exists"),
        ("codes create --uses 0", 2, "--uses"),
        ("codes create --until 2026-02-30", 2, "--until: Write a day such as"),
        ("codes create --until 2020-01-01", 2, "Choose a time in the future"),
        ("codes show \x1b[2J", 1, "Unknown code"),
        ("codes show inc_nothere", 1, "Unknown code"),
        ("codes list --state open", 2, "Use active, used_up, expired or off."),
    ],
)
def test_what_does_not_do_is_said(desk: Desk, words: str, code: int, said: str) -> None:
    """A sentence on standard error, and an exit code for programs."""
    assert desk.run(words) == code
    assert said in desk.err
    assert "\x1b" not in desk.err
