"""The commands that need no screen: login, info, events, and what is said to somebody who mistypes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.profile import Profile
from tui.runtime.settings import load

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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """URL and owner's token of a running server, on a socket of its own; nothing here changes its organisation."""
    folder = tmp_path_factory.mktemp("server")
    database = f"sqlite:///{folder / 'seats.sqlite3'}"
    who = ["--organisation", "Acme", "--owner", "jane@acme.example", "--seats", "5"]
    made = headcount(folder, "server", "init", "--db", database, *who)
    socket = folder / "private" / "api"
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


def test_a_mistyped_token_leaves_the_one_that_works(home: Path, server: tuple[str, str]) -> None:
    """Signing in again with a wrong token changes nothing: the profile goes on working."""
    url, token = server
    assert headcount(home, "login", "--url", url, given=f"{token}\n").returncode == 0
    assert headcount(home, "login", "--url", url, given="hc_mistyped\n").returncode == 3
    assert [path.name for path in sorted((home / ".config/headcount").iterdir())] == ["config.toml", "default.token"]
    assert headcount(home, "events").stdout.splitlines()[0].endswith("created Acme")


def test_without_a_terminal_and_a_token_login_says_how_to_give_one(home: Path) -> None:
    """From a script, with nothing on its input: usage, one sentence."""
    refused = headcount(home, "login", "--url", "https://seats.example.com")
    assert refused.returncode == 2
    assert "--token-file" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_token_file_named_from_here_is_found_from_elsewhere(
    home: Path, server: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path is written down in full: the app is opened from any folder."""
    (home / "mine").write_text(server[1])
    (home / "mine").chmod(0o600)
    monkeypatch.chdir(home)
    assert headcount(home, "login", "--url", server[0], "--token-file", "mine").returncode == 0
    monkeypatch.chdir("/")
    assert headcount(home, "events").returncode == 0


def test_an_unreadable_token_is_exit_code_3_everywhere(home: Path) -> None:
    """Login and events agree on what a missing token is."""
    gone = ("--token-file", str(home / "none"))
    assert headcount(home, "login", "--url", "https://seats.example.com", *gone).returncode == 3
    config = home / ".config/headcount/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[profiles.default]\nurl = "https://seats.example.com"\ntoken_file = "{home}/none"\n')
    config.chmod(0o600)
    assert headcount(home, "events").returncode == 3


def test_who_reads_may_stop_reading(home: Path) -> None:
    """`headcount info | head -1`: no complaint."""
    with subprocess.Popen(
        [*HEADCOUNT, "info"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to write to")
def test_a_full_disk_is_said(home: Path) -> None:
    """What could not be written is failed, in one sentence."""
    with Path("/dev/full").open("w") as full:
        env = {"HOME": str(home), "PATH": os.environ["PATH"]}
        said = subprocess.run(
            [*HEADCOUNT, "info"], stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=env
        )
    assert (said.returncode, said.stderr) == (1, "The output could not be written: No space left on device.\n")


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
        (["frobnicate"], "There is no command frobnicate."),
    ],
)
def test_a_mistake_is_usage_with_its_reason(home: Path, words: list[str], says: str) -> None:
    """Exit code 2, one clear sentence, no traceback."""
    refused = headcount(home, *words, HC="hc_x")
    assert refused.returncode == 2
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "Value error" not in refused.stderr


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
    """D29: what happened, a line each, or as JSON."""
    url, token = server
    headcount(home, "login", "--url", url, "--token-env", "HC", HC=token)
    lines = headcount(home, "events", HC=token).stdout.splitlines()
    assert lines[0].endswith("created Acme")
    assert len(json.loads(headcount(home, "events", "--json", "--limit", "1", HC=token).stdout)["items"]) == 1


def test_the_version_is_told(home: Path) -> None:
    """`--version` names program and version."""
    assert headcount(home, "--version").stdout.startswith("headcount 0.")
