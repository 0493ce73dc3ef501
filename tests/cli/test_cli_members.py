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
    assert "1 will be NOT PAID: EUR 2.00 now or with the payment of" in said
    assert "EUR 240.00 → EUR 246.00" in said
    assert "Luca D'Angelo" in said
    assert desk.err == "Nothing was changed.\n"
    desk.said("members add luca@tidewheel.example amelie@tidewheel.example --dry-run", 1)
    assert "– no" in desk.said("members show luca@tidewheel.example")
    desk.sign_in(server.profile(), "looking", read_only=True)
    desk.said("members add luca@tidewheel.example --dry-run --profile looking", 3)


def test_members_are_added_with_a_result_each(desk: Desk) -> None:
    """Added once; again, and among others, it is said who was there already, and the exit code is 1."""
    assert "✓ Luca D'Angelo" in desk.said("members add luca@tidewheel.example luca@tidewheel.example --yes")
    assert desk.err == "1 added, NOT PAID.\n"
    again = desk.said("members add luca@tidewheel.example mans@tidewheel.example --yes", 1)
    assert "! Luca D'Angelo  luca@tidewheel.example  This address is already on the list of users." in again
    assert "✓ Måns Åkesson" in again
    report = UserBatchReport.model_validate_json(
        desk.said("members add ilse@tidewheel.example mans@tidewheel.example --mode atomic --json --yes", 1)
    )
    assert [each.problem.code.value for each in report.results if each.problem] == ["not_done", "already_user"]
    desk.said("members add ilse@tidewheel.example --mode until_full --yes", 4)
    assert desk.err == "No free seat for any of them. Nothing was changed.\n"


def test_who_can_not_be_meant_is_a_mistake_in_usage(desk: Desk, server: Served) -> None:
    """Exit code 2 for somebody who is no member, before anybody is added; 3 for a profile that only reads."""
    desk.said("members add luca@tidewheel.example nobody@nowhere.example --yes", 1)
    assert desk.err == "No member has the address nobody@nowhere.example.\n"
    desk.said("members show \x1b]0;x\x07@b.example", 1)
    assert "\x1b" not in desk.err
    desk.said("members add", 2)
    desk.sign_in(server.profile(), "looking", read_only=True)
    desk.said("members add luca@tidewheel.example --yes --profile looking", 3)
    assert "– no" in desk.said("members show luca@tidewheel.example --profile looking")


def test_a_member_is_asked_about_like_everybody_who_comes_in(desk: Desk) -> None:
    """Without a terminal and without --yes nobody is added; --buy pays for the missing seats with the same yes."""
    desk.said("members add luca@tidewheel.example", 2)
    assert desk.err == "Not confirmed: this is not a terminal. Use --yes to confirm or --dry-run to preview.\n"
    said = desk.said("members add luca@tidewheel.example --buy --yes")
    assert "The seats go from 37 to 41." in said
    assert "Done: 41 seats, EUR 8.00 charged, 3 users became active." in said
    assert "✓ Luca D'Angelo  luca@tidewheel.example  ● active" in said


def test_users_are_added_by_hand_with_the_same_summary(desk: Desk) -> None:
    """Names and addresses as a mail program has them; the next payment before and after; those that fit, or none."""
    shown = desk.said("users add Ann<ann@x.example> bo@x.example --dry-run")
    assert shown.startswith("Add 2 users\n2 will be NOT PAID: EUR 4.00 now or with the payment of")
    assert "Ann  ann@x.example  NOT PAID" in shown
    desk.said("users add ann@x.example --fitting --yes", 4)
    desk.said("users add nobody --yes", 2)
    said = desk.said("users add Ann<ann@x.example> amelie@tidewheel.example --yes", 1)
    assert "✓ Ann  ann@x.example  ! NOT PAID" in said
    assert "EUR 240.00 → EUR 246.00" in said
    assert desk.err == "1 user added, 1 not done.\n"


def test_users_are_added_as_people_write_them_down(desk: Desk) -> None:
    """Several in one argument, each mailbox once; what was removed around an address is said, and why one is none."""
    pasted = '"Lee,Ann"<ann@x.example>;ANN@x.example;mailto:bo@x.example'
    said = desk.said(f"users add {pasted} \u200bcy@x.example --yes")
    assert "✓ Ann Lee  ann@x.example  " in said
    assert "✓ bo@x.example  " in said
    assert said.startswith("Add 3 users\n")
    assert "Removed around the address: U+200B zero width space." in said
    desk.said("users add di@x.example a\u200bb@x.example --yes", 2)
    assert desk.err.endswith("Remove U+200B zero width space from the address. Nothing was changed.\n")
