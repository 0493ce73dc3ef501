"""What all screens share: the client, the last overview, and how the connection stands.

It knows no widgets: the app hands it three callbacks. Events of the server are gathered for a quarter of a second and
answered with one new overview, so that a burst of changes costs one request and one repaint.
"""

import asyncio
import contextlib
import datetime as dt
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from client.api import Client
from client.errors import HeadcountError, NotAllowed, NoToken, Refused, TooManyRequests, UnsafeAddress, Untrusted
from client.events import Connecting, EventStream, Live, Offline, StreamItem, Unreadable
from contract.events import Event, EventKind
from contract.money import Money
from contract.people import Permission
from contract.profile import OwnProfile
from contract.subscription import Overview
from tui.runtime.snapshot_cache import LastSeen

if TYPE_CHECKING:
    from tui.runtime.away import LookedAt

GATHER = 0.25
"""Seconds in which changes are gathered before the screens hear of them: at most four repaints a second."""

_FIRST_RETRY, _LONGEST_RETRY = 0.5, 15.0

POLL = 10.0
"""Seconds between two looks at the profile of somebody who may not follow the events."""

_NO_ACCESS = (Refused, NoToken, UnsafeAddress, Untrusted)
"""What somebody has to mend; it is asked again all the same, since that may happen elsewhere."""


_REMEMBERED = 10_000
"""So many things at least are remembered: as many as one command decides."""


