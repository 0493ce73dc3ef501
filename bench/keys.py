"""Keys in lists: what a step costs with 100 rows, with a million, and in Textual's own table."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

from bench.delay import Line
from bench.figures import Figure, median
from bench.start import BARE, CTRL_Q
from bench.terminal import Answer, Watched
from bench.world import HEADCOUNT, HELLO, Place, World

DOWN, PAGE_DOWN, PAGE_UP, CTRL_HOME = "\x1b[B", "\x1b[6~", "\x1b[5~", "\x1b[1;5H"
FEW, BARE_ROWS = 100, 1000
FAR = 0.1
"""Seconds a round trip over a long way takes."""

LONG = 0.5
"""Seconds without a byte after which nothing more will come over that way."""

STEPS = 5
WORDS = ("muller", "castro", "nguyen")
_figure = partial(Figure, "keys")


@dataclass
class Table:
    """A table on a terminal: `app` shows it, `top` is the key to its first row; `answers` by kind of key."""

    app: Watched
    top: str
    answers: dict[str, list[Answer]] = field(default_factory=lambda: {"step": [], "scroll": [], "page": []})

    def measure(self) -> None:
        """A few steps in view, a few that scroll, a few pages, all within the first 100 rows."""
        self._press(self.top)
        self.answers["step"] += [self.app.key(DOWN) for _ in range(STEPS)]
        self._press(DOWN * 25)
        self.answers["scroll"] += [self.app.key(DOWN) for _ in range(STEPS)]
        self._press(self.top)
        self._press(PAGE_DOWN)
        self.answers["page"] += [self.app.key(key) for key in (PAGE_DOWN, PAGE_UP) * 2]

    def bytes(self, kind: str) -> float:
        """The median number of bytes."""
        return median([answer.bytes for answer in self.answers[kind]])

    def milliseconds(self, kind: str) -> float:
        """The median time from the key to the last byte."""
        return median([answer.last for answer in self.answers[kind]])

    def _press(self, keys: str) -> None:
        self.app.send(keys)
        self.app.settle()


def measure(world: World) -> list[Figure]:
    """All figures of this group."""
    with ExitStack() as stack:
        few = stack.enter_context(world.server(world.seeded(FEW)))
        many = stack.enter_context(world.server(world.seeded(world.many)))
        tables = {
            "few": Table(stack.enter_context(users_screen(world.home(few))), "g"),
            "many": Table(stack.enter_context(users_screen(world.home(many))), "g"),
            "bare": Table(stack.enter_context(_bare()), CTRL_HOME),
        }
        for _ in range(world.rounds):
            for table in tables.values():
                table.measure()
        figures = [*_bytes(world.many, tables), *_times(world.many, tables)]
        figures.append(_figure(f"resident memory with {world.many:,} users", tables["many"].app.resident(), "MiB", 60))
        return figures + _far(world, many)


@contextmanager
def users_screen(env: Mapping[str, str]) -> Iterator[Watched]:
    """The app on the list of users."""
    with Watched(HEADCOUNT, env) as app:
        app.until("taken")
        app.settle()
        app.key("2", quiet=LONG)
        yield app
        app.leave("\x11")


@contextmanager
def _bare() -> Iterator[Watched]:
    with Watched([BARE[0], str(BARE_ROWS)]) as app:
        app.until("00003")
        app.settle(1.0)
        yield app
        app.leave(CTRL_Q)


def _bytes(users: int, tables: Mapping[str, Table]) -> Iterator[Figure]:
    bare = tables["bare"]
    for kind, most in (("step", 300), ("scroll", 300), ("page", 2000)):
        beside = f"DataTable {bare.bytes(kind):,.0f} B"
        yield _figure(f"{kind}, {FEW} rows", tables["few"].bytes(kind), "B", most, beside)
        yield _figure(f"{kind}, {users:,} rows", tables["many"].bytes(kind), "B", most, beside)


def _times(users: int, tables: Mapping[str, Table]) -> Iterator[Figure]:
    few, many, bare = tables["few"], tables["many"], tables["bare"]
    for kind, most in (("step", 4), ("scroll", 4), ("page", 6)):
        beside = f"DataTable {bare.milliseconds(kind):.1f} ms"
        yield _figure(f"{kind}, key → last byte, {users:,} rows", many.milliseconds(kind), "ms", most, beside)
        ratio = many.milliseconds(kind) / few.milliseconds(kind)
        few_take = f"{FEW} rows {few.milliseconds(kind):.1f} ms"
        yield _figure(f"{kind}, {users:,} rows to {FEW}", ratio, "×", 1.1, few_take)


def _far(world: World, place: Place) -> list[Figure]:
    """End and the filter over a long way: what they take beyond one round trip."""
    with Line(world.path("line"), place.socket, delay=FAR) as line, ExitStack() as stack:
        app = stack.enter_context(users_screen(world.home(place, line.here)))
        trip = place.milliseconds(HELLO, socket=line.here)
        ends, end_requests = zip(*[_end(app, line) for _ in range(world.rounds)], strict=True)
        answers, typed_requests = zip(*[answer for word in WORDS for answer in _type(app, line, word)], strict=True)
        burst, burst_requests = zip(*[_burst(app, line, word) for word in WORDS], strict=True)
    beside = f"one round trip {trip:.0f} ms"
    # a letter that leaves the same rows on the screen is answered by its echo alone
    typed = [answer for answer in answers if answer > trip / 2]
    return [
        _figure(f"End of {world.many:,} rows, requests", median(end_requests), "", 1),
        _figure(f"End of {world.many:,} rows, beyond one round trip", median(ends) - trip, "ms", 20, beside),
        _figure("filter, requests per settled keystroke", median(typed_requests), "", 1),
        _figure("filter, keystroke → rows, beyond one round trip", median(typed) - trip, "ms", 15, beside),
        _figure("filter, the slowest keystroke, beyond one round trip", max(typed) - trip, "ms", None, beside),
        _figure("filter, six letters typed in 180 ms, requests", median(burst_requests), "", 6),
        _figure(
            "filter, the same, last letter → rows, beyond one round trip", median(burst) - trip, "ms", None, beside
        ),
    ]


def _end(app: Watched, line: Line) -> tuple[float, int]:
    """End, with nothing but the first rows loaded."""
    app.key("g", quiet=LONG)
    app.key("r", quiet=LONG)
    before = len(line.requests)
    answer = app.key("G", quiet=LONG)
    return answer.last, len(_lists(line, before))


def _type(app: Watched, line: Line, word: str) -> list[tuple[float, int]]:
    """A word into the filter, waiting for the rows after each letter."""
    app.key("/", quiet=LONG)
    found = []
    for letter in word:
        before = len(line.requests)
        answer = app.key(letter, quiet=LONG)
        found.append((answer.last, len(_lists(line, before))))
    app.key("\x1b", quiet=LONG)
    return found


def _burst(app: Watched, line: Line, word: str) -> tuple[float, int]:
    """The same, typed as people type."""
    app.key("/", quiet=LONG)
    before = len(line.requests)
    for letter in word[:-1]:
        app.send(letter)
        app.settle(0.03, 0.036)
    answer = app.key(word[-1], quiet=LONG)
    found = answer.last, len(_lists(line, before))
    app.key("\x1b", quiet=LONG)
    return found


def _lists(line: Line, before: int) -> Sequence[str]:
    return [asked for asked in line.since(before) if asked == "GET /v1/users"]
