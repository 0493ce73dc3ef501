"""How rows arrive: what is on the screen is asked for, two requests at a time; what was scrolled past is dropped.

A filter, a sort or a reload starts a new generation of pages. The old rows stay until those that will be on the screen
have arrived, so nothing flashes; answers that belong to an older generation are thrown away.
"""

import asyncio
from collections.abc import Callable
from enum import Enum

from tui.widgets.table.data import PAGE, Pages, Query, Window, WindowSource

__all__ = ["DEBOUNCE", "PARALLEL", "Feed", "News"]

DEBOUNCE = 0.04
"""Seconds between two questions of a burst: fast scrolling asks for where it starts and where it stops."""

PARALLEL = 2
"""Requests in flight at once."""


class News(Enum):
    """What has happened to the pages."""

    PAGE = "a page arrived or failed"
    GENERATION = "the pages were replaced by newer ones"
    STALE = "a reload failed, the old rows stay"


def _nowhere(_: Pages, __: Pages) -> list[int]:
    return []


def _nothing(_: Pages, __: Pages) -> None:
    pass


class Feed:
    """Keeps `pages` filled for what `view` says is on the screen (first row, rows high), and reports `News`.

    Must be used inside a running event loop. `describe` turns an exception of the source into words for the user.
    Of a reload, `seek` names the pages it is not to be shown without, and `succeed` hears of it just before it is.
    """

    def __init__(
        self,
        source: WindowSource,
        *,
        view: Callable[[], tuple[int, int]],
        report: Callable[[News], None],
        describe: Callable[[Exception], str],
        seek: Callable[[Pages, Pages], list[int]] = _nowhere,
        succeed: Callable[[Pages, Pages], None] = _nothing,
    ) -> None:
        self.source = source
        self.pages = Pages()
        self.stale_reason = ""
        self._view, self._report, self._describe = view, report, describe
        self._seek, self._succeed = seek, succeed
        self._next: Pages | None = None
        self._from_top = True
        self._flights: dict[int, asyncio.Task[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._asked_at = float("-inf")

    @property
    def query(self) -> Query:
        """What is being asked for, or already shown."""
        return self._target.query

    @property
    def busy(self) -> bool:
        """Whether anything is asked for or about to be."""
        return bool(self._flights) or self._timer is not None

    @property
    def from_top(self) -> bool:
        """Whether the latest generation answers another query than the one before, so that it starts at its top."""
        return self._from_top

    @property
    def _target(self) -> Pages:
        return self._next if self._next is not None else self.pages

    def ask(self, query: Query) -> None:
        """Start a new generation: for another query from its top, for the same one where the screen is.

        The first question of a burst goes out at once, the next ones wait `DEBOUNCE`.
        """
        burst = self.busy
        from_top = query.at(self.pages.query) != self.pages.query or not self.pages.known
        self._drop_flights()
        self._next, self._from_top = Pages(query=query), from_top
        if burst:
            self.look()
        else:
            self._request()

    def look(self) -> None:
        """The screen shows other rows now: ask for what is missing there, at once after a quiet moment, else soon."""
        if self._timer is not None or self._closed or not self._wanted_missing():
            return
        loop = asyncio.get_running_loop()
        quiet = not self._flights and loop.time() - self._asked_at > DEBOUNCE
        self._timer = loop.call_later(0 if quiet else DEBOUNCE, self._request)

    def retry(self) -> None:
        """Ask again for what failed."""
        self._target.failed.clear()
        self.look()

    def close(self) -> None:
        """Drop everything that is under way, for good."""
        self._closed = True
        self._drop_flights()

    def _drop_flights(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for task in self._flights.values():
            task.cancel()
        self._flights.clear()

    def _window(self) -> tuple[int, int]:
        top, height = self._view()
        return (0 if self._next is not None and self._from_top else top), height

    def _wanted_missing(self) -> list[int]:
        target, window = self._target, self._window()
        return target.missing([*target.on_screen(*window), *self._sought(target), *target.ahead(*window)])

    def _sought(self, target: Pages) -> list[int]:
        """The pages that a reload is not to be shown without, besides those on the screen."""
        waits = target is self._next and target.known and not self._from_top
        return self._seek(self.pages, target) if waits else []

    def _request(self) -> None:
        self._timer = None
        if self._closed:
            return
        self._asked_at = asyncio.get_running_loop().time()
        target, missing = self._target, self._wanted_missing()
        target.touch(target.on_screen(*self._window()))
        for number in [number for number in self._flights if number not in missing]:
            self._flights.pop(number).cancel()
        for number in missing:
            if number not in self._flights and len(self._flights) < PARALLEL:
                self._flights[number] = asyncio.create_task(self._load(number, target))

    async def _load(self, number: int, target: Pages) -> None:
        answer: Window | str
        try:
            answer = await self.source.fetch(target.query, number * PAGE, PAGE)
        except Exception as error:  # noqa: BLE001 - whatever a source raises is shown in the rows and can be retried
            answer = self._describe(error)
        if target is self._target and self._flights.get(number) is asyncio.current_task():
            del self._flights[number]
            self._land(number, answer)

    def _land(self, number: int, answer: Window | str) -> None:
        """Take in what arrived for the present generation, show it if there is enough of it, and go on."""
        target = self._target
        if isinstance(answer, Window):
            target.store(number, answer)
            self.stale_reason = ""
        elif target is self._next and not self._from_top:
            self._next = None
            self._drop_flights()
            self.stale_reason = answer
            self._report(News.STALE)
            return
        else:
            target.fail(number, answer)
        if target is self.pages:
            self._report(News.PAGE)
        elif not target.missing([*target.on_screen(*self._window()), *self._sought(target)]):
            if not self._from_top:
                self._succeed(self.pages, target)
            self.pages, self._next = target, None
            self._report(News.GENERATION)
        self._request()
