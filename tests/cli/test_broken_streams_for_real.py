"""Broken streams as a shell makes them, with real processes; and questions that nobody can see."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import tomli_w
from builders import Team, make_organisation
from live import LiveServer, live_server

HEADCOUNT = f"{sys.executable} -c 'from cli.main import run; run()'"


@dataclass
class Home:
    """A home folder of an organisation's owner, signed in."""

    path: Path
    live: LiveServer
    team: Team

    @property
    def environment(self) -> dict[str, str]:
        """What a command finds there."""
        return {"HOME": str(self.path), "PATH": os.environ["PATH"], "TERM": "xterm"}

    def shell(self, line: str) -> tuple[int, str, str]:
        """Run a line of bash in which `headcount` is the command; its exit code, output and errors."""
        script = f'headcount() {{ {HEADCOUNT} "$@"; }}\n{line}'
        # bash itself would not start without streams, so these are whole and the line breaks its own
        done = subprocess.run(
            ["/bin/bash", "-c", script],
            capture_output=True,
            check=False,
            text=True,
            env=self.environment,
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    def seats(self) -> tuple[int, int]:
        """How many are paid, and how many users are NOT PAID."""
        seats = self.ask("/v1/overview")["seats"]
        return seats["paid"], seats["not_paid"]

    def ask(self, path: str) -> dict[str, Any]:
        """What the server answers the owner."""
        headers = {"Authorization": f"Bearer {self.team.token}"}
        found: dict[str, Any] = httpx.get(f"{self.live.url}{path}", headers=headers).json()
        return found


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Three paid users and one who is NOT PAID."""
    with live_server(tmp_path) as live:
        team = live.call(lambda: make_organisation(live.running, "Ünion 日本", users=4, seats=3, owner="o@u.example"))
        config = tmp_path / ".config/headcount"
        config.mkdir(parents=True)
        for name in ("config.toml", "token"):
            (config / name).touch(mode=0o600)
        (config / "token").write_text(team.token)
        profile = {"url": live.url, "token_file": str(config / "token")}
        (config / "config.toml").write_text(tomli_w.dumps({"profiles": {"default": profile}}))
        yield Home(tmp_path, live, team)


def test_what_yes_confirms_is_done_whatever_the_shell_does_with_the_output(home: Home) -> None:
    """The seats really are bought and paid for, the plan really is another; exit code 0, and not a word of Python."""
    assert home.shell("headcount pay --all --yes | true; exit ${PIPESTATUS[0]}") == (0, "", "")
    assert home.seats() == (4, 0)
    breaks = ("| true; exit ${PIPESTATUS[0]}", ">&-", ">&- 2>&- <&-", "--json | head -c 1 >&2; exit ${PIPESTATUS[0]}")
    for number, broken in enumerate(breaks, 12):
        code, _, err = home.shell(f"headcount seats set {number} --yes {broken}")
        assert (code, home.seats()[0]) == (0, number), broken
        assert "Traceback" not in err
    said = "It is done, but the output could not be written: No space left on device.\n"
    assert home.shell("headcount plan set enterprise --yes --json >/dev/full") == (0, "", said)
    assert home.ask("/v1/subscription")["plan"] == "enterprise"
    assert home.shell("headcount seats set 4000000000 --yes >&- 2>&-")[0] == 2


def test_what_the_encoding_lacks_is_replaced(home: Home) -> None:
    """ASCII only: letters lose their accents, what has no likeness becomes a question mark; nothing is lost in JSON."""
    strict = "PYTHONIOENCODING=ascii headcount"
    code, out, err = home.shell(
        f"export PYTHONIOENCODING=ascii; headcount profile show; {strict} events --limit 1 --json"
    )
    assert (code, err) == (0, "1 of 6 shown; --all for the rest.\n")
    *shown, events = out.splitlines()
    assert any("of Union ????" in line for line in shown)
    assert events.startswith('{"items": [{')


def test_a_question_that_nobody_sees_is_not_asked(home: Home) -> None:
    """Keys wait on the terminal, but the errors go elsewhere: nothing is answered by them, and nothing is done."""
    waiting = (
        "codes create Team-Lyon-27",
        "codes delete team-lyon-27",
        "profile leave",
        "seats set 20",
        "pay --all",
        "users remove --all",
    )
    for words in waiting:
        master, slave = pty.openpty()
        os.write(master, b"y\n4\ny\n")
        command = [sys.executable, "-c", "from cli.main import run; run()", *words.split()]
        done = subprocess.run(
            command, stdin=slave, stdout=slave, stderr=subprocess.DEVNULL, env=home.environment, check=False, timeout=60
        )
        assert done.returncode == (0 if "create" in words else 2 if "leave" not in words else 4), (words, done)
        os.close(master)
        os.close(slave)
    assert home.seats() == (3, 1)
    assert home.ask("/v1/invitation-codes")["items"]


def test_the_price_stands_above_the_question_wherever_the_output_goes(home: Home) -> None:
    """The output is a file and the question on the terminal: so is what is asked."""
    master, slave = pty.openpty()
    with (home.path / "out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", "from cli.main import run; run()", "seats", "set", "9"],
            stdin=slave,
            stdout=out,
            stderr=slave,
            env=home.environment,
        )
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(master, 4096)
        os.write(master, b"n\n")
        assert process.wait(60) == 130
    os.close(master)
    os.close(slave)
    assert b"EUR" in shown
    assert b"EUR" in (home.path / "out").read_bytes()
    assert home.seats() == (3, 1)


def test_following_ends_when_nobody_reads_on(home: Home) -> None:
    """`events --follow | head -1` ends after its line, although nothing more happens."""
    line = "headcount events --follow --limit 2 | head -1; exit ${PIPESTATUS[0]}"
    code, out, err = home.shell(line)
    assert (code, len(out.splitlines()), err) == (0, 1, "")


def test_a_token_that_was_read_to_its_end_is_not_taken_back(home: Home) -> None:
    """`tokens create | head -1` reads the token and leaves: it opens something."""
    code, out, err = home.shell("headcount tokens create o@u.example | head -1; exit ${PIPESTATUS[0]}")
    assert (code, err) == (0, "")
    answer = httpx.get(f"{home.live.url}/v1/me", headers={"Authorization": f"Bearer {out.strip()}"})
    assert answer.status_code == 200


def _answers(address: Path) -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_UNIX) as knock:
        return knock.connect_ex(str(address)) == 0


def test_a_server_without_streams(tmp_path: Path) -> None:
    """It starts, answers and stops with 0; no file of its own has taken the number of a stream it writes to."""
    database = f"sqlite:///{tmp_path / 'seats.db'}"
    command = [sys.executable, "-c", "from cli.main import run; run()", "server"]
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    process = subprocess.Popen(
        [
            "/bin/bash",
            "-c",
            'exec "$@" <&- >&- 2>&-',
            "bash",
            *command,
            "run",
            "--db",
            database,
            "--uds",
            str(private / "api"),
        ]
    )
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(private / "api")), base_url="http://server") as client:
        while not _answers(private / "api"):
            assert process.poll() is None
            time.sleep(0.05)
        assert client.get("/healthz").status_code == 200
        for _ in range(3):
            assert client.get("/v1/me").status_code == 401
        streams = [Path(f"/proc/{process.pid}/fd/{number}").readlink() for number in range(3)]
        assert streams == [Path(os.devnull)] * 3
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert (tmp_path / "seats.db").read_bytes().startswith(b"SQLite format 3")


def test_a_stream_that_does_not_wait_gets_every_byte() -> None:
    """Somebody made the output non-blocking: what it can't take at once it gets later."""
    ours, theirs = socket.socketpair()
    os.set_blocking(ours.fileno(), False)
    script = "from server.platform.streams import install; install(); print('x' * 3_000_000)"
    process = subprocess.Popen([sys.executable, "-c", script], stdout=ours.fileno())
    ours.close()
    got = 0
    while piece := theirs.recv(1 << 16):
        got += len(piece)
    assert (process.wait(20), got) == (0, 3_000_001)
    theirs.close()


def test_a_log_goes_on_when_its_disk_has_room_again_and_data_does_not(tmp_path: Path) -> None:
    """A log with a hole is a log; data with a hole would pass for whole data, so it ends where it was cut."""
    script = """
import os, sys
from server.platform.streams import install
install()
def turn(path):
    for number in (1, 2):
        end = os.open(f"{path}{number}" if path != "/dev/full" else path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(end, number)
for path, said in ((sys.argv[1], "one"), ("/dev/full", "two"), (sys.argv[1], "three")):
    turn(path)
    for stream in (sys.stdout, sys.stderr):
        print(said, file=stream, flush=True)
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "said")], check=True)
    assert (tmp_path / "said1").read_text() == "one\n"
    assert (tmp_path / "said2").read_text() == "one\nthree\n"
