"""One's own account, tokens and entitlements without a screen, over the real server."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

from client.profile import Profile
from contract.profile import OwnProfile, OwnTransfer
from contract.transfers import NewTransfer

USER = "bjorn@tidewheel.example"
"""Whose account the organisation made, and who has never signed in."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation; its owner is Ada Marlowe."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there as the owner."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


def sign_in(desk: Desk, server: Served, email: str, name: str) -> None:
    """A profile for somebody who signs in by themselves."""
    keep(desk, server, server.sign_in(email, name), name)


def keep(desk: Desk, server: Served, token: str, name: str) -> None:
    """A profile with this token."""
    path = desk.home / f"{name}.token"
    path.touch(mode=0o600)
    path.write_text(token)
    desk.sign_in(Profile(url=f"unix://{server.socket}", token_file=path), name)


def test_a_token_is_handed_out_and_taken_back(desk: Desk, server: Served) -> None:
    """Nothing but the token is printed; the list says who made it, without it; revoked it opens nothing."""
    keep(desk, server, desk.said(f"tokens create {USER} --profile acme --label laptop").strip(), "laptop")
    assert desk.said("profile show --profile laptop").startswith("Bjørn")
    assert "This token was issued by" in desk.out
    for own in ("transfers", "redeem abcdef", "join owner@nowhere.example", "undo trf_1", "leave --yes"):
        assert desk.run(f"profile {own} --profile laptop") == 3, own
        assert "This token was issued by" in desk.err
        assert "headcount server token" in desk.err
    row = next(line for line in desk.said("tokens list --profile acme").splitlines() if "laptop" in line)
    assert row.split()[1:3] == ["active", USER]
    assert "ada@tidewheel.example" in row
    assert desk.said(f"tokens revoke {row.split()[0]} --profile acme") == f"Revoked {row.split()[0]} of {USER}.\n"
    assert desk.run("profile show --profile laptop") == 3
    assert desk.run("tokens create nobody@else.example --profile acme") == 1
    assert "Nobody in your organisation" in desk.err
    assert desk.run("tokens create tomasz@tidewheel.example --profile acme") == 3
    assert "tomasz@tidewheel.example has its own sign-in" in desk.err


def test_whether_somebody_may_use_it_is_an_exit_code(desk: Desk) -> None:
    """0 for who may, 1 for who may not, with the reason."""
    assert desk.said("entitlement zoe@tidewheel.example").startswith("entitled: active until 2026-12-")
    assert desk.said("entitlement yusuf@tidewheel.example", 1) == "not entitled: NOT PAID\n"
    assert json.loads(desk.said("entitlement nobody@else.example --json", 1))["reason"] == "not_listed"


def test_ones_own_profile_and_leaving(desk: Desk, server: Served) -> None:
    """What one uses is told; leaving needs a yes, and is told once."""
    sign_in(desk, server, "bjorn@tidewheel.example", "bjorn")
    on = "--profile bjorn"
    assert "Uses Business of Tidewheel Works (active until" in desk.said(f"profile show {on}")
    own = OwnProfile.model_validate_json(desk.said(f"profile show {on} --json"))
    assert own.entitlement.entitled
    assert desk.run(f"profile leave {on}") == 2
    assert "--yes" in desk.err
    assert desk.said(f"profile leave --yes {on}") == "You have left Tidewheel Works.\n"
    assert desk.run(f"profile leave --yes {on}") == 4
    assert "Uses no subscription (removed" in desk.said(f"profile show {on}")


def test_asking_and_taking_back(desk: Desk, server: Served) -> None:
    """Found or not, the same is said; the list has both, and a code that is none is refused."""
    sign_in(desk, server, "kuebra@tidewheel.example", "kuebra")
    on = "--profile kuebra"
    said = desk.said(f"profile join owner@nowhere.example {on}")
    assert said.startswith("Request sent (trf_")
    (asked,) = (OwnTransfer.model_validate(each) for each in desk.listed(f"profile transfers {on}"))
    assert (asked.way, asked.state) == ("ask", "pending")
    assert desk.run(f"profile accept {asked.id} {on}") == 4
    assert desk.said(f"profile cancel {asked.id} {on}") == "Withdrawn: your request to owner@nowhere.example.\n"
    assert asked.id in desk.said(f"profile transfers {on}")
    assert desk.run(f"profile redeem no-such-code {on}") == 1
    assert desk.run(f"profile decline trf_1 --reason no {on}") == 1


def test_who_pays_says_yes_to_what_ends(desk: Desk) -> None:
    """The owner pays for a subscription: asking elsewhere would end it, so it takes a yes."""
    assert desk.run("profile join owner@nowhere.example") == 2
    assert "ends when they accept, without refund" in desk.err
    assert "lose access" in desk.err


def test_a_decision_is_taken_back(desk: Desk, server: Served) -> None:
    """The last one, or one by its id; only for whoever decided; a link that is none opens nothing."""
    keep(desk, server, server.sign_in("kuebra@elsewhere.example", "kuebra", new=True), "kuebra")
    on = "--profile kuebra"
    assert desk.run(f"profile undo {on}") == 4
    assert "Nothing to undo: you decided nothing in the last 10 minutes." in desk.err

    async def offer() -> None:
        async with server.client() as owner:
            await owner.create_transfer(NewTransfer(email="kuebra@elsewhere.example"))

    asyncio.run(offer())
    offered = next(
        OwnTransfer.model_validate(each) for each in desk.listed(f"profile transfers {on}") if each["way"] == "offer"
    )
    for wanted in (offered.id, ""):
        assert desk.said(f"profile decline {offered.id} {on}") == "Declined Tidewheel Works.\n"
        assert "undo until" in desk.said(f"profile transfers {on}")
        said = desk.said(f"profile undo {wanted} {on}")
        assert said == "Undone: the request from Tidewheel Works is waiting for your answer again.\n"
    assert desk.run(f"profile undo {offered.id} {on}") == 4
    assert desk.run(f"profile open https://headcount.example/requests?link=nothing {on}") == 1


def test_language_and_letters_are_chosen(desk: Desk) -> None:
    """What was chosen is said; nothing chosen changes nothing, and a language that is none is refused before asking."""
    said = desk.said("profile edit --language de --code-letters off --profile acme")
    assert said.endswith("Language of pages and letters: de. Letters about codes: off.\n")
    shown = OwnProfile.model_validate_json(desk.said("profile show --json --profile acme"))
    assert (shown.language, shown.notify_code_uses) == ("de", False)
    assert desk.run("profile edit --profile acme") == 2
    assert desk.run("profile edit --language klingon --profile acme") == 2
    said = desk.said("profile edit --language browser --code-letters on --profile acme")
    assert "as the browser asks. Letters about codes: on." in said


def test_a_code_is_shared_by_a_message(desk: Desk) -> None:
    """The message that the app shows; from a server that no browser reaches by a name it gives no address."""
    code = desk.said("codes create --uses 1 --profile acme").strip()
    said = desk.said(f"codes message {code.lower()} --profile acme")
    assert f"\n    {code}\n" in said
    assert "It can be used once." in said
    assert "https://" not in said
    told = json.loads(desk.said(f"codes message {code} --json --profile acme"))
    assert told == {"code": code, "join_url": "", "message": said}
