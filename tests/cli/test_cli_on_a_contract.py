"""On a contract plan no command says a word about paying."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in

from client.profile import Profile

_SERVER = [sys.executable, "-m", "server"]
_MONEY = re.compile(r"(?i)\bpay|paid|payment|price|charge|invoice|credit|billing|EUR|due")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """Signed in as the owner of an organisation with a contract for 25 users."""
    database = f"sqlite:///{tmp_path / 'seats.sqlite3'}"
    who = ["--organisation", "Acme", "--owner", "jane@acme.example", "--plan", "contract", "--seats", "25"]
    made = subprocess.run([*_SERVER, "init", "--db", database, *who], capture_output=True, text=True, check=True)
    token = tmp_path / "token"
    token.touch(mode=0o600)
    token.write_text(made.stdout)
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    run = [*_SERVER, "run", "--db", database, "--uds", str(private / "api"), "--sandbox"]
    with subprocess.Popen(run, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        while "ready" not in process.stderr.readline():
            assert process.poll() is None
        found = desk_in(tmp_path, monkeypatch, capsys)
        found.sign_in(Profile(url=f"unix://{private / 'api'}", token_file=token))
        yield found
        process.terminate()
        process.stderr.read()


def test_reading_says_that_the_contract_sets_it(desk: Desk) -> None:
    """Invoices, forecast and seats: to whom to write, and nothing about money."""
    for words in ("invoices list", "forecast", "seats show"):
        said = desk.said(words)
        assert "This is set by your contract; write to sales@vendor.example." in said
        assert not _MONEY.search(said)
    assert desk.said("seats show").startswith("25 seats, ")


@pytest.mark.parametrize(
    "words",
    ["seats set 30", "pay --all", "pay --overdue", "billing set annual", "plan set business", "cancel", "resume"],
)
def test_changing_says_that_the_contract_sets_it(desk: Desk, words: str) -> None:
    """Exit code 1, to whom to write, and nothing about money."""
    for how in ("--yes", "--dry-run"):
        assert desk.run(f"{words} {how}") in {1, 4}
        assert desk.out == ""
        assert not _MONEY.search(desk.err), desk.err
        assert "sales@vendor.example" in desk.err
