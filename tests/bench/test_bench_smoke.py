"""The benchmarks measure what they say: on small sizes, without claims about speed."""

import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bench.applicants import add_applicants, decisions
from bench.delay import Line
from bench.figures import DOCUMENT, RESULTS, Figure, growth, markdown, write
from bench.newcomer import BOB, told, walk
from bench.newcomer import DOCUMENT as OPERATING
from bench.newcomer import RESULT as NEWCOMER
from bench.raw_writes import seconds_to_replay
from bench.server import SMALL, running
from bench.terminal import Watched
from bench.world import HELLO, World

pytestmark = pytest.mark.process


def test_a_verdict_compares_with_the_goal() -> None:
    """A figure is reached up to its goal, told without one, and never reached when it was not measured."""
    assert Figure("keys", "a", 300, "B", 300).verdict == "reached"
    assert Figure("keys", "a", 301, "B", 300).verdict == "not reached"
    assert Figure("keys", "a", 301, "B").verdict == ""
    assert Figure("keys", "a", None, "B", 300).verdict == "not measured"


def test_results_of_other_groups_are_kept(tmp_path: Path) -> None:
    """Measuring one group anew leaves the figures of the others, and the table is in the order of the groups."""
    write([Figure("server", "old", 1.0, "×", 1.1)], 100, tmp_path)
    write([Figure("start", "new", 30, "ms", 40)], 100, tmp_path)
    known = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))["figures"]
    assert [each["name"] for each in known] == ["new", "old"]
    assert "| new | 30 ms | ≤ 40 ms | reached |  |" in (tmp_path / "latest.md").read_text(encoding="utf-8")
    assert "**not reached**" in markdown([Figure("keys", "a", 2, "ms", 1)])


def test_bytes_and_times_of_a_program_on_a_terminal() -> None:
    """Every byte counts once, in the order of exec, first byte, key and answer; the end is seen."""
    program = "import sys; print('there', flush=True); input(); print('answer', flush=True); input()"
    with Watched(["-c", program]) as app:
        first = app.first()
        app.until("there")
        app.settle()
        assert bytes(app.raw) == b"there\r\n"
        took = app.key_until("\n", "answer")
        assert took > 0
        assert first <= app.at[-1][0] * 1000
        assert app.resident() > 1
        assert app.leave("\n") > 0
    assert app.process.returncode == 0


def test_waiting_in_vain_says_what_was_seen() -> None:
    """A program that never says the word fails with what it said instead."""
    with Watched(["-c", "print('something else')"]) as app, pytest.raises(TimeoutError, match="something else"):
        app.until("never", timeout=2)


def test_the_line_counts_requests_and_takes_its_time(tmp_path: Path) -> None:
    """Requests over the line are counted one by one, and a round trip takes as long as it should."""
    with World(tmp_path / "cache", quick=True) as world, world.server(world.sample()) as place:
        direct = place.milliseconds(HELLO, times=3)
        with Line(world.path("line"), place.socket, delay=0.05) as line:
            assert place.milliseconds(HELLO, socket=line.here, times=3) >= 50 > direct
            assert line.since(0) == [f"GET {HELLO}"] * 4
            assert line.bytes > 400


def test_statements_are_counted_and_writes_replayed(tmp_path: Path) -> None:
    """A decision's statements are seen, and its changes can be written again by SQLite alone."""
    with World(tmp_path, quick=True) as world:
        data = world.seeded(SMALL)
        before = world.path("before.sqlite3")
        with running(world, data, SMALL) as server:
            body = decisions(add_applicants(data.file, 3))
            server.get("/v1/overview")
            assert 0 < server.statements < 20
            server.statements = 0
            _copy(data.file, before)
            assert server.post("/v1/transfers/decisions", body)["accepted"] == 3
            assert server.statements > 3
            (replayed,) = seconds_to_replay(before, data.file, 1)
        assert replayed > 0
        assert _count(before.with_name("replay.sqlite3"), "users") == SMALL + 3


def test_a_seeded_database_is_kept(tmp_path: Path) -> None:
    """The second world takes the database from the cache and gets a copy of its own."""
    with World(tmp_path, quick=True) as world:
        first = world.seeded(SMALL)
    with World(tmp_path, quick=True) as world:
        again = world.seeded(SMALL)
        assert again.token == first.token
        assert again.file.parent != tmp_path
        assert _count(again.file, "users") == SMALL


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _count(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own name


def test_the_document_holds_the_results() -> None:
    """What the document shows is what the last run wrote, word for word."""
    told = (RESULTS / "latest.md").read_text(encoding="utf-8")
    assert told in DOCUMENT.read_text(encoding="utf-8")


def test_growth_is_drawn() -> None:
    """Equal times make a flat line, and twice the time is twice as high."""
    flat = Figure("server", "overview, 1,000 users to 100", 1, "×", growth={"100": 2.0, "1,000": 2.0})
    steep = Figure("server", "search, to a scan", 1, "×", growth={"100": 2.0, "1,000": 8.0})
    table = growth([flat, steep])
    assert "| overview | 2.0 | 2.0 | ▂▂ |" in table
    assert "| search | 2.0 | 8.0 | ▂█ |" in table


def test_the_walk_at_the_limits_visits_every_call() -> None:
    """Each call is sent queries and headers, each with a body the largest body, and none is sent the same twice."""
    from bench.bounds import _walk
    from contract.operations import OPERATIONS

    sent = [(name, attack) for name, _, attack in _walk({"nobody": ""}, "", ["trf_a"])]
    assert {attack.operation for _, attack in sent} == set(OPERATIONS)
    bodies = {attack.operation for _, attack in sent if len(attack.body) > attack.operation.most_bytes // 2}
    assert bodies == {each for each in OPERATIONS if each.method != "GET"}
    assert len({name for name, _ in sent}) == len(sent)


def _free_ports() -> tuple[int, int]:
    """Two that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def test_a_newcomer_gets_from_nothing_to_the_first_colleague(tmp_path: Path) -> None:
    """By the commands and keys of the document, with programs of their own; the terminal has the news."""
    said: list[str] = []
    steps = walk(tmp_path, *_free_ports(), said.append)
    assert len(said) == len(steps)
    assert f"{BOB} accepted" in steps[-1].then
    assert (steps[-1].commands, steps[-1].keys, steps[-1].buttons) == (0, 0, 0)
    assert "headcount server init" in told(steps)


def test_the_document_holds_the_way_of_a_newcomer() -> None:
    """As it was walked the last time, word for word; what is typed is what the document says elsewhere."""
    written = NEWCOMER.read_text(encoding="utf-8")
    document = OPERATING.read_text(encoding="utf-8")
    assert written in document
    init = next(line for line in document.splitlines() if line.startswith("headcount server init"))
    assert f"`{init}`" in written
