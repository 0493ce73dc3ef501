"""The two jobs: seats, and accepting everybody who asks. What they send, and how long they take over a long way."""

import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from bench.applicants import add_applicants, decisions
from bench.delay import Line
from bench.figures import Figure, median
from bench.keys import FAR, LONG
from bench.terminal import Watched
from bench.world import HEADCOUNT, HELLO, Place, World

SAMPLE_REQUESTS = 7
MANY = 40
RESULT = "back"
"""A word of the result alone: `z undoes it until …`."""

_figure = partial(Figure, "jobs")


def measure(world: World) -> list[Figure]:
    """All figures of this group."""
    figures = _seats(world)
    for count in (SAMPLE_REQUESTS, MANY):
        figures += _accept(world, count)
    return figures


def _seats(world: World) -> list[Figure]:
    """Five presses, the summary, and yes."""
    data = world.sample()
    with world.server(data) as place, Line(world.path("line"), place.socket) as line:
        paid = _payments(data.file)
        with Watched(HEADCOUNT, world.home(place, line.here)) as app:
            app.until("taken")
            app.settle()
            before = len(line.requests)
            for _ in range(5):
                app.key("+", quiet=0.05)
            for key in ("", "c", "y"):
                app.send(key)
                app.settle(LONG)
            app.leave("\x11")
        sent = line.since(before)
        charges = _payments(data.file) - paid
    confirmations = [each for each in sent if each.endswith("/confirm")]
    return [
        _figure("seats `+ + + + + c y`: quotes asked", sent.count("POST /v1/quotes"), "", 1),
        _figure("seats: confirmations sent", len(confirmations), "", 1),
        _figure("seats: charges made", charges, "", 1),
    ]


def _payments(file: Path) -> int:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM payments WHERE status = 'succeeded'").fetchone()[0])


def _accept(world: World, count: int) -> list[Figure]:
    """`3 * a y` over a long way, next to the same decisions sent bare."""
    data = world.sample()
    with world.server(data) as place, Line(world.path("line"), place.socket, delay=FAR) as line:
        add_applicants(data.file, count - SAMPLE_REQUESTS) if count > SAMPLE_REQUESTS else None
        trip = place.milliseconds(HELLO, socket=line.here)
        with Watched(HEADCOUNT, world.home(place, line.here)) as app:
            app.until("taken")
            app.settle(LONG)
            asked, carried, written = len(line.requests), line.bytes, len(app.raw)
            steps = (("3", f"of {count}"), ("*", f"{count} marked"), ("a", f"[ Accept {count} ]"), ("y", RESULT))
            times = [app.key_until(key, text) for key, text in steps]
            took, whole = times[-1], sum(times)
            sent, over_line, shown = line.since(asked), line.bytes - carried, len(app.raw) - written
            app.settle(LONG)
            accepted = _accepted(data.file)
            app.leave("\x11")
        bare = median([_bare(place, add_applicants(data.file, count)) for _ in range(world.rounds)])
    name = f"`3 * a y` for {count} requests"
    return [
        _figure(f"{name}: not accepted of {count}", count - accepted, "", 0),
        _figure(f"{name}: keys", len(steps), "", 4),
        _figure(f"{name}: decision requests", sum(each.startswith("POST") for each in sent), "", 1),
        _figure(f"{name}: round trips until the result is shown", len(sent), "", 3, ", ".join(sent)),
        _figure(f"{name}: over the line, both ways", over_line, "B"),
        _figure(f"{name}: to the terminal", shown, "B"),
        _figure(
            f"{name}: `y` → result, to one round trip and the bare call",
            took / (trip + bare),
            "×",
            None,
            f"{took:.0f} ms; round trip {trip:.0f} ms, bare call {bare:.0f} ms",
        ),
        _figure(
            f"{name}: all keys → result, to its two round trips and the bare call",
            whole / (2 * trip + bare),
            "×",
            None,
            f"{whole:.0f} ms, each key pressed when the screen has answered the one before",
        ),
    ]


def _accepted(file: Path) -> int:
    query = "SELECT count(*) FROM decision_items WHERE action = 'accept'"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return int(connection.execute(query).fetchone()[0])


def _bare(place: Place, ids: list[str]) -> float:
    with place.client() as http:
        http.get(HELLO)
        began = time.perf_counter()
        http.post("/v1/transfers/decisions", json=decisions(ids)).raise_for_status()
        return (time.perf_counter() - began) * 1000
