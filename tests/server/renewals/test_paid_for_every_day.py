"""Service after a refused renewal is owed: whichever way one goes on, ends or leaves, each day is paid once."""

import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_desk import add_users, advance, change, charges_of, expected, get, invoices_of, tell_gateway
from builders import findings_in, make_organisation, running

SEATS, PRICE = 10, 600
FIRST, END = dt.date(2025, 11, 14), dt.date(2025, 12, 14)
"""The first period, which is founded and not invoiced."""


async def refused_renewal(api: httpx.AsyncClient, days: int = 0, refusals: int = 1) -> None:
    """The renewal of 14 December is refused, and some days pass."""
    await tell_gateway(api, "decline", refusals)
    await advance(api, f"P1M{f'{days}D' if days else ''}")


def paid_days(invoices: list[dict[str, Any]], seats: int = SEATS) -> dict[dt.date, int]:
    """For each day that paid invoices are for, how many times all the seats were paid."""
    found: dict[dt.date, int] = {}
    for invoice in invoices:
        if invoice["status"] != "paid":
            continue
        for line in invoice["lines"]:
            assert line["quantity"] == seats
            day, end = (dt.date.fromisoformat(line[name]) for name in ("service_start", "service_end"))
            while day < end:
                found[day] = found.get(day, 0) + 1
                day += dt.timedelta(days=1)
    return found


async def test_a_year_of_cancelling_and_starting_again_pays_for_every_day(tmp_path: Path) -> None:
    """Who never pays in time, ends it a week late and starts again on that day has paid each day of service once."""
    async with running(tmp_path) as server, make_organisation(server, seats=SEATS).client() as api:
        await add_users(api, SEATS)
        served: set[dt.date] = set()
        await tell_gateway(api, "decline")
        await advance(api, "P1M")
        for _ in range(12):
            assert (await get(api, "/v1/subscription"))["status"] == "past_due"
            for _ in range(6):
                await tell_gateway(api, "decline")
                served.add(dt.date.fromisoformat((await get(api, "/v1/overview"))["as_of"][:10]))
                await advance(api, "P1D")
            ended = await change(api, cancel=True)
            open_ones = [each for each in await invoices_of(api) if each["status"] == "open"]
            assert [each["amount_due"] for each in open_ones] == [ended["subscription"]["overdue"]]
            await tell_gateway(api, "accept")
            again = await change(api, start={"plan": "business", "billing_cycle": "monthly", "seats": SEATS})
            start, end = (dt.date.fromisoformat(again["subscription"][f"period_{side}"]) for side in ("start", "end"))
            served |= {start + dt.timedelta(days=each) for each in range((end - start).days)}
            assert len(again["invoice"]["lines"]) == 2
            assert again["payment"]["amount"] == again["invoice"]["total"]
            await tell_gateway(api, "decline")
            await advance(api, "P1M")
        paid = paid_days(await invoices_of(api))
        assert paid == dict.fromkeys(served, 1)
        assert (max(paid) - min(paid)).days + 1 == len(paid) >= 365
        assert findings_in(server) == []


@pytest.mark.parametrize(("days", "refusals"), [(0, 1), (6, 4), (40, 5)], ids=["at once", "late", "suspended"])
async def test_ending_leaves_the_days_that_were_used(tmp_path: Path, days: int, refusals: int) -> None:
    """The quote says what stays owed; it is an open invoice, can be paid alone, and starting later asks for it too."""
    served = min(days + 1, 7)
    owed = (SEATS * PRICE * served * 2 + 31) // (2 * 31)
    async with running(tmp_path) as server, make_organisation(server, seats=SEATS).client() as api:
        await add_users(api, SEATS)
        await refused_renewal(api, days, refusals)
        quote = (await api.post("/v1/quotes", json={"cancel": True})).json()
        assert quote["owed"]["amount"] == owed
        assert "stays_owed" in [each["code"] for each in quote["warnings"]]
        done = await change(api, cancel=True)
        assert (done["subscription"]["status"], done["subscription"]["overdue"]["amount"]) == ("ended", owed)
        (left,) = [each for each in await invoices_of(api) if each["status"] == "open"]
        assert (left["amount_due"]["amount"], left["lines"][0]["service_start"]) == (owed, str(END))
        assert dt.date.fromisoformat(left["lines"][0]["service_end"]) == END + dt.timedelta(days=served)
        await advance(api, "P1M")
        assert (charges_of(server), await expected(api)) == ([], [])
        start = {"plan": "enterprise", "billing_cycle": "annual", "seats": SEATS}
        asked = (await api.post("/v1/quotes", json={"start": start})).json()
        assert [each["amount"]["amount"] for each in asked["lines"]] == [owed, SEATS * 12000]
        alone = await change(api, pay_overdue=True)
        assert (alone["payment"]["amount"]["amount"], alone["subscription"]["status"]) == (owed, "ended")
        assert (await get(api, "/v1/subscription"))["overdue"] is None
        assert [each["status"] for each in await invoices_of(api)][-2:] == ["void", "paid"]
        again = await change(api, start=start)
        assert len(again["invoice"]["lines"]) == 1
        assert findings_in(server) == []


