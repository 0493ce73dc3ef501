"""`python -m server` as a process: what it prints, when it ends, what survives."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from server.store.schema import HEAD

COMMAND = [sys.executable, "-m", "server"]
READY = re.compile(r"headcount server ready on (\S+)")


def server(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=cwd, env=environment, timeout=60
    )


@contextmanager
def started(*arguments: str, cwd: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A running server and where it answers; it is ended if the test did not."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [*COMMAND, "run", *arguments], stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=cwd, env=environment
    )
    assert process.stderr is not None
    try:
        seen = ""
        while not (found := READY.search(seen)):
            line = process.stderr.readline()
            assert line, f"it ended: {seen}"
            seen += line
        yield process, found[1]
    finally:
        process.kill()
        process.wait()
        for end in (process.stdin, process.stdout, process.stderr):
            if end is not None:
                end.close()


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a database, and its owner's token."""
    folder = tmp_path_factory.mktemp("server")
    made = server("init", "--organisation", "Example", "--owner", "o@b.example", "--seats", "3", cwd=folder)
    assert made.returncode == 0, made.stderr
    return folder, made.stdout.strip()


def test_init_prints_the_token_once(founded: tuple[Path, str]) -> None:
    """The token alone is on the standard output, it is stored nowhere, and the organisation can't be made twice."""
    folder, token = founded
    assert re.fullmatch(r"hc_[0-9A-Za-z]{69}", token)
    assert token.encode() not in b"".join(path.read_bytes() for path in folder.iterdir())
    again = server("init", "--organisation", "EXAMPLE", "--owner", "o@b.example", cwd=folder)
    assert (again.returncode, again.stdout) == (1, "")
    assert "exists already" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--plan", "gold"], "unknown plan 'gold'"),
        (["--plan", "professional", "--cycle", "annual"], "not sold annual"),
        (["--currency", "XXX"], "in XXX"),
        (["--currency", "eur", "--plan", "contract"], "in eur"),
        (["--time-zone", "Mars/Olympus"], "time zone"),
        (["--time-zone", "../../etc/passwd"], "time zone"),
        (["--seats", "-1"], "seats go from 0"),
        (["--db", "postgresql://localhost/x"], "SQLite"),
    ],
)
def test_init_says_what_is_wrong(tmp_path: Path, arguments: list[str], complaint: str) -> None:
    """A value that can't be used is one line on the standard error and exit code 2."""
    made = server("init", "--organisation", "X", "--owner", "o@b.example", *arguments, cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr.count("\n")) == (2, "", 1)
    assert complaint in made.stderr


def test_run_answers_and_ends_in_time(founded: tuple[Path, str]) -> None:
    """It says where it is ready, refuses a second process, lets verify look on, and ends with 0 despite a stream."""
    folder, token = founded
    headers = {"Authorization": f"Bearer {token}"}
    with started("--port", "0", cwd=folder) as (process, url), httpx.Client(base_url=url, headers=headers) as api:
        assert api.get("/v1/users?search=canary").json()["items"] == []
        second = server("run", "--port", "0", cwd=folder)
        assert (second.returncode, second.stderr.count("\n")) == (1, 1)
        assert "a running server" in second.stderr
        assert server("verify", cwd=folder).returncode == 0
        with api.stream("GET", "/v1/events/stream") as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": welcome"
            process.send_signal(signal.SIGTERM)
            list(lines)  # the server ends the stream itself: one that is cut when patience ends raises here
            assert process.wait(30) == 0
        assert process.stderr is not None
        log = process.stderr.read()
    assert "GET /v1/users 200" in log
    assert "canary" not in log
    assert token not in log
    assert "Traceback" not in log


def test_a_private_socket(founded: tuple[Path, str]) -> None:
    """The socket is its owner's alone, in a folder of its owner's, and gone after the end."""
    folder, token = founded
    path = folder / "run" / "api"
    with started("--uds", str(path), cwd=folder) as (process, where):
        assert where == f"unix://{path}"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport, base_url="http://server") as api:
            answer = api.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        process.terminate()
        assert process.wait(5) == 0
    assert not path.exists()
    (folder / "open").mkdir(mode=0o755)
    refused = server("run", "--uds", str(folder / "open" / "api"), cwd=folder)
    assert (refused.returncode, "mode 0700" in refused.stderr) == (1, True)


