"""However a year passes on the sandbox's clock, in one jump or day by day, the same happens at the same moments."""

import datetime as dt
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from billing_desk import get, invoices_of, tell_gateway
from random_subscriptions import SEED, Chosen, choose, running_with
from sqlalchemy import select

from server.domain.periods import advance
from server.store.tables import seat_usage

IDS = re.compile(r"\b(org|acc|sub|usr|trf|quo|inv|pay|evt)_\w+|[0-9a-f]{64}|\b\w{8}\.example")
OUTCOMES = ("accept", "decline", "late", "twice", "unreachable")


def _days(start: dt.datetime) -> Iterator[dt.datetime]:
    end, now = advance(start, "P1Y"), start
    while now < end:
        now += dt.timedelta(days=1)
        yield min(now, end)


def _any(start: dt.datetime, luck: random.Random) -> Iterator[dt.datetime]:
    end, now = advance(start, "P1Y"), start
    while now < end:
        now += dt.timedelta(seconds=luck.choice((30, 86_400, 9_000_000)) * (1 + luck.random()))
        yield min(now, end)


async def _after(folder: Path, chosen: Chosen, jumps: list[dt.datetime], outcome: tuple[str, int]) -> Any:
    """What was left by a year of these jumps, without ids and digests, and without the clock's own events."""
    async with running_with(folder, chosen) as (server, team), team.client() as api:
        await tell_gateway(api, *outcome)
        counted = 0
        for jump in jumps:
            answer = await api.post("/v1/sandbox/clock", json={"now": jump.isoformat()})
            counted += answer.json()["events"]
        items: list[dict[str, Any]] = []
        while len(page := (await get(api, f"/v1/events?limit=500&offset={len(items)}"))["items"]):
            items += page
        told = [each for each in reversed(items) if each["type"] != "sandbox.clock_moved"]
        moments = [each["created_at"] for each in told]
        assert moments == sorted(moments)
        assert counted == sum(dt.datetime.fromisoformat(each) > chosen.founded for each in moments)
        row = await get(api, "/v1/subscription")
        with server.services.database.read() as connection:
            weeks = [list(each) for each in connection.execute(select(seat_usage.c.used, seat_usage.c.paid))]
        found = {"events": told, "invoices": await invoices_of(api), "subscription": row, "weeks": weeks}
    return json.loads(IDS.sub("", json.dumps(found)))


@pytest.mark.parametrize("story", range(2))
async def test_a_year_is_twelve_months_is_all_its_days(tmp_path: Path, story: int) -> None:
    """One jump, twelve, one a day, or any: the same events and invoices with the same moments, the same standing."""
    luck = random.Random(SEED + 100 + story)  # noqa: S311 - it must be possible to run it again
    chosen, outcome = choose(luck), (luck.choice(OUTCOMES), luck.randrange(1, 7))
    start = chosen.founded
    ways = {
        "year": [advance(start, "P1Y")],
        "months": [advance(start, f"P{month}M") for month in range(1, 13)],
        "days": list(_days(start)),
        "any": list(_any(start, luck)),
    }
    found = {way: await _after(tmp_path / way, chosen, jumps, outcome) for way, jumps in ways.items()}
    for way in ("months", "days", "any"):
        assert found[way] == found["year"], f"HEADCOUNT_TEST_SEED={SEED}, story {story}, {way}: {chosen}, {outcome}"
