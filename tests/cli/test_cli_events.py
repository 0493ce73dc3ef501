"""`headcount events`: narrowed like the screen, followed through cuts of the server, ended by ctrl+c."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served_process import ServedProcess, served_process

from contract.codes import NewCode
from contract.users import NewUser, UserBatch

_HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
HEADCOUNT = [sys.executable, "-c", f"{_HEEDING}; from cli.main import run; run()"]
"""Told to heed ctrl+c: whatever the tests are started from in the background ignores it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedProcess]:
    """The sample organisation."""
    with served_process(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(
    tmp_path: Path, server: ServedProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    """Signed in there."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


def made_code(server: ServedProcess, code: str) -> None:
    """Somebody makes an invitation code."""

    async def make() -> None:
        async with server.client() as client:
            await client.create_code(NewCode(code=code))

    asyncio.run(make())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--kind transfer.declined", "declined the request of Viktor Krasnov"),
        ("--who tomasz --object vojt", "tomasz@tidewheel.example added Vojtěch Dvořák"),
        ("--since 2026-11-20 --kind transfer --limit 1", "asked enzo@marchetti.example to join"),
        ("--until 2025-11-30 --kind organisation", "created Tidewheel Works"),
        ("yusuf", "added Yusuf Demir"),
    ],
)
def test_narrowed_by_the_server(desk: Desk, words: str, expected: str) -> None:
    """Who, kind, object, days and words, as on the screen."""
    assert desk.said(f"events {words}").splitlines()[-1].endswith(expected)


def test_what_one_command_did(desk: Desk, server: ServedProcess) -> None:
    """By its key, each event as the API's own JSON on a line."""

    async def add() -> None:
        async with server.client() as client:
            people = tuple(NewUser(email=f"{name}@acme.example") for name in "ab")
            await client.batch_users(UserBatch(add=people), key="two-at-once")

    asyncio.run(add())
    found = desk.listed("events --command two-at-once")
    assert [each["object"]["label"] for each in found] == ["a@acme.example", "b@acme.example"]
    assert desk.said("events --command nothing") == ""


def test_a_kind_that_there_is_not_is_said(desk: Desk) -> None:
    """A sentence with those there are; a day that is none is a matter of usage."""
    assert desk.run("events --kind nothing") != 0
    assert "transfer" in desk.err
    assert desk.err.startswith("kind: ")
    assert "Correct what is marked" not in desk.err
    desk.said("events --since 2026-13-01", 2)
    assert "--since: Write a day such as" in desk.err


def test_followed_through_a_restart_until_ctrl_c(desk: Desk, server: ServedProcess) -> None:
    """What happens is printed once each, also what happens after a cut; ctrl+c ends it with 130."""
    environment = {**os.environ, "HOME": str(desk.home), "PYTHONWARNINGS": "ignore"}
    command = [*HEADCOUNT, "events", "--follow", "--kind", "code", "--limit", "1", "--json"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None
        assert following.stderr is not None
        assert json.loads(following.stdout.readline())["type"].startswith("code.")
        made_code(server, "Before-the-cut")
        assert json.loads(following.stdout.readline())["object"]["label"] == "Before-the-cut"
        server.kill()
        assert "ctrl+c ends it" in following.stderr.readline()
        server.start()
        made_code(server, "After-the-cut")
        assert json.loads(following.stdout.readline())["object"]["label"] == "After-the-cut"
        following.send_signal(signal.SIGINT)
        assert following.wait(20) == 130
        assert following.stdout.read() == ""
        assert "Traceback" not in following.stderr.read()
