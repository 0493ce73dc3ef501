"""What stories about notifications share: a clock that a test moves, and receivers that behave as they are told."""

import asyncio
import contextlib
import datetime as dt
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import standardwebhooks
from builders import RunningServer, Team

from server.app import create_app
from server.platform.clock import Clock
from server.settings import ServerSettings

BEGIN = dt.datetime(2025, 11, 14, 9, 30, tzinfo=dt.UTC)


@dataclass
class Office:
    """A running server whose time stands still until a test moves it."""

    server: RunningServer
    now: list[dt.datetime]

    @property
    def time(self) -> dt.datetime:
        """What time it is."""
        return self.now[0]

    def pass_time(self, **how_long: float) -> None:
        """Move the clock, and wake the workers that sleep until then."""
        self.now[0] += dt.timedelta(**how_long)
        self.ring()

    def ring(self) -> None:
        """Wake the workers."""
        services = self.server.services
        services.notices.ring(set(services.notices._waiting))


@asynccontextmanager
async def office(
    folder: Path, *, now: dt.datetime = BEGIN, sandbox: bool = True, **settings: Any
) -> AsyncIterator[Office]:
    """Such a server, on a database in `folder`."""
    time = [now]
    clock = Clock(source=lambda: time[0])
    database = f"sqlite:///{folder / 'headcount.db'}"
    app = create_app(ServerSettings(database=database, sandbox=sandbox, **settings), clock=clock)
    async with app.router.lifespan_context(app):
        yield Office(RunningServer(app, clock), time)


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that becomes true by itself."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@dataclass(frozen=True)
class Told:
    """One request that a receiver got."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """What names the message."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        """What it says."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def event(self) -> str:
        """The id of the event in it."""
        return str(self.json["data"]["id"])

    def verified(self, secret: str, now: dt.datetime) -> Any:
        """What the reference verifier makes of it at a moment; it raises when it does not accept it."""

        class Then(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Any:
                """That moment."""
                return now.astimezone(tz)

        with patch("standardwebhooks.webhooks.datetime", Then):
            return standardwebhooks.Webhook(secret).verify(self.body, self.headers)


Answering = Callable[[Told], int | str]
"""What a receiver does with a message: a status, or `hang`, `close`, `flood`, `redirect URL`, `later RETRY-AFTER`."""


@dataclass
class Receiver:
    """An HTTP server that keeps what it was told, and answers as `answer` says."""

    url: str = ""
    answer: Answering = lambda _: 200
    told: list[Told] = field(default_factory=list)
    connections: int = 0

    @property
    def ids(self) -> list[str]:
        """The messages, in the order in which they came."""
        return [each.id for each in self.told]

    @property
    def events(self) -> list[str]:
        """The events in them."""
        return [each.event for each in self.told]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                while await self._one(reader, writer):
                    pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        told = Told(head[0].split()[1], headers, body)
        self.told.append(told)
        answer = self.answer(told)
        if answer == "hang":
            await reader.read()
        if answer in {"hang", "close"}:
            return False
        more = b""
        if isinstance(answer, str) and answer.startswith("redirect "):
            more, answer = f"Location: {answer.partition(' ')[2]}\r\n".encode(), 307
        if isinstance(answer, str) and answer.startswith("later "):
            more, answer = f"Retry-After: {answer.partition(' ')[2]}\r\n".encode(), 503
        if answer == "flood":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 100_000)
            await writer.drain()
            await reader.read()
            return False
        writer.write(f"HTTP/1.1 {answer} X\r\nContent-Length: 2\r\n".encode() + more + b"\r\nok")
        await writer.drain()
        return True


@asynccontextmanager
async def receiver(answer: Answering = lambda _: 200, context: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    found = Receiver(answer=answer)
    open_ones: set[asyncio.Task[None]] = set()

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(asyncio.create_task(found.converse(reader, writer)))

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    scheme = "https" if context else "http"
    found.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?canary=1"
    try:
        yield found
    finally:
        server.close()
        await server.wait_closed()
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)


async def subscribed(api: httpx.AsyncClient, url: str, **more: Any) -> dict[str, Any]:
    """A new webhook, with its secret."""
    answer = await api.post("/v1/webhooks", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def add_user(api: httpx.AsyncClient, email: str) -> None:
    """Something that happens."""
    answer = await api.post("/v1/users", json={"email": email})
    assert answer.status_code == 201, answer.text


async def all_events(team: Team) -> list[dict[str, Any]]:
    """Every event of an organisation, oldest first, as the API has it."""
    found: list[dict[str, Any]] = []
    async with team.client() as api:
        query: dict[str, Any] = {"after": "evt_0", "limit": 500}
        while True:
            page = (await api.get("/v1/events", params=query)).json()
            found += page["items"]
            if not page["has_more"]:
                return found
            query["cursor"] = page["next_cursor"]
