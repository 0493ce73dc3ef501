"""A year and more of the demo on its clock, over HTTP: everything that may happen to a subscription, each foretold."""

import datetime as dt
from pathlib import Path
from typing import Any

import httpx
from billing_desk import advance, change, expected, get, invoices_of, tell_gateway
from builders import findings_in, running

from server.catalogue import default_catalogue
from server.http.tokens import make_token
from server.seed.demo import seed_demo

NOW = dt.datetime(2026, 3, 19, 15, 20, tzinfo=dt.UTC)
SAME = ("lines", "net", "tax", "total", "credit_applied")


async def _to(api: httpx.AsyncClient, day: str) -> None:
    """The clock, to noon of a day."""
    answer = await api.post("/v1/sandbox/clock", json={"now": f"{day}T12:00:00Z"})
    assert answer.status_code == 200, answer.text


async def _renewed(api: httpx.AsyncClient) -> dict[str, Any]:
    """The next payment comes on its day, as it was foretold; answers its invoice."""
    foretold = (await expected(api, 1))[0]
    known = len(await invoices_of(api))
    await _to(api, foretold["date"])
    invoices = await invoices_of(api)
    assert len(invoices) == known + 1
    invoice = invoices[-1]
    assert {name: invoice[name] for name in SAME} == {name: foretold[name] for name in SAME}
    assert (invoice["status"], invoice["issued_at"][:10]) == ("paid", foretold["date"])
    after = await get(api, "/v1/subscription")
    assert (after["period_start"], after["period_end"]) == (foretold["period_start"], foretold["period_end"])
    assert (after["status"], after["seats"]) == ("active", foretold["seats"])
    return invoice


async def _promised(api: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    """A change whose quote tells the next renewal; the forecast says the same from then on."""
    quote = (await api.post("/v1/quotes", json=wanted)).json()
    done = await change(api, **wanted)
    coming = await expected(api, 1)
    told = quote["renewal"] and {name: quote["renewal"][name] for name in ("date", "seats", "credit_applied", "due")}
    assert told == ({name: coming[0][name] for name in told} if coming else None)
    assert not coming or quote["renewal"]["amount"] == coming[0]["total"]
    assert not done["invoice"] or done["invoice"]["amount_paid"] == quote["due_now"]
    return done


async def _refuse(api: httpx.AsyncClient, day: str, times: int) -> None:
    """The payments from a day on are refused: told the day before, since others in this database pay too."""
    await _to(api, (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat())
    await tell_gateway(api, "decline", times)


async def _a_good_half_year(api: httpx.AsyncClient) -> None:
    """Everybody is paid for; six renewals, one of which is refused at first; a dearer plan."""
    done = await _promised(api, pay_users="all")
    assert done["activated"]["count"] == 3
    for _ in range(2):
        await _renewed(api)
    foretold = (await expected(api, 1))[0]
    await _refuse(api, foretold["date"], 1)
    await _to(api, foretold["date"])
    late = await get(api, "/v1/subscription")
    assert (late["status"], late["overdue"]) == ("past_due", foretold["due"])
    retry = (await expected(api, 1))[0]
    assert {**retry, "date": foretold["date"]} == foretold
    await _to(api, retry["date"])
    assert (await get(api, "/v1/subscription"))["period_start"] == foretold["period_start"]
    assert len((await invoices_of(api))[-1]["payments"]) == 2
    await _renewed(api)
    await advance(api, "P10D")
    done = await _promised(api, plan="enterprise")
    assert [line["quantity"] for line in done["invoice"]["lines"]] == [-40, 40]
    for _ in range(2):
        assert (await _renewed(api))["amount_paid"]["amount"] == 40 * 1200


async def _a_bad_month(api: httpx.AsyncClient) -> None:
    """Refused until it is suspended; weeks later somebody pays, and a new period starts."""
    foretold = (await expected(api, 1))[0]
    await _refuse(api, foretold["date"], 9)
    await _to(api, foretold["date"])
    loses = (await get(api, "/v1/subscription"))["suspended_at"]
    await _to(api, loses[:10])
    suspended = await get(api, "/v1/subscription")
    assert (suspended["status"], await expected(api)) == ("suspended", [])
    await tell_gateway(api, "accept")
    await advance(api, "P3W")
    assert [len(each["payments"]) for each in (await invoices_of(api))[-2:]] == [5, 0]
    done = await _promised(api, pay_overdue=True)
    today = (await get(api, "/v1/overview"))["as_of"][:10]
    assert (done["invoice"]["amount_paid"], done["subscription"]["period_start"]) == (suspended["overdue"], today)
    assert [each["status"] for each in (await invoices_of(api))[-3:]] == ["void", "void", "paid"]


async def _to_the_end(api: httpx.AsyncClient) -> None:
    """Annual, renewed once after a year, cancelled, and over: nothing is charged any more."""
    done = await _promised(api, billing_cycle="annual")
    credit, whole = done["invoice"]["lines"]
    assert (credit["quantity"], whole["amount"]["amount"]) == (-40, 40 * 12000)
    await _renewed(api)
    await _promised(api, cancel=True)
    ends = (await get(api, "/v1/forecast"))["ends"]
    paid = await invoices_of(api)
    await _to(api, ends)
    assert (await get(api, "/v1/subscription"))["status"] == "ended"
    await advance(api, "P1Y")
    assert await invoices_of(api) == paid


async def test_a_year_on_the_clock(tmp_path: Path) -> None:
    """Each payment comes as it was foretold, and at the end nothing is wrong with the books."""
    token = make_token().token
    async with running(tmp_path, now=NOW) as server:
        with server.services.database.write() as connection:
            seed_demo(connection, default_catalogue(), token=token, now=NOW)
        async with server.client(token) as api:
            before = len(await invoices_of(api))
            await _a_good_half_year(api)
            await _a_bad_month(api)
            for _ in range(5):
                await _renewed(api)
            await _to_the_end(api)
            assert findings_in(server) == []
            invoices = (await invoices_of(api))[before:]
            payments = (await get(api, "/v1/payments?limit=500"))["items"]
            mine = {each["id"] for each in invoices}
            collected = sum(
                each["amount"]["amount"]
                for each in payments
                if each["status"] == "succeeded" and each["invoice_id"] in mine
            )
            assert collected == sum(each["amount_paid"]["amount"] for each in invoices)
            assert sum(each["quote_id"] is None and each["status"] == "paid" for each in invoices) == 12
