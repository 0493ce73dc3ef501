"""The server: each call at 100, 10,000 and the most users; statements a call; writes next to SQLite alone."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from sqlalchemy import event

from bench.applicants import add_applicants, decisions
from bench.figures import Figure, median
from bench.raw_writes import seconds_for_three, seconds_to_replay
from bench.terminal import ROOT, environment
from bench.world import Data, World
from server.app import create_app
from server.serving.listeners import unix
from server.serving.server import make_server
from server.settings import ServerSettings

SMALL, MIDDLE = 100, 10_000
MANY_DECISIONS = 1000
WRITES = 320
WORDS = ("muller", "ada", "sysadmin", "santos nguyen", "zielinski 77", "x", "engineer")
_figure = partial(Figure, "server")


@dataclass
class Running:
    """A server in a thread, asked over its socket, whose statements are counted."""

    http: httpx.Client
    data: Data
    socket: Path
    users: int
    thread: int = 0
    statements: int = 0

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """A read; its answer."""
        return self._checked(self.http.get(path, params=query))

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A command with a key; its answer."""
        return self._checked(self.http.post(path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex}))

    def _checked(self, response: httpx.Response) -> dict[str, Any]:
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer


Call = Callable[[Running], Callable[[], object]]
"""Prepares one call, and answers what is to be timed."""


def _overview(server: Running) -> Callable[[], object]:
    return lambda: server.get("/v1/overview")


def _seats(server: Running) -> int:
    return int(server.get("/v1/subscription")["seats"])


def _quote(server: Running) -> Callable[[], object]:
    seats = _seats(server) + 1
    return lambda: server.post("/v1/quotes", {"seats": seats})


def _confirm(server: Running) -> Callable[[], object]:
    quote = server.post("/v1/quotes", {"seats": _seats(server) + 1})
    return lambda: server.post(f"/v1/quotes/{quote['id']}/confirm")


def _decision(server: Running, count: int = 1) -> Callable[[], object]:
    body = decisions(add_applicants(server.data.file, count))
    return lambda: server.post("/v1/transfers/decisions", body)


def _page(server: Running) -> Callable[[], object]:
    return lambda: server.get("/v1/users", limit=50)


def _later_page(server: Running) -> Callable[[], object]:
    half = server.get("/v1/users", limit=50, offset=max(0, server.users // 2 - 50))
    return lambda: server.get("/v1/users", limit=50, cursor=half["next_cursor"])


def _last_page(server: Running) -> Callable[[], object]:
    return lambda: server.get("/v1/users", limit=50, offset=server.users - 50, count="true")


def _search(server: Running, word: str) -> Callable[[], object]:
    return lambda: server.get("/v1/users", limit=100, search=word, count="true")


CALLS: dict[str, Call] = {
    "overview": _overview,
    "quote": _quote,
    "confirm": _confirm,
    "one decision": _decision,
    "users, first page": _page,
    "users, page in the middle by cursor": _later_page,
    "users, last page by offset, counted": _last_page,
}


def measure(world: World) -> list[Figure]:
    """All figures of this group."""
    sizes = (SMALL, MIDDLE, world.many)
    with ExitStack() as stack:
        servers = [stack.enter_context(running(world, world.seeded(size), size)) for size in dict.fromkeys(sizes)]
        figures = [figure for name, call in CALLS.items() for figure in _growth(world, servers, name, call)]
        figures += _searches(world, servers)
    return figures + _decisions(world) + _writes(world)


@contextmanager
def running(world: World, data: Data, users: int) -> Iterator[Running]:
    """A server on this database in a thread of this process."""
    listener = unix(world.path("api"))
    assert listener.file
    app = create_app(ServerSettings(database=f"sqlite:///{data.file}"))
    server = make_server(app)
    app.state.services.database.open()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener.socket]})
    thread.start()
    transport = httpx.HTTPTransport(uds=str(listener.file))
    headers = {"Authorization": f"Bearer {data.token}"}
    try:
        with httpx.Client(transport=transport, base_url="http://headcount", headers=headers, timeout=60) as http:
            found = Running(http, data, listener.file, users, thread.ident or 0)
            event.listen(app.state.services.database.engine, "before_cursor_execute", partial(_count, found))
            yield found
    finally:
        server.should_exit = True
        thread.join()


