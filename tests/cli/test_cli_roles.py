"""Roles, removal, handing over and the own seat without a screen: one story each, at the sample organisation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

from contract.members import MemberProfile
from contract.ownership import Ownership

LUCA = "luca@tidewheel.example"


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The owner signed in, and Luca in a profile of his own."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    monkeypatch.setenv("HEADCOUNT_PROFILE", "acme")
    file = tmp_path / "luca"
    file.write_text(server.sign_in(LUCA))
    file.chmod(0o600)
    found.sign_in(server.profile().model_copy(update={"token_file": file}), "luca")
    return found


def profile(desk: Desk) -> MemberProfile:
    """Luca in the directory."""
    return MemberProfile.model_validate_json(desk.said(f"members show {LUCA} --json"))


def test_a_role_and_a_limit_are_given(desk: Desk) -> None:
    """What it comes to is said first; a dry run changes nothing; the role holds at once, and can be refused."""
    desk.said(f"members role {LUCA} admin --limit lots --yes", 2)
    desk.run(f"members role {LUCA} admin --limit none --dry-run")
    assert "member → admin, without a limit." in desk.err
    assert profile(desk).role.value == "member"
    desk.said(f"members role {LUCA} admin", 2)
    assert "is admin, EUR 0.00 a month now." in desk.said(f"members role {LUCA} admin --yes")
    assert desk.said("users list --limit 1 --profile luca")
    desk.said(f"members role {LUCA} viewer --yes --profile luca", 3)
    assert "You are admin here; this needs owner. An owner can give you that role: " in desk.err
    assert "headcount members role" in desk.err
    desk.said("members role ada@tidewheel.example member --yes", 4)
    assert "headcount ownership offer" in desk.err


def test_a_member_is_removed_and_brought_back(desk: Desk) -> None:
    """The token opens nothing from then on, and the way back is printed; it is found by the address."""
    desk.said(f"members role {LUCA} viewer --yes")
    assert f"Removed {LUCA}, 1 token revoked." in desk.said(f"members remove {LUCA} --yes")
    desk.said("users list --profile luca", 3)
    desk.said(f"members show {LUCA}", 1)
    assert LUCA in desk.said("members removed")
    assert "is back as viewer." in desk.said(f"members restore {LUCA} --yes")
    assert profile(desk).role.value == "viewer"
    desk.said(f"members restore {LUCA} --yes", 1)
    assert desk.said("members removed") == "Nobody to bring back.\n"


def test_the_subscription_is_handed_over(desk: Desk) -> None:
    """Offered, shown to both, accepted by the other, undone; withdrawn, and then nothing is there to accept."""
    assert "who decides in their profile until" in desk.said(f"ownership offer {LUCA} --then admin --yes")
    desk.said(f"ownership offer {LUCA} --yes", 4)
    assert "main account of" in desk.said("profile show --profile luca")
    assert "Undo within 10 minutes" in desk.said("ownership accept --yes --profile luca")
    found = Ownership.model_validate_json(desk.said("ownership show --json"))
    assert found.main_account.email == LUCA
    assert desk.listed("members list --role owner")[0]["email"] == LUCA
    assert "pays again" in desk.said("ownership undo --profile luca")
    assert "Withdrawn" in desk.said("ownership cancel")
    desk.said("ownership accept --yes --profile luca", 4)
    desk.said("ownership cancel", 4)


def test_the_main_account_takes_and_leaves_its_seat(desk: Desk) -> None:
    """On and off again, as for anybody else: with what it comes to before, and nothing twice."""
    desk.said("seats own off --yes")
    assert "uses no seat already" in desk.err
    desk.said("seats own on --dry-run")
    assert "1 will be NOT PAID" in desk.err
    assert desk.err.endswith("Nothing was changed.\n")
    assert desk.said("seats own on --yes").startswith("You are a user, NOT PAID: no seat is free.")
    assert Ownership.model_validate_json(desk.said("ownership show --json")).uses_seat
    desk.said(f"members role {LUCA} owner --yes")
    desk.said("seats own off --yes --profile luca", 4)
    assert "Only the main account itself decides this: ada@tidewheel.example." in desk.err
    assert "You use no seat." in desk.said("seats own off --yes")
