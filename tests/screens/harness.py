"""The real app over the real server: a sample organisation behind uvicorn on a socket, with a clock that stands still.

    with serving(tmp_path) as office:
        async with office.at_work(size=(80, 24)) as desk:
            await desk.press("3", "asterisk", "a", "y")
            assert "7 accepted" in desk.text

Server-sent events need a live connection, so the server runs in a thread of its own. `Line` is the wire in between: it
counts what passes, and loses or refuses what a test wants lost.
"""

import asyncio
import contextlib
import datetime as dt
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from idling import TRAFFIC
from ready_made import copied, empty_tables
from sqlalchemy import Connection
from textual.pilot import Pilot

from client.api import Client
from client.call_executor import Pace
from client.profile import Profile, open_client
from contract.mailbox import email_key
from contract.people import Role
from contract.subscription import Overview
from server.app import create_app
from server.catalogue import default_catalogue
from server.http.tokens import make_token
from server.operations.provisioning import Founding, found, give_token
from server.platform.clock import Clock
from server.seed.demo import seed_demo
from server.settings import ServerSettings
from server.store import organisations
from server.store.database import Database
from tui.app import HeadcountApp
from tui.runtime.session import Link, Session
from tui.runtime.settings import Screen, Settings
from tui.widgets.table.table import VirtualTable

NOW = dt.datetime(2026, 11, 20, 14, 2, tzinfo=dt.UTC)
"""A Friday, ten days before a renewal."""

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For sockets that speak none: httpx would read all certificates of the machine each time."""

COLLEAGUE_LIMIT = 10_000_00
"""What the admin beside the owner may spend in a month: what colleagues do is not what these stories are about."""

PATIENCE = 60.0
"""Seconds after which waiting for the screen to settle is an error."""

A_MOMENT = 0.002
"""Seconds between two looks whether it has settled: the server, a thread of this process, gets its turn meanwhile."""


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """The network, watched: what was sent, and what is to be lost.

    `losing` commands reach the server but their answer is lost; `cut` refuses every connection.
    """

    socket: str
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    losing: str = ""
    failing: str = ""
    cut: bool = False
    under_way: int = 0
    _inner: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, unless a test wants otherwise."""
        if self._inner is None:
            self._inner = httpx.AsyncHTTPTransport(uds=self.socket, verify=_NO_TLS)
        where = f"{request.method} {request.url.path}"
        self.sent.append((request.method, request.url.path, request.headers.get("Idempotency-Key", "")))
        if self.cut:
            message = "cut"
            raise httpx.ConnectError(message, request=request)
        if self.failing and self.failing in where:
            return httpx.Response(500, request=request, content=b"")
        if request.url.path.endswith("/stream"):
            return await self._inner.handle_async_request(request)
        self._begin()
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException:
            self._end()
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Body(response.stream, self._end)
        if self.losing and self.losing in where:
            await response.aread()
            await response.aclose()
            message = "lost"
            raise httpx.ReadError(message, request=request)
        return response

    def _begin(self) -> None:
        self.under_way += 1
        TRAFFIC.under_way += 1

    def _end(self) -> None:
        self.under_way -= 1
        TRAFFIC.under_way -= 1

    async def aclose(self) -> None:
        """Close the connections."""
        if self._inner is not None:
            await self._inner.aclose()

    def calls(self, *methods: str) -> list[str]:
        """What was sent, streams left out, as `POST /v1/users/batch`."""
        wanted = methods or ("GET", "POST", "PATCH", "DELETE")
        return [f"{method} {path}" for method, path, _ in self.sent if method in wanted and not path.endswith("stream")]

    def keys(self, path: str) -> list[str]:
        """The idempotency keys of the commands sent to a path."""
        return [key for method, where, key in self.sent if where == path and method != "GET"]


