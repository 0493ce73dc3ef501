"""The directory without a screen: reading it, and putting members on the subscription."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

from contract.members import Member, MemberProfile
from contract.users import UserBatchReport


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


def test_members_are_listed_and_shown(desk: Desk) -> None:
    """A line each by name; filters as in the app; a profile says what the app's does."""
    head, *lines = desk.said("members list --listed no --limit 3").splitlines()
    assert head.split() == ["name", "e-mail", "position", "role", "user"]
    assert len(lines) == 3
    assert all(line.endswith("– no") for line in lines)
    members = [Member.model_validate(each) for each in desk.listed("members list --all")]
    assert len(members) > 50
    assert [each["role"] for each in desk.listed("members list --role owner")] == ["owner"]
    said = desk.said("members show AMELIE@tidewheel.example")
    assert "Amélie Rousseau" in said
    assert "● active" in said
    assert desk.said("members show <Amelie@tidewheel.example>;") == said
    profile = MemberProfile.model_validate_json(desk.said("members show amelie@tidewheel.example --json"))
    assert profile.user
    assert profile.user.id == profile.user_id


def test_a_dry_run_says_how_the_seats_work_out(desk: Desk, server: Served) -> None:
    """Nothing is sent that changes something; the exit code is the one it would have."""
    said = desk.said("members add luca@tidewheel.example --dry-run")
    assert "each, now) or until the renewal on" in said
    assert "Luca D'Angelo" in said
    assert desk.err == "Nothing was done.\n"
    desk.said("members add luca@tidewheel.example amelie@tidewheel.example --dry-run", 1)
    assert "– no" in desk.said("members show luca@tidewheel.example")
    desk.sign_in(server.profile(), "looking", read_only=True)
    desk.said("members add luca@tidewheel.example --dry-run --profile looking", 3)


def test_members_are_added_with_a_result_each(desk: Desk) -> None:
    """Added once; again, and among others, it is said who was there already, and the exit code is 1."""
    assert "✓ Luca D'Angelo" in desk.said("members add luca@tidewheel.example luca@tidewheel.example")
    assert desk.err == "1 added, NOT PAID.\n"
    again = desk.said("members add luca@tidewheel.example mans@tidewheel.example", 1)
    assert "! Luca D'Angelo  luca@tidewheel.example  This address is listed already." in again
    assert "✓ Måns Åkesson" in again
    report = UserBatchReport.model_validate_json(
        desk.said("members add ilse@tidewheel.example mans@tidewheel.example --mode atomic --json", 1)
    )
    assert [each.problem.code.value for each in report.results if each.problem] == ["not_done", "already_user"]
    full = desk.said("members add ilse@tidewheel.example --mode until_full", 1)
    assert "! Ilse" in full


def test_who_can_not_be_meant_is_a_mistake_in_usage(desk: Desk, server: Served) -> None:
    """Exit code 2 for somebody who is no member, before anybody is added; 3 for a profile that only reads."""
    desk.said("members add luca@tidewheel.example nobody@nowhere.example", 2)
    assert desk.err == "Nobody with the address nobody@nowhere.example is a member.\n"
    desk.said("members show \x1b]0;x\x07@b.example", 2)
    assert "\x1b" not in desk.err
    desk.said("members add", 2)
    desk.sign_in(server.profile(), "looking", read_only=True)
    desk.said("members add luca@tidewheel.example --profile looking", 3)
    assert "– no" in desk.said("members show luca@tidewheel.example --profile looking")