def test_it_ends_with_its_parent(founded: tuple[Path, str]) -> None:
    """A child stops when the other end of its standard input is closed."""
    folder, _ = founded
    with started("--port", "0", "--exit-with-parent", cwd=folder) as (process, _):
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(5) == 0


def test_an_inherited_socket(founded: tuple[Path, str]) -> None:
    """A client may connect before the server runs: the parent opened the socket."""
    folder, token = founded
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
        command = [*COMMAND, "run", "--fd", str(listener.fileno())]
        with subprocess.Popen(
            command, cwd=folder, env=environment, stderr=subprocess.DEVNULL, pass_fds=[listener.fileno()]
        ) as process:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1/me"
            try:
                answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
            finally:
                process.terminate()
    assert answer.status_code == 200


def test_killed_and_started_again(tmp_path: Path) -> None:
    """What was acknowledged before a SIGKILL is there afterwards, once, also for who repeats a command."""
    token = server("init", "--organisation", "X", "--owner", "o@b.example", cwd=tmp_path).stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    acknowledged: list[str] = []
    for life in range(3):
        with started("--port", "0", cwd=tmp_path) as (process, url), httpx.Client(base_url=url, headers=headers) as api:
            if acknowledged:
                again = add(api, acknowledged[-1])
                assert again.headers["idempotency-replayed"] == "true"
            for number in range(20):
                name = f"u{life}x{number}"
                if add(api, name).status_code == 201:
                    acknowledged.append(name)
            process.kill()
    assert server("verify", cwd=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "headcount.db") as database:
        found = [name for (name,) in database.execute("SELECT first_name FROM users ORDER BY number")]
    database.close()
    assert found == acknowledged
    assert len(found) == 60


def add(api: httpx.Client, name: str) -> httpx.Response:
    """Add a user, with a key of its own."""
    body = {"email": f"{name}@b.example", "first_name": name}
    return api.post("/v1/users", json=body, headers={"Idempotency-Key": name})


def test_verify_prints_findings(tmp_path: Path) -> None:
    """Each finding is a line on the standard output, and the exit code is 1."""
    server("init", "--organisation", "X", "--owner", "o@b.example", cwd=tmp_path)
    with sqlite3.connect(tmp_path / "headcount.db") as database:
        database.execute("UPDATE subscriptions SET high_water = 3")
        database.execute("UPDATE events SET body = body || ' ' WHERE seq = 1")
    database.close()
    found = server("verify", cwd=tmp_path)
    assert (found.returncode, found.stdout.count("\n")) == (1, 3)  # two of the number, one of the event


def test_seed_and_migrate(tmp_path: Path) -> None:
    """A crowd is made quickly, verifies, and is the same crowd each time; migrating again changes nothing."""
    for name in ("a.db", "b.db"):
        assert server("seed", "--db", name, "--users", "500", cwd=tmp_path).returncode == 0
        assert server("verify", "--db", name, cwd=tmp_path).returncode == 0
        assert f"at {HEAD}" in server("migrate", "--db", name, cwd=tmp_path).stderr
    crowds = []
    for name in ("a.db", "b.db"):
        with sqlite3.connect(tmp_path / name) as database:
            crowds.append(database.execute("SELECT email, position, status FROM users ORDER BY number").fetchall())
        database.close()
    assert crowds[0] == crowds[1]


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run", "--port", "x"], ["seed"]])
def test_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    """Wrong usage is exit code 2 and says how it is used."""
    found = server(*arguments, cwd=tmp_path)
    assert (found.returncode, "usage:" in found.stderr) == (2, True)


def test_time_is_the_sandboxs(tmp_path: Path) -> None:
    """Only a sandbox may be told what time it is."""
    found = server("run", "--now", "2026-01-01", cwd=tmp_path)
    assert (found.returncode, "--sandbox" in found.stderr) == (2, True)
