"""Users by the days they were added, and everything that matches at once: counted, removed, taken back."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx

from bench.figures import Figure, median
from bench.world import Place, World

SPANS: tuple[dict[str, str], ...] = ({}, {"status": "active"}, {"source": "import"}, {"search": "muller"})
SORTS = ("name", "-added_at", "email")
REMOVED = 100_000
LOOK = 0.05
_figure = partial(Figure, "selections")


def measure(world: World) -> list[Figure]:
    """All figures of this group."""
    data = world.seeded(world.many)
    scan = median([_timed(partial(_scan, data.file)) for _ in range(3)])
    walk = median([_timed(partial(_walk, data.file)) for _ in range(3)])
    with world.server(data) as place, place.client() as http:
        return [*_spans(world, http, scan), *_count(world, http, walk), *_removal(world, place, http)]


def _spans(world: World, http: httpx.Client, scan: float) -> Iterator[Figure]:
    """A page and its total for each sort, with a day, a month and a year, alone and with another filter."""
    newest = str(_get(http, "/v1/users", sort="-added_at", limit=1)["items"][0]["added_at"])
    year, month = int(newest[:4]), int(newest[5:7])
    limits = (
        {"added_from": newest[:10]},
        {"added_from": f"{year}-{month:02}-01"},
        {"added_from": f"{year - 1}-{month:02}-01", "added_before": newest[:10]},
    )
    times: dict[str, float] = {}
    for limit in limits:
        for more in SPANS:
            for sort in SORTS:
                ask = partial(_get, http, "/v1/users", sort=sort, count="true", limit=100, **limit, **more)
                ask()
                times[" ".join(map(str, (*limit.values(), *more.values(), sort)))] = median(
                    [_timed(ask) for _ in range(3)]
                )
    slowest = max(times, key=lambda name: times[name])
    beside = f"scan {scan:.0f} ms; median {median(list(times.values())):.1f} ms; slowest {times[slowest]:.0f} ms"
    name = f"added in a span, counted, {len(times)} filters and sorts, to a scan of {world.many:,}"
    yield _figure(f"{name}: median", median(list(times.values())) / scan, "×", 0.1, beside)
    yield _figure(f"{name}: slowest", times[slowest] / scan, "×", 1, slowest)


def _count(world: World, http: httpx.Client, walk: float) -> Iterator[Figure]:
    """Marked with `*`, counted with `d`: everybody, written down with the version of each."""
    took = []
    for _ in range(3):
        began = perf_counter()
        found = _post(http, "/v1/users/selections", {"filter": {}, "exceptions": []})
        took.append((perf_counter() - began) * 1000)
        assert found["count"] == world.many
    beside = f"{median(took):,.0f} ms; sqlite3 alone {walk:,.0f} ms"
    yield _figure(
        f"all {world.many:,} counted and kept, to reading them with sqlite3", median(took) / walk, "×", 5, beside
    )


def _removal(world: World, place: Place, http: httpx.Client) -> Iterator[Figure]:
    """So many removed as one command, and taken back, while somebody else asks for pages."""
    word = _word_for(http, min(REMOVED, world.many // 10))
    counted = _post(http, "/v1/users/selections", {"filter": {"search": word}, "exceptions": []})
    path, many = f"/v1/users/selections/{counted['id']}", int(counted["count"])
    with _others(place) as waits:
        alone = list(_until(waits, 40))
        before = len(waits)
        gone = _took(http, path, "remove", {"count": many})
        during = waits[before:]
        back = _took(http, path, "restore", None)
    rates = f"{many / gone:,.0f} a second removed, {many / back:,.0f} restored"
    per = f"{gone * 1000:,.0f} ms for {many:,}; {rates}"
    yield _figure("a user removed with its event", gone * 1e6 / many, "µs", None, per)
    beside = f"alone {median(alone):.1f} ms, slowest {max(alone):.1f} ms; while removing median {median(during):.1f} ms"
    yield _figure(f"while {many:,} are removed: the slowest page for somebody else", max(during), "ms", 250, beside)


def _word_for(http: httpx.Client, wanted: int) -> str:
    """A search whose matches come nearest to a number."""
    words = ("engineer", "sales", "a", "lead", "manager", "mar", "son", "ar", "an", "ler")
    totals = {word: _get(http, "/v1/users", search=word, limit=1, count="true")["total"] for word in words}
    return min(totals, key=lambda word: abs(totals[word] - wanted))


@contextmanager
def _others(place: Place) -> Iterator[list[float]]:
    """Somebody who asks for a page again and again; how long each took, in milliseconds."""
    waits: list[float] = []
    over = threading.Event()

    def ask() -> None:
        with place.client() as http:
            while not over.is_set():
                waits.append(_timed(partial(_get, http, "/v1/users", limit=50)))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join()


def _until(waits: list[float], number: int) -> Iterator[float]:
    while len(waits) < number:
        time.sleep(LOOK)
    yield from waits[1:number]


def _took(http: httpx.Client, path: str, verb: str, body: dict[str, Any] | None) -> float:
    """Seconds until it is done."""
    began = perf_counter()
    found = _post(http, f"{path}/{verb}", body)
    while found["status"] in {"removing", "restoring"}:
        time.sleep(LOOK)
        found = _get(http, path)
    assert found["left"] == [] or verb == "restore", found
    return perf_counter() - began


def _get(http: httpx.Client, path: str, **query: Any) -> dict[str, Any]:
    answer: dict[str, Any] = http.get(path, params=query).raise_for_status().json()
    return answer


def _post(http: httpx.Client, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
    answer: dict[str, Any] = http.post(path, json=body).raise_for_status().json()
    return answer


def _timed(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1000


def _scan(file: Path) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.execute("SELECT count(*) FROM users WHERE instr(search_key, 'muller') > 0").fetchone()


def _walk(file: Path) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.execute("SELECT number, version, status FROM users WHERE removed_at IS NULL").fetchall()
