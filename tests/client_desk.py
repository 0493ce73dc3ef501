"""What the client's tests share: a clock that never waits, scripted answers, and servers that lie."""

import asyncio
import contextlib
import datetime as dt
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import uvicorn

from client.api import Client
from client.call_executor import Pace
from client.journal import Journal
from client.profile import Profile, open_client
from contract.money import Money
from contract.people import Account, Me, Organisation, Permission, Role
from contract.problems import PROBLEMS, Problem, ProblemCode
from contract.quotes import AffectedUsers, Quote, QuoteStatus, Terms
from contract.quotes import Change as SeatChange
from contract.subscription import BillingCycle, SubscriptionStatus
from contract.users import User, UserSource, UserStatus

NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
TOKEN = "hc_canary_5f3b1c7e9a"
URL = "http://localhost:8000"


@dataclass
class FakeTime:
    """A clock that only moves when somebody sleeps, and remembers each nap. Chance is always one half."""

    now: float = 0.0
    naps: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.naps.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def pace(self, budget: float = 45.0) -> Pace:
        """A pace that follows this clock."""
        return Pace(sleep=self.sleep, chance=lambda: 0.5, clock=lambda: self.now, budget=budget)


def me(**changes: Any) -> Me:
    """An owner."""
    account = Account(id="acc_1", email="ada@example.org", first_name="Ada", last_name="Ober")
    whole = Me(
        account=account,
        organisation=Organisation(id="org_1", name="Acme"),
        role=Role.OWNER,
        may=frozenset(Permission),
    )
    return whole.model_copy(update=changes)


def user(number: int = 1) -> User:
    """An active user."""
    return User(
        id=f"usr_{number}",
        account_id=f"acc_{number}",
        email=f"user{number}@example.org",
        first_name="Zoë",
        last_name=f"Number {number}",
        position="Surveyor",
        status=UserStatus.ACTIVE,
        source=UserSource.HAND,
        added_at=NOW,
        version=1,
    )


TERMS = Terms(
    plan="business",
    plan_name="Business",
    billing_cycle=BillingCycle.MONTHLY,
    status=SubscriptionStatus.ACTIVE,
    seats=10,
    unit_price=Money(amount=600, currency="EUR"),
    period_start=NOW.date().replace(day=1),
    period_end=(NOW.date().replace(day=1) + dt.timedelta(days=32)).replace(day=1),
    anchor_day=1,
)


def quote(**changes: Any) -> Quote:
    """A quote for two more seats."""
    price = Money(amount=1200, currency="EUR")
    whole = Quote(
        id="quo_1",
        status=QuoteStatus.OPEN,
        change=SeatChange(seats=12),
        created_at=NOW,
        expires_at=NOW + dt.timedelta(minutes=15),
        subscription_version=3,
        before=TERMS,
        after=TERMS.model_copy(update={"seats": 12}),
        seats_before=10,
        seats_after=12,
        effective=NOW.date(),
        lines=(),
        net=price,
        tax=Money(amount=0, currency="EUR"),
        total=price,
        credit_applied=Money(amount=0, currency="EUR"),
        due_now=price,
        renewal=None,
        activates=AffectedUsers(count=0),
    )
    return whole.model_copy(update=changes)


def problem(code: ProblemCode, **more: Any) -> Problem:
    """A problem as the contract words it."""
    return Problem(title=PROBLEMS[code].title, status=PROBLEMS[code].status, code=code, request_id="req_theirs", **more)


def json_response(model: Any, status: int = 200, **headers: str) -> httpx.Response:
    """A success as a server sends it."""
    content = model.model_dump_json()
    return httpx.Response(status, content=content, headers={"content-type": "application/json", **headers})


def refusal(code: ProblemCode, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    """A refusal as a server sends it."""
    body = problem(code, **more)
    kind = {"content-type": "application/problem+json", **(headers or {})}
    return httpx.Response(body.status, content=body.model_dump_json(), headers=kind)


@dataclass
class Script(httpx.AsyncBaseTransport):
    """A network that answers what it is told, one after the other, and keeps what was asked.

    An exception is raised in place of an answer; the last entry goes on for ever.
    """

    answers: Sequence[httpx.Response | Exception]
    seen: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The next answer."""
        self.seen.append(request)
        answer = self.answers[min(len(self.seen), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def keys(self) -> list[str]:
        """The idempotency keys that were sent."""
        return [request.headers.get("idempotency-key", "") for request in self.seen]


def client_of(
    transport: httpx.AsyncBaseTransport | None,
    *,
    fake_time: FakeTime | None = None,
    journal: Journal | None = None,
    **profile: Any,
) -> Client:
    """A client whose network is the transport given."""
    pace = (fake_time or FakeTime()).pace()
    return open_client(Profile(**{"url": URL, **profile}), journal=journal, pace=pace, transport=transport)


@contextlib.asynccontextmanager
async def liar(answer: bytes, *, endless: bytes = b"", hang: bool = False, blurt: bool = False) -> AsyncIterator[str]:
    """The address of a server that answers every connection with these bytes, whatever it is asked.

    With `endless`, it goes on with those until the client has had enough; with `hang`, it then says nothing more;
    with `blurt`, it does not wait for a whole question.
    """
    conversations: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\x01" if blurt else b"\r\n\r\n")
            writer.write(answer)
            while endless:
                writer.write(endless)
                await writer.drain()
            await writer.drain()
            if hang:
                await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep the task of a connection, to wait for its end."""
        conversations.add(asyncio.create_task(converse(reader, writer)))

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*conversations)


@contextlib.contextmanager
def live(app: Callable[..., Awaitable[None]], *, lifespan: Literal["on", "off"] = "off") -> Iterator[str]:
    """The address of a real server for an ASGI app, in a thread of its own."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan=lifespan, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()