@dataclass
class _Body(httpx.AsyncByteStream):
    """What comes after the head of an answer: only with its end has the answer come."""

    inner: httpx.AsyncByteStream
    ended: Callable[[], None]
    open: bool = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Piece by piece."""
        async for piece in self.inner:
            yield piece

    async def aclose(self) -> None:
        """Read, or given up."""
        try:
            await self.inner.aclose()
        finally:
            if self.open:
                self.open = False
                self.ended()


@dataclass
class Haste:
    """A pace at which pauses between attempts take no time, but count as if they had."""

    now: float = 0.0

    async def sleep(self, seconds: float) -> None:
        """Let the time of the attempts pass."""
        self.now += max(seconds, 1.0)
        await asyncio.sleep(0)

    def pace(self) -> Pace:
        """For a client."""
        return Pace(sleep=self.sleep, chance=lambda: 0.5, clock=lambda: self.now)


@dataclass
class Desk:
    """Somebody at the app: keys in, screen out."""

    app: HeadcountApp
    pilot: Pilot[Any]
    wire: Wire

    async def press(self, *keys: str) -> None:
        """Press keys, then wait until everything has settled."""
        await self.pilot.press(*keys)
        await self.settled()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.pilot.press(*("space" if each == " " else each for each in text))

    async def settled(self) -> None:
        """Wait until nothing is on its way: requests, workers, reloads."""
        await settled(self.pilot, self.wire)

    async def keys_done(self) -> None:
        """Wait until every key that came has had its effect, which the app itself knows; dialogs may come and go."""
        await self.until_quietly(lambda: not (self.app._waiting or self.app._key_under_way))

    async def until_quietly(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so, without asking any widget, which may be gone before it answers."""
        deadline = time.monotonic() + PATIENCE
        await asyncio.sleep(0)
        while not condition():
            assert self.app._running, "somebody has left the app"
            assert time.monotonic() < deadline, self.text
            await asyncio.sleep(0.002)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(self.text)
            await asyncio.sleep(A_MOMENT)
            await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        below = self.app.screen_stack[0]
        if below is not self.app.screen:
            return ["".join(segment.text for segment in strip) for strip in strips] + self.lines_of(below)
        return ["".join(segment.text for segment in strip) for strip in strips]

    @staticmethod
    def lines_of(screen: Any) -> list[str]:
        """The same of a screen below."""
        return ["".join(segment.text for segment in strip) for strip in screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)

    @property
    def words(self) -> str:
        """The same with every break, gap and side of a frame as one blank, for sentences that wrap."""
        return " ".join(self.text.replace("│", " ").split())

    @property
    def table(self) -> VirtualTable:
        """The table of the area in front."""
        return self.app.screen_stack[0].query_one(VirtualTable)

    @property
    def names(self) -> list[str]:
        """The first column of the rows that are here."""
        return [row.cells[0] for row in self.table.pages.rows()]


async def settled(pilot: Pilot[Any], wire: Wire | None = None) -> None:
    """Wait until the app has nothing on its way."""
    app = pilot.app
    assert isinstance(app, HeadcountApp)
    deadline = time.monotonic() + PATIENCE
    quiet = 0
    while quiet < 2:
        await asyncio.sleep(A_MOMENT)
        await pilot.pause()
        quiet = quiet + 1 if _is_quiet(app, wire) else 0
        assert time.monotonic() < deadline, "the app does not settle"


def _is_quiet(app: HeadcountApp, wire: Wire | None) -> bool:
    busy = any(worker.is_running and worker.group != "session" for worker in app.workers)
    tables = any(table.busy for screen in app.screen_stack for table in screen.query(VirtualTable))
    cut = wire is not None and (wire.cut or bool(wire.failing))
    session = app.session
    waiting = not cut and (not session.is_known or session.connection.link is not Link.LIVE)
    dirty = session._dirty.is_set() and not cut
    return not (busy or tables or waiting or dirty or (wire is not None and wire.under_way))


@dataclass
class Office:
    """A running server with one organisation. `tokens` are by role."""

    folder: Path
    socket: str
    tokens: dict[Role, str]

    def client(self, role: Role = Role.ADMIN) -> Client:
        """A colleague's client, beside the app."""
        return open_client(self._profile(role))

    def _profile(self, role: Role, *, read_only: bool = False) -> Profile:
        path = self.folder / f"token-{role.value}"
        path.write_text(self.tokens[role])
        path.chmod(0o600)
        return Profile(url=f"unix://{self.socket}", token_file=path, read_only=read_only)

    def app(self, role: Role = Role.OWNER, *, read_only: bool = False, **options: Any) -> tuple[HeadcountApp, Wire]:
        """The app of somebody in this role, and the wire it uses."""
        wire = Wire(self.socket)
        client = open_client(self._profile(role, read_only=read_only), pace=Haste().pace(), transport=wire)
        session = Session(client, "acme-prod", read_only=read_only)
        settings = Settings(screen=Screen(theme="dark"))
        return HeadcountApp(session, settings, state_dir=self.folder / "state", **options), wire

    @contextlib.asynccontextmanager
    async def at_work(
        self,
        role: Role = Role.OWNER,
        *,
        size: tuple[int, int] = (80, 24),
        area: str = "",
        **options: Any,
    ) -> AsyncIterator[Desk]:
        """The app, started and settled; `area` is opened first."""
        app, wire = self.app(role, **options)
        async with app.run_test(size=size) as pilot:
            desk = Desk(app, pilot, wire)
            await desk.settled()
            if area:
                await app.action_area(area)
                await desk.settled()
            wire.sent.clear()
            yield desk


@contextlib.contextmanager
def serving(
    folder: Path,
    *,
    now: dt.datetime = NOW,
    hostile: Sequence[str] = (),
    roles: bool = True,
    admin_limit: int = COLLEAGUE_LIMIT,
    plan: str = "",
    seed: Callable[[Connection], str] | None = None,
) -> Iterator[Office]:
    """The demo organisation, a new one on a plan with three seats, or the one whose token `seed` answers.

    It is served from a thread until the end.
    """
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder / 'headcount.db'}"
    tokens = (
        _seed_own(url, seed)
        if seed
        else _ready_made(folder / "headcount.db", now, plan, hostile, roles=roles, admin_limit=admin_limit)
    )
    app = create_app(ServerSettings(database=url, sandbox=True), clock=Clock(source=lambda: now))
    socket = str(folder / "api")
    config = uvicorn.Config(app, uds=socket, log_level="warning", timeout_graceful_shutdown=1, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.005)
    try:
        yield Office(folder, socket, tokens)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


def _ready_made(
    database: Path, now: dt.datetime, plan: str, hostile: Sequence[str], *, roles: bool, admin_limit: int
) -> dict[Role, str]:
    """An organisation that other tests have too, each a copy of its own."""
    if plan:
        return dict(copied(database, (now, plan), lambda url: _found(url, now, plan)))
    key = (now, tuple(hostile), roles, admin_limit)
    return dict(copied(database, key, lambda url: _seed(url, now, hostile, roles=roles, admin_limit=admin_limit)))


def _seed_own(url: str, seed: Callable[[Connection], str]) -> dict[Role, str]:
    empty_tables(Path(url.removeprefix("sqlite:///")))
    database = Database(url)
    database.open()
    with database.write() as connection:
        token = seed(connection)
    database.close()
    return {Role.OWNER: token}


def _seed(url: str, now: dt.datetime, hostile: Sequence[str], *, roles: bool, admin_limit: int) -> dict[Role, str]:
    database = Database(url)
    database.open()
    made = make_token()
    tokens = {Role.OWNER: made.token}
    with database.write() as connection:
        founded = seed_demo(connection, default_catalogue(), token=made.token, now=now, hostile=hostile)
        for role in (Role.ADMIN, Role.BILLING, Role.VIEWER) if roles else ():
            email = f"{role.value}@tidewheel.example"
            account = organisations.add_account(connection, email=email, email_key=email_key(email) or email, now=now)
            organisations.add_member(
                connection,
                organisation_id=founded.organisation_id,
                account_id=account,
                role=role,
                now=now,
                spending_limit=admin_limit,
            )
            tokens[role] = give_token(connection, founded.organisation_id, account, now)
    database.close()
    return tokens


def _found(url: str, now: dt.datetime, plan: str) -> dict[Role, str]:
    database = Database(url)
    database.open()
    with database.write() as connection:
        wanted = Founding(organisation="Tidewheel", owner="ada@tidewheel.example", plan=plan, seats=3)
        made = found(connection, wanted, default_catalogue(), now)
    database.close()
    return {Role.OWNER: made.token}


async def overview_of(office: Office) -> Overview:
    """How the server counts now."""
    async with office.client() as client:
        return await client.overview()
