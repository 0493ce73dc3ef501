"""`headcount demo` as somebody who has just cloned it meets it: a real terminal, a real child, keys."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ptyterm import PtyProgram

HEADCOUNT = ["-c", "from cli.main import run; run()"]
READY = "● live"


@pytest.fixture
def home() -> Iterator[Mapping[str, str | None]]:
    """An environment with nothing in its home, whose path is as short as people's are."""
    with tempfile.TemporaryDirectory(prefix="hc-", ignore_cleanup_errors=True) as folder:
        yield {"HOME": folder, "XDG_DATA_HOME": None, "XDG_STATE_HOME": None, "XDG_CONFIG_HOME": None}


@pytest.fixture
def demo(home: Mapping[str, str | None]) -> Iterator[PtyProgram]:
    """The demo, open on its Overview."""
    with PtyProgram([*HEADCOUNT, "demo"], env=home) as program:
        program.wait_for_text(READY, 30)
        yield program


def folder(home: Mapping[str, str | None]) -> Path:
    """Where the demo keeps its data."""
    return Path(str(home["HOME"])) / ".local/share/headcount/demo"


def ask(home: Mapping[str, str | None], query: str) -> list[tuple[Any, ...]]:
    """What the demo's database holds."""
    with sqlite3.connect(f"file:{folder(home)}/headcount.sqlite3?mode=ro", uri=True) as database:
        return database.execute(query).fetchall()


