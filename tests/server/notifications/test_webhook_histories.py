"""Random lives of a webhook: outages, odd answers, restarts, replays, switching. Whatever happens, all of it is told.

One of them again: `HEADCOUNT_TEST_SEED=17`; more: `HEADCOUNT_SEEDS=300 python -m pytest
tests/server/notifications/test_webhook_histories.py`.
"""

import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from builders import Team, findings_in, make_organisation
from notifications_desk import Office, Receiver, Told, add_user, all_events, office, receiver, subscribed, until
from sqlalchemy import text

from server.store.types import to_microseconds

ONE = os.environ.get("HEADCOUNT_TEST_SEED")
SEEDS = [int(ONE)] if ONE else list(range(int(os.environ.get("HEADCOUNT_SEEDS", "4"))))
STEPS = 40
BAD: tuple[int | str, ...] = (500, 404, "close")


@dataclass
class Life:
    """One history: what chance decides, and what is known of the receiver."""

    seed: int
    there: Receiver
    chance: random.Random = field(init=False)
    people: int = 0
    webhook: str = ""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - it must be possible to run it again

    async def step(self, house: Office, team: Team) -> None:
        """Let something happen."""
        path = f"/v1/webhooks/{self.webhook}"
        async with team.client() as api:
            what = self.chance.choice(["person"] * 6 + ["time"] * 4 + ["mood"] * 3 + ["since", "failed", "off", "on"])
            if what == "person":
                self.people += 1
                await add_user(api, f"p{self.people}@team.example")
            elif what == "time":
                house.pass_time(minutes=self.chance.choice([1, 10, 200, 3000]))
            elif what == "mood":
                self.mood()
            elif what == "since":
                moment = self.chance.choice(await all_events(team))["created_at"]
                assert (await api.post(f"{path}/replay", json={"since": moment})).status_code == 200
            elif what == "failed":
                assert (await api.post(f"{path}/replay", json={"failed": True})).status_code == 200
            else:
                assert (await api.patch(path, json={"enabled": what == "on"})).status_code == 200
        if self.chance.random() < 0.5:
            await until(lambda: not due(house))

    def mood(self) -> None:
        """How the receiver answers from now on."""
        rate = self.chance.choice([0.0, 0.3, 1.0])
        how = self.chance.choice(BAD)
        picks = random.Random(self.chance.random())  # noqa: S311 - the same

        def answer(_: Told) -> int | str:
            return how if picks.random() < rate else 200

        self.there.answer = answer


def due(house: Office) -> bool:
    """Whether something is to be tried now."""
    now = to_microseconds(house.time)
    query = f"""SELECT 1 FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
        WHERE w.enabled AND d.state = 'waiting' AND d.next_at <= {now} LIMIT 1"""  # noqa: S608 - a number
    with house.server.services.database.read() as connection:
        return connection.execute(text(query)).first() is not None


@pytest.mark.parametrize("seed", SEEDS)
async def test_all_of_it_is_told(tmp_path: Path, seed: int) -> None:
    """Every event since the webhook was made arrives at least once under one name, and the books stay right."""
    async with receiver() as there:
        life, team, begun = Life(seed, there), None, 0
        now: dict[str, Any] = {}
        for _ in range(3):
            async with office(tmp_path, webhook_patience=2.0, **now) as house:
                team = team or make_organisation(house.server)
                team = Team(house.server, team.organisation_id, team.subscription_id, team.account_id, team.token)
                if not life.webhook:
                    begun = len(await all_events(team))
                    async with team.client() as api:
                        life.webhook = (await subscribed(api, there.url))["id"]
                for _ in range(STEPS // 3):
                    await life.step(house, team)
                now = {"now": house.time}
        async with office(tmp_path, **now) as house:
            assert team is not None
            team = Team(house.server, team.organisation_id, team.subscription_id, team.account_id, team.token)
            there.answer = lambda _: 200
            async with team.client() as api:
                path = f"/v1/webhooks/{life.webhook}"
                await api.patch(path, json={"enabled": True})
                await api.post(f"{path}/replay", json={"failed": True})
                house.pass_time(days=2)
                happened = [event["id"] for event in await all_events(team)]
                await until(lambda: set(there.events) >= set(happened[begun:]))
            assert findings_in(house.server) == []
    assert set(there.events) <= set(happened)
    assert len(set(zip(there.ids, there.events, strict=True))) == len(set(there.ids)) == len(set(there.events))
