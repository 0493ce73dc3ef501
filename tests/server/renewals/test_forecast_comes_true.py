"""The forecast is the renewal, done without doing it: whatever a subscription is, what was foretold is charged."""

import datetime as dt
import random
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from billing_desk import advance, change, expected, get, invoices_of, tell_gateway
from builders import findings_in, make_organisation, running
from random_subscriptions import SEED, choose, findings_but_credit, running_with

SUMS = ("lines", "net", "tax", "total", "credit_applied")


def charged(invoice: dict[str, Any], time_zone: str) -> dict[str, Any]:
    """An invoice in the words of a forecast."""
    line = invoice["lines"][0]
    issued = dt.datetime.fromisoformat(invoice["issued_at"]).astimezone(ZoneInfo(time_zone))
    return {
        "date": issued.date().isoformat(),
        "period_start": line["period_start"],
        "period_end": line["period_end"],
        "seats": line["quantity"],
        **{name: invoice[name] for name in SUMS},
        "due": invoice["amount_paid"],
    }


@pytest.mark.parametrize("story", range(12))
async def test_what_was_foretold_is_charged(tmp_path: Path, story: int) -> None:
    """Dates, periods, seats, lines, tax, credit and due of the next payments are those of the invoices to come."""
    chosen = choose(random.Random(SEED + story))  # noqa: S311 - it must be possible to run it again
    said = f"HEADCOUNT_TEST_SEED={SEED}, story {story}: {chosen}"
    async with running_with(tmp_path, chosen) as (server, team), team.client() as api:
        foretold = await expected(api, 9 if chosen.cycle.value == "annual" else 12)
        row = await get(api, "/v1/subscription")
        assert (row["next_payment"]["amount"], row["next_payment"]["seats"]) == (
            foretold[0]["due"],
            foretold[0]["seats"],
        ), said
        last = dt.datetime.fromisoformat(foretold[-1]["date"]).replace(tzinfo=dt.UTC) + dt.timedelta(days=2)
        moved = await api.post("/v1/sandbox/clock", json={"now": last.isoformat()})
        assert moved.status_code == 200, said
        found = [charged(invoice, chosen.time_zone) for invoice in await invoices_of(api)]
        assert found == [each for each in foretold if each["lines"]], said
        assert [each["status"] for each in await invoices_of(api)] == ["paid"] * len(found), said
        assert findings_but_credit(findings_in(server)) == [], said


async def test_a_cancelled_one_has_nothing_to_come(tmp_path: Path) -> None:
    """Cancelled, the forecast is empty and says when it ends; resumed, it is as before."""
    async with running(tmp_path) as server, make_organisation(server).client() as api:
        before = await expected(api)
        await change(api, cancel=True)
        told = await get(api, "/v1/forecast")
        assert (told["payments"], told["ends"]) == ([], "2025-12-14")
        await change(api, resume=True)
        assert await expected(api) == before


async def test_a_refused_one_is_foretold_for_its_next_try(tmp_path: Path) -> None:
    """The first payment to come is the retry on its day, for the period that has begun; then it comes true."""
    async with running(tmp_path) as server, make_organisation(server, seats=3).client() as api:
        first = (await expected(api))[0]
        await tell_gateway(api, "decline")
        await advance(api, "P1M")
        retry, following = (await expected(api))[:2]
        assert retry == {**first, "date": "2025-12-15"}
        await advance(api, "P1M")
        invoices = await invoices_of(api)
        assert [each["status"] for each in invoices] == ["paid", "paid"]
        assert [each["settled_at"][:10] for each in invoices[0]["payments"]] == ["2025-12-14", "2025-12-15"]
        assert charged(invoices[1], "UTC") == following