def servers(home: Mapping[str, str | None]) -> list[int]:
    """Processes that serve this home's demo."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder(home)).encode() in words and b"server" in words:
                found.append(int(entry.name))
    return found


def verify(home: Mapping[str, str | None]) -> subprocess.CompletedProcess[str]:
    """`headcount server verify` on the demo's database."""
    command = [sys.executable, *HEADCOUNT, "server", "verify", "--db", f"sqlite:///{folder(home)}/headcount.sqlite3"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_seats_raised_by_five_keys_are_charged_once_and_exactly(
    demo: PtyProgram, home: Mapping[str, str | None]
) -> None:
    """D5: five presses make one quote, `c` `y` one charge, equal to what the summary said, seen in every book."""
    quotes, charges = ask(home, "select count(*) from quotes")[0][0], ask(home, "select count(*) from payments")[0][0]
    demo.send("+++++")
    demo.wait_for_text("holds until")
    said = re.search(r"EUR ([\d.]+) now +5 seats", demo.text())
    assert said
    demo.send("c")
    demo.wait_for_text("Confirm modifications")
    demo.wait_for_text(f"Pay EUR {said[1]}")
    demo.send("y")
    demo.wait_for_text(f"Done: 42 seats, EUR {said[1]} charged, 3 users became active.")
    demo.wait_for_text("40 of 42 taken")
    demo.wait_for_text("you raised the seats from 37 to 42")
    assert ask(home, "select count(*) from quotes") == [(quotes + 1,)]
    assert ask(home, "select count(*) from payments") == [(charges + 1,)]
    amount = ask(home, "select amount from payments order by rowid desc limit 1")[0][0]
    assert f"{amount / 100:.2f}" == said[1]
    checked = verify(home)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_all_incoming_requests_are_accepted_with_four_keys_and_one_request(
    demo: PtyProgram, home: Mapping[str, str | None]
) -> None:
    """D26: `3 * a y` sends one decisions request for all seven, and the list is empty afterwards."""
    accepted = "select count(*) from transfers where state = 'accepted'"
    before = ask(home, accepted)[0][0]
    demo.send("3")
    demo.wait_for_text("of 7")
    demo.send("*a")
    demo.wait_for_text("Accept 7")
    demo.send("y")
    demo.wait_for(lambda: ask(home, accepted)[0][0] == before + 7)
    demo.wait_for_text("7 accepted")
    demo.wait_for(lambda: "Transfers 7" not in demo.text())
    log = (folder(home) / "server.log").read_text()
    assert log.count("POST /v1/transfers/decisions 200") == 1
    assert verify(home).returncode == 0


def test_quitting_stops_the_server_and_keeps_the_data(demo: PtyProgram, home: Mapping[str, str | None]) -> None:
    """State persists in the data folder, and no process is left behind."""
    demo.send("+")
    demo.wait_for_text("holds until")
    demo.send("cy")
    demo.wait_for_text("Done: 38 seats")
    demo.send("qq")
    assert demo.wait() == 0
    assert demo.is_restored()
    wait_until(lambda: not servers(home))
    with PtyProgram([*HEADCOUNT, "demo"], env=home) as again:
        again.wait_for_text(READY, 30)
        assert "38 of 38 taken" in again.text()
    with PtyProgram([*HEADCOUNT, "demo", "--fresh"], env=home) as fresh:
        fresh.wait_for_text("37 of 37 taken", 30)


def wait_until(condition: object, seconds: float = 30.0) -> None:
    """Wait for something outside the terminal."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_server_does_not_outlive_a_killed_app(demo: PtyProgram, home: Mapping[str, str | None]) -> None:
    """Even SIGKILL to the app ends its child, which sees the end of its input."""
    assert servers(home)
    demo.process.kill()
    wait_until(lambda: not servers(home))


def test_a_dead_server_is_said_to_be_dead_and_the_data_stays(demo: PtyProgram, home: Mapping[str, str | None]) -> None:
    """The data stays with its time, the state says reconnecting, and the reason is told."""
    for process in servers(home):
        os.kill(process, signal.SIGKILL)
    demo.wait_for_text("reconnecting", 10)
    demo.wait_for_text("as of")
    demo.wait_for_text("The sample server has stopped")
    assert "37 of 37 taken" in demo.text()


def test_the_demo_is_private(demo: PtyProgram, home: Mapping[str, str | None]) -> None:
    """No other user of the machine can reach the socket or read the token, and no port is open."""
    assert READY in demo.text()
    assert folder(home).stat().st_mode & 0o077 == 0
    assert (folder(home) / "token").stat().st_mode & 0o077 == 0
    (server,) = servers(home)
    links = [str(link.readlink()) for link in Path(f"/proc/{server}/fd").iterdir()]
    sockets = {int(found[1]) for each in links if (found := re.fullmatch(r"socket:\[(\d+)\]", each))}
    assert sockets
    for table in ("tcp", "tcp6"):
        listening = {int(line.split()[9]) for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]}
        assert not sockets & listening


def test_a_killed_demo_leaves_nothing_in_the_way(demo: PtyProgram, home: Mapping[str, str | None]) -> None:
    """SIGKILL leaves a socket behind; the next start takes its place, and nothing lies about elsewhere."""
    demo.process.kill()
    wait_until(lambda: not servers(home))
    assert (folder(home) / "api").is_socket()
    with PtyProgram([*HEADCOUNT, "demo"], env=home) as again:
        again.wait_for_text(READY, 30)
        again.send("q")
        assert again.wait() == 0
    assert not (folder(home) / "api").exists()


def test_a_home_too_deep_for_a_socket_is_no_obstacle(home: Mapping[str, str | None]) -> None:
    """A socket's path has to be short; a long one gets a private folder elsewhere, which is gone afterwards."""
    deep = Path(str(home["HOME"])) / ("deep" * 20)
    deep.mkdir()
    with PtyProgram([*HEADCOUNT, "demo"], env={**home, "HOME": str(deep), "XDG_RUNTIME_DIR": str(home["HOME"])}) as far:
        far.wait_for_text(READY, 30)
        (private,) = Path(str(home["HOME"])).glob("headcount-*")
        assert private.stat().st_mode & 0o077 == 0
        far.send("q")
        assert far.wait() == 0
    assert not private.exists()


def test_a_second_demo_says_where_the_first_is(demo: PtyProgram, home: Mapping[str, str | None]) -> None:
    """Two apps on one folder would mean two writers; the second one says so and leaves."""
    assert READY in demo.text()
    with PtyProgram([*HEADCOUNT, "demo"], env=home) as second:
        assert second.wait() == 2
        assert "open in another terminal" in second.text()


def test_without_a_profile_the_demo_is_offered(home: Mapping[str, str | None]) -> None:
    """`headcount` alone says what it can do, and Enter opens the demo."""
    with PtyProgram(HEADCOUNT, env=home) as program:
        program.wait_for_text("No profile is configured yet")
        program.send("\n")
        program.wait_for_text(READY, 30)
        program.send("q")
        assert program.wait() == 0