def _count(server: Running, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    server.statements += not statement.startswith("BEGIN")


def _timed(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1000


def _growth(world: World, servers: list[Running], name: str, call: Call) -> list[Figure]:
    """Each size once a round; the largest to the smallest."""
    times: dict[int, list[float]] = {server.users: [] for server in servers}
    statements: dict[int, set[int]] = {server.users: set() for server in servers}
    for _ in range(world.rounds * 3 + 1):
        for server in servers:
            ready = call(server)
            before = server.statements
            times[server.users].append(_timed(ready))
            statements[server.users].add(server.statements - before)
    typical = {users: median(found[1:]) for users, found in times.items()}
    beside = " · ".join(f"{users:,}: {found:.1f} ms" for users, found in typical.items())
    most = {users: max(found) for users, found in statements.items()}
    told = " · ".join(f"{users:,}: {found}" for users, found in most.items())
    few, many = servers[0].users, servers[-1].users
    return [
        _figure(f"{name}, {many:,} users to {few}", typical[many] / typical[few], "×", 1.1, beside, _grown(typical)),
        _figure(f"{name}, statements more with {many:,} users than with {few}", most[many] - most[few], "", 0, told),
    ]


def _grown(typical: dict[int, float]) -> dict[str, float]:
    return {f"{users:,}": time for users, time in typical.items()}


def _searches(world: World, servers: list[Running]) -> list[Figure]:
    """The usual and the slowest word for each size, next to reading every row."""
    found: dict[int, dict[str, float]] = {server.users: {} for server in servers}
    for word in WORDS:
        for server in servers:
            search = _search(server, word)
            search()
            found[server.users][word] = median([_timed(search) for _ in range(world.rounds)])
    largest = servers[-1]
    scan = median([_timed(partial(_scan, largest.data.file)) for _ in range(3)])
    figures = []
    for name, choose in (("median", median), ("slowest", max)):
        typical = {users: choose(list(times.values())) for users, times in found.items()}
        beside = f"scan {scan:.0f} ms; " + " · ".join(f"{users:,}: {time:.1f} ms" for users, time in typical.items())
        measure = f"search, {name} of {len(WORDS)} words, counted, to a scan of {largest.users:,}"
        figures.append(_figure(measure, typical[largest.users] / scan, "×", 0.1, beside, _grown(typical)))
    each = " · ".join(f"{word!r}: {time:.0f} ms" for word, time in found[largest.users].items())
    slowest = max(found[largest.users].values())
    return [*figures, _figure(f"search of {largest.users:,}, by word", slowest, "ms", None, each)]


def _scan(file: Path) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.execute("SELECT count(*) FROM users WHERE instr(search_key, 'muller') > 0").fetchone()


def _decisions(world: World) -> list[Figure]:
    """A thousand at once, next to one transaction of the same changes, and to a thousand single ones."""
    data = world.seeded(SMALL)
    before, after = world.path("before.sqlite3"), world.path("after.sqlite3")
    with running(world, data, SMALL) as server:
        single = median([_timed(_decision(server)) for _ in range(world.rounds * 3)])
        times = [_timed(_decision(server, MANY_DECISIONS)) for _ in range(world.rounds)]
        ready = _decision(server, MANY_DECISIONS)
        _copy(data.file, before)
        ready()
        _copy(data.file, after)
    raw = median(seconds_to_replay(before, after, world.rounds)) * 1000
    many = median(times)
    beside = f"{many:.0f} ms; raw {raw:.1f} ms; one by one {single * MANY_DECISIONS:,.0f} ms"
    return [_figure("1,000 decisions, to one raw transaction of the same changes", many / raw, "×", 3, beside)]


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _writes(world: World) -> list[Figure]:
    """Edits with a key from 32 connections at once, next to raw transactions of three statements."""
    data = world.seeded(MIDDLE)
    raw_file = world.path("raw.sqlite3")
    shutil.copyfile(data.file, raw_file)
    found, raws = [], []
    with world.server(data) as place, place.client() as http:
        users = [user["id"] for user in http.get("/v1/users", params={"limit": 500}).raise_for_status().json()["items"]]
        for number in range(3):
            raws.append(seconds_for_three(_again(raw_file), WRITES))
            requests = [_edit(users[each % len(users)], data.token, f"{number}-{each}") for each in range(WRITES)]
            found.append(_load(place.socket, requests))
    raw = 1 / median(raws)
    rate, slow = median([each["per second"] for each in found]), median([each["p99"] for each in found])
    beside = f"{rate:,.0f} a second; raw {raw:,.0f} a second"
    return [
        _figure(
            "durable writes with key and event, 32 at once: raw transactions in the time of one",
            raw / rate,
            "×",
            2,
            beside,
        ),
        _figure("the same, 99 of 100 are done within", slow, "ms", 10),
    ]


def _again(file: Path) -> Path:
    copy = file.with_name("again.sqlite3")
    for each in file.parent.glob("again.sqlite3*"):
        each.unlink()
    shutil.copyfile(file, copy)
    return copy


def _edit(user: str, token: str, key: str) -> str:
    body = json.dumps({"position": f"Engineer {key}"})
    head = [f"PATCH /v1/users/{user} HTTP/1.1", "Host: headcount", f"Authorization: Bearer {token}"]
    head += [f"Idempotency-Key: bench-{key}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", body])


def _load(socket: Path, requests: list[str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(socket)],
        input=json.dumps(requests),
        capture_output=True,
        check=True,
        text=True,
        env=environment({}),
        cwd=ROOT,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer
