"""The app on a real terminal while nothing happens, and while a great deal does; the line to the server is counted.

`HEADCOUNT_IDLE` are the seconds of silence for each area, `HEADCOUNT_BURST` the events of a burst (5 and 2000 for the
full count).
"""

import asyncio
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness import Office
from ptyterm import PtyProgram
from strangers import ask_to_join, office_with_strangers

from bench.delay import Line
from contract.people import Role
from contract.users import NewUser, UserBatch, UserChanges

IDLE = float(os.environ.get("HEADCOUNT_IDLE", "2"))
HEADCOUNT = ["-c", "from cli.main import run; run()"]
EACH = 20
BATCHES = int(os.environ.get("HEADCOUNT_BURST", "800")) // EACH
SECONDS = BATCHES * 0.05
"""Four hundred events a second."""


@contextmanager
def at_a_terminal(
    folder: Path, *, delay: float = 0.0, settings: str = ""
) -> Iterator[tuple[PtyProgram, Line, Office, list[str]]]:
    """The owner's app on a terminal, `delay` seconds a round trip from the server, and two strangers' tokens."""
    with (
        office_with_strangers(folder, 2) as (office, strangers),
        tempfile.TemporaryDirectory(prefix="hc-") as home,
        Line(Path(home) / "api", Path(office.socket), delay=delay) as line,
    ):
        token, config = Path(home) / "token", Path(home) / ".config/headcount/config.toml"
        token.write_text(office.tokens[Role.OWNER])
        token.chmod(0o600)
        config.parent.mkdir(parents=True)
        config.write_text(f'[profiles.acme]\nurl = "unix://{line.here}"\ntoken_file = "{token}"\n{settings}')
        config.chmod(0o600)
        env = {"HOME": home, "XDG_DATA_HOME": None, "XDG_STATE_HOME": None, "XDG_CONFIG_HOME": None}
        with PtyProgram(HEADCOUNT, env=env) as program:
            program.wait_for_text("● live", 30)
            yield program, line, office, strangers


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="hc-") as folder:
        yield Path(folder)


def test_an_app_that_nobody_touches_is_silent(short: Path) -> None:
    """On each area: not a byte to the terminal, not a request besides the stream that is open."""
    with at_a_terminal(short) as (program, line, _, __):
        for key, title in (("1", "My subscription"), ("3", "Incoming"), ("7", "Activity"), ("2", "Added")):
            program.send(key)
            program.wait_for_text(title)
            program.settle(1.0)
            written, asked = len(program.raw), len(line.requests)
            end = time.perf_counter() + IDLE
            while (left := end - time.perf_counter()) > 0:
                program.read(left)
            assert bytes(program.raw[written:]) == b"", title
            assert line.requests[asked:] == [], title
        assert sum(seen.path.endswith("/stream") for seen in line.requests) == 1


def test_what_is_not_to_be_seen_draws_nothing(short: Path) -> None:
    """A user is edited elsewhere while I look at the requests: one overview, no page, not a byte to the terminal."""
    with at_a_terminal(short) as (program, line, office, _):
        program.send("3")
        program.wait_for_text("of 7")
        program.settle(1.0)
        written, asked = len(program.raw), len(line.requests)
        asyncio.run(_edit_somebody(office))
        program.wait_for(lambda: len(line.requests) > asked)
        program.settle(1.0)
        assert line.since(asked) == ["GET /v1/overview"]
        assert bytes(program.raw[written:]) == b""


@pytest.mark.parametrize(("settings", "rings"), [("[attention]\nbell = true\n", 1), ("", 0)])
def test_the_terminal_rings_once_for_a_burst_if_it_may(short: Path, settings: str, rings: int) -> None:
    """Two people ask at once: both are said in one line, and BEL is written once, or never."""
    with at_a_terminal(short, settings=settings) as (program, _, office, strangers):
        program.settle(0.5)
        before = len(program.raw)
        asyncio.run(ask_to_join(office, strangers))
        program.wait_for_text("2 new transfer requests.")
        program.settle(0.5)
        assert bytes(program.raw[before:]).count(b"\x07") == rings


async def _edit_somebody(office: Office) -> None:
    async with office.client(Role.ADMIN) as jane:
        user = (await jane.users()).items[0]
        await jane.change_user(user.id, UserChanges(position="Diver"), version=user.version)


