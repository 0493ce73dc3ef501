"""Starting and leaving: from exec to a frame, to data that reacts to keys; from `q` to the end."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bench.delay import Line
from bench.figures import Figure, median
from bench.terminal import ROOT, Watched, environment
from bench.world import HEADCOUNT, Place, World

BARE = [str(ROOT / "bench" / "peers" / "bare.py"), "100"]
CTRL_END, CTRL_Q = "\x1b[1;5F", "\x11"
IDLE = 5.0
_figure = partial(Figure, "start")


@dataclass(frozen=True)
class Run:
    """One start, in milliseconds, bytes and MiB."""

    frame: float
    usable: float
    live: float
    bytes: int
    resident: float
    leaving: float


@dataclass(frozen=True)
class Program:
    """How to start it, the word that says that its data is there, and a key with the word that answers it."""

    argv: Sequence[str]
    env: Mapping[str, str]
    there: str
    key: str
    reaction: str
    leave: str
    tidy: str = ""
    """What is typed first so that nothing is left undone."""
    live: str = ""
    """The word that says that the data is the server's own, no longer that of the last time."""

    def run(self) -> Run:
        """Start it, use it, leave it."""
        with Watched(self.argv, self.env) as app:
            frame = app.first()
            app.until(self.there)
            before = len(app.raw)
            app.send(self.key)
            usable = app.until(self.reaction, after=before)
            live = app.until(self.live) if self.live else usable
            app.settle()
            resident = app.resident()
            if self.tidy:
                app.key(self.tidy)
            leaving = app.leave(self.leave)
            return Run(frame, usable, live, before, resident, leaving)


def headcount(env: Mapping[str, str], *words: str) -> Program:
    """The app: usable once `+` on the Overview is answered, live once the server has; the draft is discarded."""
    return Program([*HEADCOUNT, *words], env, "taken", "+", "asking", "q", tidy="d", live="● live")


def measure(world: World) -> list[Figure]:
    """All figures of this group."""
    demo = world.empty_home()
    with world.server(world.sample()) as place:
        home = world.home(place)
        programs = {
            "bare": Program(BARE, {}, "00003", CTRL_END, "00100", CTRL_Q),
            "profile": headcount(home),
            "demo": headcount(demo, "demo"),
        }
        for name in ("profile", "demo"):
            programs[name].run()
        runs: dict[str, list[Run]] = {name: [] for name in programs}
        python = []
        for _ in range(world.rounds):
            python.append(_python())
            for name, program in programs.items():
                runs[name].append(program.run())
        overview = place.milliseconds("/v1/overview")
        idle = _idle(home)
        requests = _requests(world, place)
    return _figures(runs, median(python), overview, idle, requests)


def _figures(
    runs: dict[str, list[Run]], python: float, overview: float, idle: int, requests: list[str]
) -> list[Figure]:
    def typical(name: str, field: str) -> float:
        return median([getattr(run, field) for run in runs[name]])

    bare = typical("bare", "usable")

    def bare_too(field: str) -> str:
        return f"bare Textual {typical('bare', field):,.0f}"

    beside = f"bare Textual {bare:.0f} ms"
    usable, demo = typical("profile", "usable"), typical("demo", "usable")
    live, demo_live = typical("profile", "live"), typical("demo", "live")
    frame = typical("profile", "frame")
    quick = f"bare Textual {typical('bare', 'frame'):.0f} ms, `python -c pass` {python:.0f} ms"
    return [
        _figure("exec → first frame, `headcount`", frame, "ms", 40, quick),
        _figure("exec → first frame, `headcount demo`", typical("demo", "frame"), "ms", 40, quick),
        _figure(
            "exec → reacts to keys with the data of the last time, `headcount`, to bare Textual",
            usable / bare,
            "×",
            1.1,
            f"{usable:.0f} ms; {beside}",
        ),
        _figure("the same for `headcount demo`", demo / bare, "×", 1.1, f"{demo:.0f} ms; {beside}"),
        _figure(
            "exec → the server's own data, `headcount`, less one round trip, to bare Textual",
            (live - overview) / bare,
            "×",
            1.1,
            f"{live:.0f} ms, overview {overview:.1f} ms; {beside}",
        ),
        _figure(
            "the same for `headcount demo`, which starts its server too",
            demo_live / bare,
            "×",
            1.1,
            f"{demo_live:.0f} ms; {beside}",
        ),
        _figure("bytes until usable", typical("profile", "bytes"), "B", 8000, bare_too("bytes")),
        _figure("round trips before data", len(requests), "", 1, ", ".join(requests)),
        _figure("`q` → process gone", typical("profile", "leaving"), "ms", 25, bare_too("leaving")),
        _figure("resident memory", typical("profile", "resident"), "MiB", 60, bare_too("resident")),
        _figure(f"bytes in {IDLE:.0f} s without a key", idle, "B", 0),
    ]


def _python() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True, env=environment({}))
    return (time.perf_counter() - began) * 1000


def _idle(home: Mapping[str, str]) -> int:
    with Watched(HEADCOUNT, home) as app:
        app.until("taken")
        app.settle(1.0)
        before, end = len(app.raw), time.perf_counter() + IDLE
        while (left := end - time.perf_counter()) > 0:
            app.read(left)
        found = len(app.raw) - before
        app.leave("q")
    return found


def _requests(world: World, place: Place) -> list[str]:
    """What was asked until the first data was on the screen."""
    with Line(world.path("line"), place.socket) as line, Watched(HEADCOUNT, world.home(place, line.here)) as app:
        asked = len(line.requests)
        app.until("taken")
        found = line.since(asked)
        app.leave("q")
    return found
