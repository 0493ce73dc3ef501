"""What stories about money share: asking, confirming, and a gateway that can be made to fail."""

import asyncio
import datetime as dt
import os
import random
from dataclasses import dataclass, field
from typing import Any

import httpx
from builders import RunningServer, Team
from sqlalchemy import Connection, Engine, event, select, update

from contract.money import Money
from server.app import do_chores, load_areas
from server.payments.gateway import Outcome
from server.store.tables import payments, sandbox_charges, subscriptions

DECLINED = Outcome(accepted=False, reason="Card expired")


class PowerCut(BaseException):
    """The process ends in the middle of a request."""


@dataclass
class Death:
    """The process ends just before statement, commit or question number `at`; counts them meanwhile."""

    at: int = 0
    steps: int = 0

    def step(self, *_: object) -> None:
        """One more; PowerCut when it is the last."""
        self.steps += 1
        if self.steps == self.at:
            raise PowerCut

    def lurk(self, engine: Engine) -> None:
        """Wait in a database."""
        event.listen(engine, "before_cursor_execute", self.step)
        event.listen(engine, "commit", self.step)


def deaths(steps: int) -> range:
    """At which of so many steps to die: some, others in each run; at all of them with `HEADCOUNT_DEATHS=1`."""
    stride = int(os.environ.get("HEADCOUNT_DEATHS", "7"))
    return range(1 + random.randrange(stride), steps + 1, stride)  # noqa: S311 - any will do


@dataclass
class FakeBank:
    """A gateway outside the server: it remembers what it charged, once per key, and outlives the server.

    `plan` holds what the next charges do: an outcome, an exception before charging, or `("after", e)` it charged.
    """

    name: str = "bank"
    moves_money: bool = True
    charged: dict[str, Money] = field(default_factory=dict)
    asked: int = 0
    plan: list[Any] = field(default_factory=list)
    slow: bool = False

    async def charge(self, key: str, amount: Money) -> Outcome:
        """Charge as planned, or accept."""
        self.asked += 1
        if self.slow:
            await asyncio.sleep(0)
        step = self.plan.pop(0) if self.plan else Outcome(accepted=True)
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, Outcome) and not step.accepted:
            return step
        self.charged[key] = amount
        if isinstance(step, tuple):
            raise step[1]
        return Outcome(accepted=True)

    @property
    def total(self) -> int:
        """All it ever charged, in minor units."""
        return sum(amount.amount for amount in self.charged.values())


class LocalBank(FakeBank):
    """The same with its ledger beside ours, so that a charge is part of a transaction."""

    def charge_within(self, connection: Connection, key: str, amount: Money, now: dt.datetime) -> Outcome:
        """Charge as planned, or accept."""
        del connection, now
        self.asked += 1
        outcome: Outcome = self.plan.pop(0) if self.plan else Outcome(accepted=True)
        if outcome.accepted:
            self.charged[key] = amount
        return outcome


async def ask(api: httpx.AsyncClient, seats: int) -> dict[str, Any]:
    """A quote for so many seats."""
    answer = await api.post("/v1/quotes", json={"seats": seats})
    assert answer.status_code == 201, answer.text
    quote: dict[str, Any] = answer.json()
    return quote


async def confirm(api: httpx.AsyncClient, quote_id: str, key: str = "key-1") -> httpx.Response:
    """Confirm a quote with an idempotency key."""
    return await api.post(f"/v1/quotes/{quote_id}/confirm", headers={"Idempotency-Key": key})


async def buy(api: httpx.AsyncClient, seats: int, key: str = "") -> dict[str, Any]:
    """Ask and confirm."""
    quote = await ask(api, seats)
    answer = await confirm(api, quote["id"], key or f"buy-{quote['id']}")
    assert answer.status_code == 200, answer.text
    confirmation: dict[str, Any] = answer.json()
    return confirmation


async def add_users(api: httpx.AsyncClient, count: int, first: int = 0) -> list[str]:
    """Users `u0@…` and on, by hand; answers their ids."""
    found = []
    for number in range(first, first + count):
        body = {"email": f"u{number}@people.example", "first_name": f"U{number}", "last_name": "Test"}
        answer = await api.post("/v1/users", json=body)
        assert answer.status_code == 201, answer.text
        found.append(answer.json()["id"])
    return found


async def get(api: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """The JSON of a read."""
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def kinds(api: httpx.AsyncClient) -> list[str]:
    """What happened, oldest first."""
    events = await get(api, "/v1/events")
    return [event["type"] for event in reversed(events["items"])]


def move(server: RunningServer, instant: dt.datetime) -> int:
    """Move the clock and do what fell due."""
    server.clock.move_to(instant)
    return do_chores(load_areas(), server.services)


def statuses_of_payments(team: Team) -> list[str]:
    """How the organisation's payments stand, in the order of the alphabet (a clock that stands still has no other)."""
    query = select(payments.c.status).where(payments.c.organisation_id == team.organisation_id)
    with team.server.services.database.read() as connection:
        return list(connection.execute(query.order_by(payments.c.status)).scalars())


async def tell_gateway(api: httpx.AsyncClient, outcome: str, times: int = 1) -> None:
    """What the sandbox does with the next payments."""
    answer = await api.post("/v1/sandbox/payments", json={"next": outcome, "times": times})
    assert answer.json() == {"next": outcome, "times": times}


async def advance(api: httpx.AsyncClient, duration: str) -> int:
    """Move the sandbox clock over HTTP; answers how many events there were."""
    answer = await api.post("/v1/sandbox/clock", json={"advance": duration})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["events"])


async def expected(api: httpx.AsyncClient, count: int = 12) -> list[dict[str, Any]]:
    """The payments to come."""
    payments: list[dict[str, Any]] = (await get(api, f"/v1/forecast?count={count}"))["payments"]
    return payments


async def invoices_of(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """All invoices, oldest first."""
    items: list[dict[str, Any]] = (await get(api, "/v1/invoices?limit=500"))["items"]
    return items[::-1]


async def change(api: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    """Ask for any change and confirm it; answers the confirmation."""
    quote = await api.post("/v1/quotes", json=wanted)
    assert quote.status_code == 201, quote.text
    answer = await confirm(api, quote.json()["id"], f"change-{quote.json()['id']}")
    assert answer.status_code == 200, answer.text
    confirmation: dict[str, Any] = answer.json()
    return confirmation


def put(team: Team, **columns: object) -> None:
    """Put the subscription into a state."""
    with team.server.services.database.write() as connection:
        connection.execute(update(subscriptions).where(subscriptions.c.id == team.subscription_id).values(**columns))


def charges_of(server: RunningServer) -> list[int]:
    """What the sandbox's ledger says was collected."""
    query = select(sandbox_charges.c.amount).where(sandbox_charges.c.status == "accept")
    with server.services.database.read() as connection:
        return list(connection.execute(query.order_by(sandbox_charges.c.created_at)).scalars())
