"""Random histories of one organisation: what two clients know of it, and the steps they take."""

import asyncio
import datetime as dt
import random
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from billing_desk import DECLINED, FakeBank, move
from builders import Team
from transfer_desk import ask_to_join

from contract.money import Money
from server.payments.gateway import Outcome
from server.payments.settle import settle_pending

SPANS = (dt.timedelta(minutes=1), dt.timedelta(minutes=9), dt.timedelta(days=1), dt.timedelta(days=20))


class HonestBank(FakeBank):
    """It keeps what gateways promise: asked again with a key, it answers what it answered, whatever is planned."""

    def __init__(self) -> None:
        super().__init__(slow=True)
        self.answered: dict[str, Outcome] = {}
        self.busy = asyncio.Lock()

    async def charge(self, key: str, amount: Money) -> Outcome:
        """What it answered before, or as planned."""
        async with self.busy:
            if key in self.charged:
                return Outcome(accepted=True)
            if key not in self.answered:
                self.answered[key] = await super().charge(key, amount)
            return self.answered[key]


class History:
    """What two clients know of one organisation, and the steps they take."""

    def __init__(self, team: Team, bank: HonestBank, chance: random.Random) -> None:
        self.team = team
        self.bank = bank
        self.chance = chance
        self.users: list[dict[str, Any]] = []
        self.quotes: list[str] = []
        self.decisions: list[str] = []
        self.people = 0
        self.steps: tuple[Callable[[httpx.AsyncClient], Awaitable[httpx.Response | None]], ...] = (
            *(self.add, self.remove, self.restore, self.edit, self.batch, self.join, self.decide, self.decide),
            *(self.undo, self.quote, self.quote, self.confirm, self.confirm, self.wait, self.settle, self.bad_day),
        )

    async def step(self, api: httpx.AsyncClient) -> None:
        """Any step; no answer may be a fault of the server."""
        answer = await self.chance.choice(self.steps)(api)
        assert answer is None or answer.status_code < 500, answer.text

    def key(self) -> dict[str, str]:
        """A key that may have been used before."""
        return {"Idempotency-Key": f"k{self.chance.randrange(40)}"}

    def any_user(self) -> dict[str, Any]:
        """Somebody who is or was listed, as one of the two last saw them."""
        return self.chance.choice(self.users) if self.users else {"id": "usr_none", "version": 1}

    async def add(self, api: httpx.AsyncClient) -> httpx.Response:
        """One of a dozen people."""
        answer = await api.post("/v1/users", json=self.person(), headers=self.key())
        if answer.status_code == 201:
            self.users.append(answer.json())
        return answer

    def person(self) -> dict[str, str]:
        """Somebody to add by hand."""
        return {"email": f"p{self.chance.randrange(12)}@b.example"}

    async def remove(self, api: httpx.AsyncClient) -> httpx.Response:
        """With the version that was seen, or whatever it is."""
        user = self.any_user()
        seen = self.chance.choice([{}, {"If-Match": f'"{user["version"]}"'}])
        return await api.delete(f"/v1/users/{user['id']}", headers=seen)

    async def restore(self, api: httpx.AsyncClient) -> httpx.Response:
        """Take a removal back."""
        return await api.post(f"/v1/users/{self.any_user()['id']}/restore", headers=self.key())

    async def edit(self, api: httpx.AsyncClient) -> httpx.Response:
        """Another name."""
        user, name = self.any_user(), f"N{self.chance.randrange(9)}"
        headers = {"If-Match": f'"{user["version"]}"'}
        return await api.patch(f"/v1/users/{user['id']}", json={"last_name": name}, headers=headers)

    async def batch(self, api: httpx.AsyncClient) -> httpx.Response:
        """Several in, several out."""
        body = {
            "add": [self.person() for _ in range(self.chance.randrange(4))],
            "remove": [self.any_user()["id"] for _ in range(1 + self.chance.randrange(3))],
            "mode": self.chance.choice(["atomic", "best_effort", "until_full"]),
        }
        return await api.post("/v1/users/batch", json=body)

    async def join(self, api: httpx.AsyncClient) -> None:
        """Two more people ask to join."""
        del api
        self.people += 2
        ask_to_join(self.team, f"j{self.people}", f"j{self.people + 1}")

    async def decide(self, api: httpx.AsyncClient) -> httpx.Response | None:
        """Read what waits, then decide some of it: meanwhile the other may have decided."""
        waiting = (await api.get("/v1/transfers", params={"state": "pending"})).json()["items"]
        await asyncio.sleep(0)
        seen = [{"id": each["id"], "version": each["version"]} for each in waiting]
        if not seen:
            return None
        cut = self.chance.randrange(len(seen) + 1)
        body = {"accept": seen[:cut], "decline": seen[cut:]}
        answer = await api.post("/v1/transfers/decisions", json=body, headers=self.key())
        if answer.status_code == 200:
            report = answer.json()
            self.decisions.append(report["id"])
            made = [each["transfer"]["user_id"] for each in report["results"] if each["user_status"]]
            self.users += [{"id": each, "version": 1} for each in made]
        return answer

    async def undo(self, api: httpx.AsyncClient) -> httpx.Response:
        """Take one of the last decisions back."""
        known = self.chance.choice(self.decisions[-3:] or ["dec_none"])
        return await api.post(f"/v1/transfers/decisions/{known}/undo")

    async def quote(self, api: httpx.AsyncClient) -> httpx.Response:
        """A price for any number of seats."""
        answer = await api.post("/v1/quotes", json={"seats": self.chance.randrange(15)})
        if answer.status_code == 201:
            self.quotes.append(answer.json()["id"])
        return answer

    async def confirm(self, api: httpx.AsyncClient) -> httpx.Response:
        """One of the last quotes, perhaps for the second time."""
        known = self.chance.choice(self.quotes[-3:] or ["quo_none"])
        return await api.post(f"/v1/quotes/{known}/confirm", headers=self.key())

    async def wait(self, api: httpx.AsyncClient) -> None:
        """Time passes, and what falls due happens."""
        del api
        server = self.team.server
        move(server, server.clock.now() + self.chance.choice(SPANS))

    async def settle(self, api: httpx.AsyncClient) -> None:
        """The server asks again about payments whose outcome is open."""
        del api
        await settle_pending(self.team.server.services)

    async def bad_day(self, api: httpx.AsyncClient) -> None:
        """The next payment is declined, or nobody knows what became of it."""
        del api
        fault = OSError("connection reset")
        self.bank.plan.append(self.chance.choice([DECLINED, fault, ("after", fault)]))
