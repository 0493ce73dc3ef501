"""Whatever people and time do to a subscription, seats, users, invoices and the ledger keep agreeing."""

import datetime as dt
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from billing_desk import ask, confirm, get, move
from builders import RunningServer, Team, make_organisation, running
from sqlalchemy import func, select

from contract.arithmetic import recomputed
from contract.billing import Line
from server.catalogue import default_catalogue
from server.store import subscriptions
from server.store.tables import LIVING, invoices, payments, sandbox_charges, users
from server.subscription.reading import seats_of

Step = Callable[[], Awaitable[None]]


class Year:
    """Random things happening to one subscription, from one seed."""

    def __init__(self, server: RunningServer, team: Team, api: httpx.AsyncClient, seed: int) -> None:
        self.server = server
        self.team = team
        self.api = api
        self.luck = random.Random(seed)  # noqa: S311 - the same story for the same seed
        self.names = 0

    async def step(self) -> None:
        """One more thing."""
        steps: list[Step] = [self.add, self.add, self.add, self.remove, self.buy, self.buy, self.wait, self.decline]
        await self.luck.choice(steps)()

    async def add(self) -> None:
        """Somebody new."""
        self.names += 1
        answer = await self.api.post("/v1/users", json={"email": f"n{self.names}@people.example"})
        assert answer.status_code == 201, answer.text

    async def remove(self) -> None:
        """Somebody goes."""
        items = (await get(self.api, "/v1/users"))["items"]
        if items:
            await self.api.delete(f"/v1/users/{self.luck.choice(items)['id']}")

    async def buy(self) -> None:
        """Any number of seats, confirmed now."""
        before = self.collected()
        answer = await self.api.post("/v1/quotes", json={"seats": self.luck.randrange(30)})
        if answer.status_code == 201:
            quote = answer.json()
            done = await confirm(self.api, quote["id"], quote["id"])
            assert done.status_code in {200, 402}, done.text
            expected = quote["due_now"]["amount"] if done.status_code == 200 else 0
            assert self.collected() - before == expected

    async def wait(self) -> None:
        """Up to seven weeks pass."""
        move(self.server, self.server.clock.now() + dt.timedelta(hours=self.luck.randrange(1200)))

    async def decline(self) -> None:
        """The next payment will be refused."""
        await self.api.post("/v1/sandbox/payments", json={"next": "decline"})

    def collected(self) -> int:
        """All the gateway collected."""
        query = select(func.coalesce(func.sum(sandbox_charges.c.amount), 0))
        with self.server.services.database.read() as connection:
            return int(connection.execute(query.where(sandbox_charges.c.status == "accept")).scalar_one())

    def check(self) -> None:
        """Every invariant between seats and users, and between invoices, payments and the ledger."""
        with self.server.services.database.read() as connection:
            row = subscriptions.get(connection, self.team.subscription_id)
            by_status = select(users.c.status, func.count().label("number")).where(LIVING).group_by(users.c.status)
            counted = {each.status: each.number for each in connection.execute(by_status)}
            paid = connection.execute(select(func.sum(invoices.c.total)).where(invoices.c.status == "paid")).scalar()
            succeeded = select(func.sum(payments.c.amount)).where(payments.c.status == "succeeded")
            assert (connection.execute(succeeded).scalar() or 0) == (paid or 0)
        assert seats_of(row, default_catalogue()).violations() == ()
        assert (row.users_active, row.users_not_paid) == (counted.get("active", 0), counted.get("not_paid", 0))
        assert row.pending_payment_id is None
        assert self.collected() == (paid or 0)


@pytest.mark.parametrize("seed", range(6))
async def test_seats_and_money_agree_after_every_step(tmp_path: Path, seed: int) -> None:
    """After each of sixty random steps D16 holds, counters are counts, and what was collected is what was invoiced."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=5)
        async with team.client() as api:
            year = Year(server, team, api, seed)
            for _ in range(60):
                await year.step()
                year.check()
            for invoice in (await get(api, "/v1/invoices"))["items"]:
                for line in map(Line.model_validate, invoice["lines"]):
                    assert recomputed(line) == line.amount.amount


async def test_the_same_price_by_another_way(tmp_path: Path) -> None:
    """Buying three seats one by one on one day costs what buying three at once does, when nothing is rounded."""
    async with running(tmp_path) as server:
        one, three = make_organisation(server, "One Ltd"), make_organisation(server, "Three Ltd")
        async with one.client() as stepwise, three.client() as at_once:
            due = []
            for seats in (11, 12, 13):
                quote = await ask(stepwise, seats)
                await confirm(stepwise, quote["id"], quote["id"])
                due.append(quote["due_now"]["amount"])
            assert sum(due) == (await ask(at_once, 13))["due_now"]["amount"]