class Fates:
    """What has just become of things that may still stand on a screen, by their id: the last event about each."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, Event] = OrderedDict()

    def hear(self, event: Event) -> None:
        """Something has happened to a thing."""
        self._last[event.object.id] = event
        self._last.move_to_end(event.object.id)
        if len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)

    def of(self, thing: str) -> Event | None:
        """The last that happened to it since the app was started."""
        return self._last.get(thing)


class Link(Enum):
    """How the connection stands."""

    CONNECTING = "connecting"
    LIVE = "live"
    RECONNECTING = "reconnecting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Connection:
    """The link, since when the data on screen is old, and when the next attempt is made (both local time)."""

    link: Link = Link.CONNECTING
    data_from: dt.datetime | None = None
    retry_at: dt.datetime | None = None
    error: HeadcountError | None = None


def _nothing(*_: object) -> None:
    """For who does not listen."""


@dataclass(slots=True)
class Listeners:
    """Who is told: of a new overview, of the connection, of which kinds of things changed, and of each event.

    `own` is told of the profile of somebody who administers nothing.
    """

    overview: Callable[[Overview], None] = _nothing
    connection: Callable[[Connection], None] = _nothing
    changed: Callable[[frozenset[EventKind]], None] = _nothing
    event: Callable[[Event], None] = _nothing
    own: Callable[[OwnProfile], None] = _nothing


@dataclass(slots=True)
class Session:
    """One signed-in connection, followed for as long as the app runs."""

    client: Client
    profile: str
    colour: str = ""
    read_only: bool = False
    spending_limit: Money | None = None
    """Above it the profile wants the number of seats typed."""
    diagnose: Callable[[], str] = str
    """Says why there may be no server, for who knows more than the network does: the demo's parent process."""
    last_seen: LastSeen | None = None
    """Where the overview is kept for the next start."""
    looked: "LookedAt | None" = None
    """Where it is kept up to where somebody has looked at what happens."""
    listeners: Listeners = field(default_factory=Listeners)
    overview: Overview | None = None
    own: OwnProfile | None = None
    """The profile of somebody who administers nothing: there is no overview then, and no events."""
    connection: Connection = Connection()
    fates: Fates = field(default_factory=Fates)
    """What has become of things that may still stand on a screen."""
    _stream: EventStream | None = None
    _dirty: asyncio.Event = field(default_factory=asyncio.Event)
    _kinds: set[EventKind] = field(default_factory=set)
    _attempt_now: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_known(self) -> bool:
        """Whether the server has said who this is: what there is to see is here."""
        return self.overview is not None or self.own is not None

    def now(self) -> dt.datetime:
        """The local time that connection times are told in."""
        return dt.datetime.now().astimezone()

    async def run(self) -> None:
        """Load the overview, then follow the events for ever. Never raises what a server or a network does."""
        self._recall()
        await self._load_at_last()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._refresh_when_dirty())
            group.create_task(self._follow())

    def touch(self, *kinds: EventKind) -> None:
        """Say that something changed here: the screens get fresh data together with what the server reports."""
        self._kinds.update(kinds)
        self._dirty.set()

    def retry(self) -> None:
        """Try again now instead of waiting for the next attempt."""
        self._attempt_now.set()
        self._dirty.set()

    def _recall(self) -> None:
        """Show what was seen last, with its time, until the server has answered."""
        if self.last_seen and (found := self.last_seen.read()):
            self.overview, seen = found
            self.listeners.overview(self.overview)
            self.connection = Connection(data_from=seen)
            self.listeners.connection(self.connection)

    async def _load_at_last(self) -> None:
        delay = _FIRST_RETRY
        while not await self._load():
            await self._wait(delay)
            delay = min(delay * 2, _LONGEST_RETRY)

    async def _load(self) -> bool:
        try:
            if self.own is not None or not await self._load_overview():
                await self._load_own()
        except HeadcountError as error:
            refused = isinstance(error, _NO_ACCESS) and not isinstance(error, TooManyRequests)
            link = Link.REFUSED if refused else Link.RECONNECTING
            self._now_is(link, error=error)
            return False
        return True

    async def _load_overview(self) -> bool:
        """False for somebody who may not see it; what was seen before is forgotten then."""
        stream, last = self._stream, self._stream.last_id if self._stream else ""
        try:
            overview = await self.client.overview()
        except NotAllowed:
            self.overview = None
            if self.last_seen:
                await asyncio.to_thread(self.last_seen.forget)
            return False
        self.overview = overview
        if stream:
            stream.server_is_at(overview.last_event_id, asked_after=last)
        self.listeners.overview(overview)
        self._now_is(Link.LIVE)
        if self.last_seen:
            await asyncio.to_thread(self.last_seen.write, overview)
        return True

    async def _load_own(self) -> None:
        """The profile instead; somebody who may read by now gets the overview again."""
        own = await self.client.own_profile()
        if Permission.READ in own.me.may and await self._load_overview():
            self.own = None
            return
        self.own = own
        self.listeners.own(own)
        self._now_is(Link.LIVE)

    async def _wait(self, seconds: float) -> None:
        if self.connection.link is Link.REFUSED:
            seconds = _LONGEST_RETRY
        retry_at = self.now() + dt.timedelta(seconds=seconds)
        self._now_is(self.connection.link, retry_at=retry_at, error=self.connection.error)
        self._attempt_now.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._attempt_now.wait(), seconds)

    async def _follow(self) -> None:
        after = self.overview.last_event_id if self.overview else "evt_0"
        while True:
            if self.own is not None:
                await self._look_again()
                continue
            stream = self._stream = self.client.stream(after)
            async for item in stream:
                self._heard(item)
            after = stream.last_id
            await self._wait(_LONGEST_RETRY)
            await self._load_at_last()

    async def _look_again(self) -> None:
        """Who may not follow the events looks every so often."""
        self._attempt_now.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._attempt_now.wait(), POLL)
        await self._load_at_last()

    def _heard(self, item: StreamItem) -> None:
        match item:
            case Event():
                self.fates.hear(item)
                self.touch(*([item.type] if item.type in EventKind else EventKind))
                self.listeners.event(item)
            case Live():
                if self.connection.link is not Link.LIVE:
                    self.touch(*EventKind)
            case Unreadable():
                self.touch(*EventKind)
            case Offline(retry_in=None):
                self._now_is(Link.REFUSED, error=item.error)
            case Offline(retry_in=float(seconds)):
                retry_at = self.now() + dt.timedelta(seconds=seconds)
                self._now_is(Link.RECONNECTING, retry_at=retry_at, error=item.error)
            case Connecting():
                pass

    async def _refresh_when_dirty(self) -> None:
        while True:
            await self._dirty.wait()
            await asyncio.sleep(GATHER)
            self._dirty.clear()
            kinds, self._kinds = frozenset(self._kinds), set()
            await self._load_at_last()
            self.listeners.changed(kinds)

    def _now_is(self, link: Link, *, retry_at: dt.datetime | None = None, error: HeadcountError | None = None) -> None:
        fresh = link is Link.LIVE
        self.connection = Connection(
            link,
            data_from=self.now() if fresh else self.connection.data_from,
            retry_at=retry_at,
            error=None if fresh else error,
        )
        self.listeners.connection(self.connection)