@pytest.mark.clock
def test_in_a_burst_nothing_is_asked_or_drawn_more_than_four_times_a_second_and_keys_are_answered(short: Path) -> None:
    """A burst elsewhere: at most four overviews and four pages a second, few bytes, and `j` moves at once."""
    with at_a_terminal(short) as (program, line, office, _):
        program.send("2")
        program.wait_for_text("1 of ")
        program.settle(0.5)
        written, asked, began = len(program.raw), len(line.requests), time.perf_counter()
        burst = threading.Thread(target=lambda: asyncio.run(_burst(office)))
        burst.start()
        waits: list[float] = []
        while burst.is_alive():
            at = 2 if len(waits) % 2 == 0 else 1
            waits.append(_moved(program, "j" if at == 2 else "k", at))
            program.settle(0.05, 0.2)
        took = time.perf_counter() - began
        burst.join()
        program.settle(1.0, 5)
        asked_for = [seen.path for seen in line.requests[asked:]]
        overviews, pages = asked_for.count("/v1/overview"), asked_for.count("/v1/users")
        size = len(program.raw) - written
        usual, longest = sorted(waits)[len(waits) // 2], max(waits)
        keys = f"a key usually {usual * 1000:.0f} ms, at most {longest * 1000:.0f}"
        said = f"{took:.1f} s: {overviews} overviews, {pages} pages, {size:,} bytes, {keys}"
        print(said)  # noqa: T201 - the figures are what one wants to know
        assert overviews <= 4 * took + 2, said
        assert pages <= 2 * overviews + 2, said
        assert size < 3_000 * (4 * took + 2) + 300 * len(waits), said
        assert usual < 0.2, said
        assert longest < 3.0, said
        program.wait_for_text(f"of {40 + BATCHES * EACH:,}")


def _position(program: PtyProgram) -> int | None:
    """Which row the cursor is on, as the list says."""
    found = re.search(r"(\d+) of [\d,]+", program.text())
    return int(found[1]) if found else None


def _moved(program: PtyProgram, key: str, to: int) -> float:
    """Press a key that moves the cursor; seconds until the list says so."""
    start = time.perf_counter()
    program.send(key)
    program.wait_for(lambda: _position(program) == to, 5)
    return time.perf_counter() - start


async def _burst(office: Office) -> None:
    """A colleague adds people, twenty at a time."""
    async with office.client(Role.ADMIN) as jane:
        began = time.perf_counter()
        for number in range(BATCHES):
            await asyncio.sleep(max(0.0, began + SECONDS * number / BATCHES - time.perf_counter()))
            people = tuple(NewUser(email=f"zz{number}-{each}@tidewheel.example") for each in range(EACH))
            await jane.batch_users(UserBatch(add=people))


@pytest.mark.clock
def test_keys_do_not_wait_for_a_long_way(short: Path) -> None:
    """A hundred milliseconds from the server, the cursor moves within a tenth of that."""
    with at_a_terminal(short, delay=0.1) as (program, _, __, ___):
        program.send("3")
        program.wait_for_text("of 7")
        program.settle(0.5)
        waits = []
        for at in range(2, 7):
            waits.append(_moved(program, "j", at))
            program.settle(0.05)
        print(f"longest {max(waits):.3f} s, usual {sorted(waits)[2]:.3f} s")  # noqa: T201 - the figures
        assert sorted(waits)[2] < 0.1


@pytest.mark.clock
def test_keys_do_not_wait_for_a_command_that_is_under_way(short: Path) -> None:
    """While an answer takes some seconds, the cursor moves and other areas open."""
    with at_a_terminal(short) as (program, line, _, __):
        program.send("3")
        program.wait_for_text("of 7")
        program.send("a")
        program.wait_for_text("Accept 1 transfer request")
        line.delay = 4.0
        sent = time.perf_counter()
        program.send("y")
        program.wait_for_text("Accepting 1 request")
        took = max(_moved(program, "j", 2), _moved(program, "j", 3))
        program.send("5")
        program.wait_for_text("Loading codes")
        assert time.perf_counter() - sent < line.delay, took
        line.delay = 0.0
        program.send("3")
        program.wait_for_text("1 accepted")
