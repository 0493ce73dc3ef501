"""Two admins and the accounts themselves decide transfer requests at once; what each did is written down."""

import asyncio
import datetime as dt
import random
from collections import Counter
from typing import Any

import httpx
from account_desk import outsider
from builders import Team
from histories import History, HonestBank
from sqlalchemy import select

from contract.events import Event
from server.store.tables import events, transfers

MINUTE = dt.timedelta(minutes=1)
MOVES = {
    "transfer.accepted": "accepted",
    "transfer.declined": "declined",
    "transfer.cancelled": "cancelled",
    "transfer.expired": "expired",
    "transfer.reopened": "pending",
}
"""What each event makes of a request."""


class Deciding(History):
    """The steps of both admins, with pauses of any length between what is read and what is sent.

    `done` has every request that an answer said was moved: its id, its version since, its state since.
    """

    def __init__(self, team: Team, bank: HonestBank, chance: random.Random) -> None:
        super().__init__(team, bank, chance)
        self.done: list[tuple[str, int, str]] = []
        self.own: list[str] = []
        self.steps = (
            *(self.decide, self.decide, self.decide, self.decide_one, self.decide_one, self.undo, self.undo),
            *(self.offer, self.answer, self.answer, self.take_back, self.cancel, self.join),
            *(self.add, self.edit, self.remove, self.quote, self.quote, self.confirm, self.confirm, self.wait),
        )

    async def pause(self) -> None:
        """Let the other go first, perhaps several times."""
        for _ in range(self.chance.randrange(6)):
            await asyncio.sleep(0)

    def note(self, transfer: dict[str, Any]) -> None:
        """Write down what an answer said."""
        self.done.append((transfer["id"], transfer["version"], transfer["state"]))

    async def waiting(self, api: httpx.AsyncClient, direction: str) -> list[dict[str, Any]]:
        """What waits, as it is shown; then some time passes."""
        found = await api.get("/v1/transfers", params={"state": "pending", "direction": direction})
        await self.pause()
        shown: list[dict[str, Any]] = found.json()["items"]
        return shown

    async def decide(self, api: httpx.AsyncClient) -> httpx.Response | None:
        """Many at once, as they were seen."""
        seen = [{"id": each["id"], "version": each["version"]} for each in await self.waiting(api, "incoming")]
        if not seen:
            return None
        self.chance.shuffle(seen)
        cut = self.chance.randrange(len(seen) + 1)
        headers = {"Idempotency-Key": f"d{self.chance.random()}"}
        body = {"accept": seen[:cut], "decline": seen[cut:]}
        answer = await api.post("/v1/transfers/decisions", json=body, headers=headers)
        report = answer.json()
        self.decisions.append(report["id"])
        for result in report["results"]:
            if result["problem"] is None:
                self.note(result["transfer"])
        if self.chance.random() < 0.3:
            again = await api.post("/v1/transfers/decisions", json=body, headers=headers)
            assert again.json() == report
        return answer

    async def decide_one(self, api: httpx.AsyncClient) -> httpx.Response | None:
        """One, whatever its version is by now."""
        waiting = await self.waiting(api, "incoming")
        if not waiting:
            return None
        verb = self.chance.choice(["accept", "decline"])
        answer = await api.post(f"/v1/transfers/{self.chance.choice(waiting)['id']}/{verb}")
        if answer.status_code == 200:
            self.note(answer.json())
            self.decisions.append(answer.json()["decision"])
        return answer

    async def undo(self, api: httpx.AsyncClient) -> httpx.Response:
        """Take a decision back: one's own, the other's, or one that was taken back already."""
        await self.pause()
        answer = await super().undo(api)
        for result in answer.json().get("results", ()):
            if result["problem"] is None:
                self.note(result["transfer"])
        return answer

    async def offer(self, api: httpx.AsyncClient) -> httpx.Response:
        """Ask somebody, perhaps for the second time."""
        return await api.post("/v1/transfers", json={"email": f"o{self.chance.randrange(3)}@outside.example"})

    async def cancel(self, api: httpx.AsyncClient) -> httpx.Response | None:
        """Change one's mind about that."""
        waiting = await self.waiting(api, "outgoing")
        if not waiting:
            return None
        answer = await api.post(f"/v1/transfers/{self.chance.choice(waiting)['id']}/cancel")
        if answer.status_code == 200:
            self.note(answer.json())
        return answer

    async def _account(self, verb: str, where: str) -> httpx.Response | None:
        """Somebody outside answers, or takes that back."""
        server = self.team.server
        async with server.client(outsider(server, f"o{self.chance.randrange(3)}@outside.example")) as api:
            found = (await api.get("/v1/profile")).json()[where]
            await self.pause()
            if not found:
                return None
            answer = await api.post(f"/v1/profile/transfers/{found[0]['id']}/{verb}")
            if answer.status_code == 200:
                self.note(answer.json())
            return answer

    async def wait(self, api: httpx.AsyncClient) -> None:
        """Some of the ten minutes pass."""
        del api
        clock = self.team.server.clock
        clock.move_to(clock.now() + self.chance.choice([MINUTE, 4 * MINUTE]))

    async def answer(self, api: httpx.AsyncClient) -> httpx.Response | None:
        """Somebody who was asked says yes or no."""
        del api
        return await self._account(self.chance.choice(["accept", "decline"]), "waiting")

    async def take_back(self, api: httpx.AsyncClient) -> httpx.Response | None:
        """Somebody takes that back."""
        del api
        return await self._account("undo", "undoable")


def check_decided_once(team: Team, done: list[tuple[str, int, str]]) -> None:
    """No request was moved twice from one version, and the events, the answers and the list tell the same story."""
    twice = {key: times for key, times in Counter((which, version) for which, version, _ in done).items() if times > 1}
    assert twice == {}
    with team.server.services.database.read() as connection:
        ours = events.c.organisation_id == team.organisation_id
        written = connection.execute(select(events.c.body).where(ours).order_by(events.c.seq)).scalars().all()
        rows = connection.execute(select(transfers)).all()
    told = [event for event in map(Event.model_validate_json, written) if event.object.type == "transfer"]
    moves = [event for event in told if event.type.value in MOVES]
    said = [(each.object.id, each.object.attributes["version"], MOVES[each.type.value]) for each in moves]
    assert sorted(said) == sorted(done)
    states = {row.id: "pending" for row in rows}
    for event in moves:
        before, after = states[event.object.id], MOVES[event.type.value]
        assert (before == "pending") != (after == "pending"), event
        states[event.object.id] = after
    assert states == {row.id: row.state for row in rows}
