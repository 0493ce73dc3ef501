"""The users as a file: how fast it comes, how much memory the server takes for it, and who waits meanwhile."""

import csv
import sqlite3
import threading
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from bench.figures import Figure, median
from bench.world import Data, Place, World
from client.saved_sheets import people_in
from contract.imports import SheetFormat

_figure = partial(Figure, "exports")

PAUSE = 0.1
"""Seconds between two questions while the export runs."""

COLUMNS = "SELECT email, first_name, last_name, position, status, added_at FROM users WHERE removed_at IS NULL"


def measure(world: World) -> list[Figure]:
    """All figures of this group."""
    data = world.seeded(world.many)
    raw = median([_dumped(data, world.path("raw.csv")) for _ in range(2)])
    figures = []
    for kind in SheetFormat:
        with world.server(data) as place:
            figures += _export(world, place, kind, raw)
    return figures


def _dumped(data: Data, into: Path) -> float:
    """The floor: the rows out of SQLite into Python's csv writer, in the order they were added."""
    began = time.perf_counter()
    with closing(sqlite3.connect(f"file:{data.file}?mode=ro", uri=True)) as connection, into.open("w") as file:
        csv.writer(file).writerows(connection.execute(f"{COLUMNS} ORDER BY subscription_id, added_at, number"))
    return time.perf_counter() - began


def _export(world: World, place: Place, kind: SheetFormat, raw: float) -> list[Figure]:
    into = world.path(f"users.{kind}")
    waits: list[float] = []
    memory: list[int] = []
    done = threading.Event()
    meanwhile = threading.Thread(target=_ask_meanwhile, args=(place, done, waits, memory))
    with place.client() as http:
        http.get("/v1/overview").raise_for_status()
        http.get("/v1/users/export", params={"format": kind.value, "search": "nobody there"}).raise_for_status()
    alone = place.milliseconds("/v1/overview")
    before = place.memory()
    meanwhile.start()
    began = time.perf_counter()
    first = 0.0
    asked = {"format": kind.value}
    with (
        place.client() as http,
        into.open("wb") as file,
        http.stream("GET", "/v1/users/export", params=asked) as answer,
    ):
        for piece in answer.raise_for_status().iter_raw():
            first = first or time.perf_counter() - began
            file.write(piece)
    took = time.perf_counter() - began
    done.set()
    meanwhile.join()
    rows = people_in(into, kind)
    more = (max(memory) - before) / 1e6
    name = f"export of {rows:,} users as {kind.value}"
    beside = f"{rows / took:,.0f} rows a second; raw {rows / raw:,.0f}; {into.stat().st_size / 1e6:,.0f} MB"
    waited = f"median {median(waits):.1f} ms of {len(waits):,} asked meanwhile; alone {alone:.1f} ms"
    return [
        _figure(f"{name}, to sqlite3 and csv.writer", took / raw, "×", 5, beside),
        _figure(f"{name}: first byte after", first * 1000, "ms"),
        _figure(
            f"{name}: memory the server takes more",
            more,
            "MB",
            100,
            f"{before / 1e6:.0f} MB before; 64 MiB are SQLite's pages",
        ),
        _figure(f"{name}: an overview meanwhile waits at most", max(waits), "ms", 100, waited),
    ]


def _ask_meanwhile(place: Place, done: threading.Event, waits: list[float], memory: list[int]) -> None:
    with place.client() as http:
        while not done.wait(PAUSE):
            began = time.perf_counter()
            http.get("/v1/overview").raise_for_status()
            waits.append((time.perf_counter() - began) * 1000)
            memory.append(place.memory())