async def test_losing_access_leaves_the_days_before_it(tmp_path: Path) -> None:
    """Suspended after seven days, these are owed beside the new period, which begins on the day it is paid."""
    async with running(tmp_path) as server, make_organisation(server, seats=SEATS).client() as api:
        await add_users(api, SEATS)
        await refused_renewal(api, 20, 5)
        late = await get(api, "/v1/subscription")
        assert (late["status"], late["overdue"]["amount"]) == ("suspended", 1355 + SEATS * PRICE)
        done = await change(api, pay_overdue=True)
        assert [each["amount"]["amount"] for each in done["invoice"]["lines"]] == [1355, SEATS * PRICE]
        assert done["subscription"]["period_start"] == "2026-01-03"
        assert sorted(paid_days(await invoices_of(api)))[:8] == [
            *(END + dt.timedelta(days=each) for each in range(7)),
            dt.date(2026, 1, 3),
        ]
        assert findings_in(server) == []


async def gone(api: httpx.AsyncClient, ids: list[str]) -> None:
    """Remove these users."""
    for user_id in ids:
        assert (await api.delete(f"/v1/users/{user_id}")).status_code == 200


async def test_removing_everybody_while_past_due(tmp_path: Path) -> None:
    """The period has begun with those who were active: removing them lowers the next one, also where seats follow."""
    async with running(tmp_path) as server, make_organisation(server, plan="professional", seats=3).client() as api:
        ids = await add_users(api, 3)
        await refused_renewal(api)
        await gone(api, ids)
        assert (await get(api, "/v1/subscription"))["overdue"]["amount"] == 3 * 1500
        await advance(api, "P1D")
        after = await get(api, "/v1/subscription")
        assert (after["status"], after["seats"], charges_of(server)) == ("active", 3, [3 * 1500])
        assert (await expected(api, 1))[0]["seats"] == 0
        assert findings_in(server) == []


async def test_coming_and_going_while_past_due(tmp_path: Path) -> None:
    """Who comes to a free seat after the refusal and leaves before the end has used it: the most at once are owed."""
    async with running(tmp_path) as server, make_organisation(server, seats=SEATS).client() as api:
        await change(api, seats=1)
        await refused_renewal(api)
        assert (await get(api, "/v1/subscription"))["overdue"]["amount"] == PRICE
        await gone(api, await add_users(api, 6))
        assert (await get(api, "/v1/subscription"))["overdue"]["amount"] == 6 * PRICE
        await advance(api, "PT1H")
        done = await change(api, cancel=True)
        assert done["subscription"]["overdue"]["amount"] == round(6 * PRICE / 31)
        assert findings_in(server) == []


@pytest.mark.parametrize(
    "wanted",
    [{"plan": "enterprise"}, {"billing_cycle": "annual"}, {"seats": 0}, {"seats": 99}, {"pay_users": "all"}],
    ids=str,
)
async def test_nothing_else_goes_on_while_past_due(tmp_path: Path, wanted: dict[str, Any]) -> None:
    """Neither plan, cycle, seats nor users are changed with a price before what is overdue is paid."""
    async with running(tmp_path) as server, make_organisation(server, seats=1).client() as api:
        await add_users(api, 2)
        await refused_renewal(api, 2, 3)
        refused = await api.post("/v1/quotes", json=wanted)
        assert refused.json()["code"] == "subscription_not_active"


async def test_a_credit_pays_what_is_left_owing(tmp_path: Path) -> None:
    """What a credit covers wholly is paid from it at once, so that nothing stays open and the books add up."""
    async with (
        running(tmp_path) as server,
        make_organisation(server, plan="professional", seats=2, invoiced=True).client() as api,
    ):
        await add_users(api, 2)
        await change(api, plan="business")
        await change(api, seats=3)
        before = (await get(api, "/v1/subscription"))["credit"]["amount"]
        await refused_renewal(api)
        done = (await change(api, cancel=True))["subscription"]
        assert (done["status"], done["overdue"], before - done["credit"]["amount"]) == ("ended", None, 58)
        assert [each["status"] for each in await invoices_of(api)][-2:] == ["void", "paid"]
        assert findings_in(server) == []
