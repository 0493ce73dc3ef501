"""A plan for one account: every command by which people would join says which plans allow it, and changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from harness import serving

from client.profile import Profile
from contract.people import Role

LINE = (
    "Non-commercial is for one account. More users need another plan: Professional, Business or Enterprise. "
    "Move to a plan with seats first: headcount plan set."
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """Signed in as the owner of an organisation on the free plan."""
    with serving(tmp_path / "srv", plan="non-commercial") as office:
        token = tmp_path / "token"
        token.touch(mode=0o600)
        token.write_text(office.tokens[Role.OWNER])
        found = desk_in(tmp_path, monkeypatch, capsys)
        found.sign_in(Profile(url=f"unix://{office.socket}", token_file=token))
        yield found


@pytest.mark.parametrize(
    "words",
    [
        "users add bo@acme.example --yes",
        "users add bo@acme.example --dry-run",
        "users add bo@acme.example --yes --buy",
        "users add bo@acme.example --yes --fitting",
        "users import {file} --yes",
        "members add ada@tidewheel.example --yes",
        "codes create WELCOME-26",
    ],
)
def test_each_way_in_says_which_plans_would(desk: Desk, tmp_path: Path, words: str) -> None:
    """D17: one line, the same everywhere, exit code 1 also for a dry run, and nobody is listed."""
    file = tmp_path / "people.csv"
    file.write_text("email\nbo@acme.example\n")
    assert desk.run(words.format(file=file)) == 1
    assert desk.out == ""
    assert desk.err.strip() == LINE
    assert desk.listed("users list") == []
