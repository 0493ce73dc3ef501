"""The commands that need no screen: login, info, events, and what is said to somebody who mistypes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.profile import Profile
from tui.settings import load

HEADCOUNT = [sys.executable, "-c", "from cli.main import run; run()"]


def headcount(home: Path, *words: str, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a home of its own and no terminal."""
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], **env}
    return subprocess.run(
        [*HEADCOUNT, *words], input=given, capture_output=True, text=True, check=False, env=environment, timeout=60
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    return tmp_path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """URL and owner's token of a running server, on a socket of its own."""
    database = f"sqlite:///{tmp_path / 'seats.sqlite3'}"
    who = ["--organisation", "Acme", "--owner", "jane@acme.example", "--seats", "5"]
    made = headcount(tmp_path, "server", "init", "--db", database, *who)
    socket = tmp_path / "private" / "api"
    socket.parent.mkdir(mode=0o700)
    run = [*HEADCOUNT, "server", "run", "--db", database, "--uds", str(socket), "--sandbox"]
    with subprocess.Popen(run, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        while "ready" not in process.stderr.readline():
            assert process.poll() is None
        yield f"unix://{socket}", made.stdout.strip()
        process.terminate()
        process.stderr.read()


def test_login_proves_the_token_and_writes_a_private_profile(home: Path, server: tuple[str, str]) -> None:
    """The profile is checked against the server before it is written, and is readable by its owner alone."""
    url, token = server
    done = headcount(home, "login", "--url", url, "--name", "acme", "--token-env", "HC", HC=token)
    assert done.returncode == 0, done.stderr
    assert "jane@acme.example (owner) of Acme" in done.stderr
    path = home / ".config/headcount/config.toml"
    assert path.stat().st_mode & 0o077 == 0
    assert load(path, environ={}).profiles == {"acme": Profile(url=url, token_env="HC")}
    assert token not in path.read_text() + done.stdout + done.stderr


def test_login_with_a_wrong_token_writes_nothing(home: Path, server: tuple[str, str]) -> None:
    """Exit code 3 and a sentence that says what to do; the file stays as it was."""
    refused = headcount(home, "login", "--url", server[0], "--token-env", "HC", HC="hc_wrong")
    assert refused.returncode == 3
    assert "Check the token" in refused.stderr
    assert not (home / ".config/headcount/config.toml").exists()


def test_login_keeps_the_other_profiles(home: Path, server: tuple[str, str]) -> None:
    """A second profile is added to the first."""
    url, token = server
    for name in ("one", "two"):
        headcount(home, "login", "--url", url, "--name", name, "--token-env", "HC", HC=token)
    assert set(load(home / ".config/headcount/config.toml", environ={}).profiles) == {"one", "two"}


def test_an_unreachable_server_is_exit_code_6(home: Path) -> None:
    """A script can tell that the server was not there."""
    gone = headcount(home, "login", "--url", f"unix://{home}/none", "--token-env", "HC", HC="hc_x")
    assert gone.returncode == 6
    assert "Traceback" not in gone.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["login", "--url", "ftp://x", "--token-env", "HC"], "url"),
        (["login", "--url", "http://seats.example.com", "--token-env", "HC"], "url"),
        (["login", "--url", "https://x.example", "--name", "../x", "--token-env", "HC"], "name"),
        (["--profile", "acme"], "no profile 'acme'"),
        (["frobnicate"], "invalid choice"),
    ],
)
def test_a_mistake_is_usage_with_its_reason(home: Path, words: list[str], says: str) -> None:
    """Exit code 2, one clear sentence, no traceback."""
    refused = headcount(home, *words, HC="hc_x")
    assert refused.returncode == 2
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_a_terminal_the_app_says_what_it_needs(home: Path) -> None:
    """Started from cron or a pipe it neither draws nor hangs."""
    assert headcount(home).returncode == 2
    refused = headcount(home, "demo")
    assert refused.returncode == 2
    assert "not a terminal" in refused.stderr
    assert "\x1b" not in refused.stdout + refused.stderr


def test_info_tells_paths_and_sources(home: Path) -> None:
    """One can see which file is read and which source decided."""
    told = headcount(home, "info", HEADCOUNT_SLOW="1")
    assert told.returncode == 0
    assert str(home / ".config/headcount/config.toml") in told.stdout
    assert [line.split() for line in told.stdout.splitlines() if line.startswith("screen.slow")] == [
        ["screen.slow", "True", "environment"]
    ]


def test_events_are_listed_oldest_first(home: Path, server: tuple[str, str]) -> None:
    """D29: what happened, a line each, or a JSON object a line."""
    url, token = server
    headcount(home, "login", "--url", url, "--token-env", "HC", HC=token)
    lines = headcount(home, "events", HC=token).stdout.splitlines()
    assert lines[0].endswith("created Acme")
    assert len(headcount(home, "events", "--json", "--limit", "1", HC=token).stdout.splitlines()) == 1


def test_the_version_is_told(home: Path) -> None:
    """`--version` names program and version."""
    assert headcount(home, "--version").stdout.startswith("headcount 0.")
