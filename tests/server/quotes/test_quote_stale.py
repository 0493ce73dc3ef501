"""Promises that are no longer good, requests that make no sense, and organisations that never hear of money."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_desk import add_users, confirm, get
from builders import NOW, RunningServer, Team, findings_in, make_organisation, running

from server.catalogue import Sold

WORDS = (
    "pay pays paid paying payment payments unpaid price prices priced cost costs invoice invoices bill bills billed "
    "billing charge charges charged refund refunds refunded credit credits due overdue EUR"
)
PAYING = re.compile(rf"\b({WORDS.replace(' ', '|')}|not.paid)\b", re.IGNORECASE)


def raise_prices(server: RunningServer, monkeypatch: pytest.MonkeyPatch, factor: int) -> None:
    """The vendor's list has other prices from now on."""
    offers = server.services.catalogue.offers
    for key, offer in list(offers.items()):
        dearer = {
            cycle: {currency: Sold(sold.price * factor) for currency, sold in getattr(offer, cycle).items()}
            for cycle in ("monthly", "annual")
        }
        monkeypatch.setitem(offers, key, offer.model_copy(update=dearer))


async def stale(api: httpx.AsyncClient, quote: dict[str, Any], key: str) -> dict[str, Any]:
    """The problem with a promise that is no longer good."""
    answer = await confirm(api, quote["id"], key)
    assert (answer.status_code, answer.json()["code"]) == (409, "quote_stale"), answer.text
    problem: dict[str, Any] = answer.json()
    return problem


async def quote_for(api: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    """The price of a change."""
    answer = await api.post("/v1/quotes", json=change)
    assert answer.status_code == 201, answer.text
    quote: dict[str, Any] = answer.json()
    return quote


async def test_somebody_to_pay_for_has_gone_or_come(tmp_path: Path) -> None:
    """For everybody who waits: whoever left or came is named, and the fresh quote pays for those there are (D5)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=1)
        async with team.client() as api:
            _, ann, bob = await add_users(api, 3)
            quote = await quote_for(api, pay_users="all")
            await api.delete(f"/v1/users/{ann}")
            await add_users(api, 1, first=7)
            problem = await stale(api, quote, "a")
            assert problem["data"]["changed"] == ["U1 Test is no longer NOT PAID", "U7 Test is NOT PAID too"]
            fresh = problem["data"]["quote"]
            shares = fresh["lines"][0]["shares"]
            assert [share["name"] for share in shares] == ["U2 Test", "U7 Test"]
            assert shares[0]["user_id"] == bob
            assert (await confirm(api, fresh["id"], "b")).status_code == 200


async def test_somebody_to_pay_for_was_paid_meanwhile(tmp_path: Path) -> None:
    """Chosen by name: paid by somebody else, that one is named; nobody is paid for twice."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=1)
        async with team.client() as api:
            _, ann, bob = await add_users(api, 3)
            quote = await quote_for(api, pay_users=[ann, bob])
            other = await quote_for(api, pay_users=[ann])
            assert (await confirm(api, other["id"], "other")).status_code == 200
            problem = await stale(api, quote, "a")
            assert "U1 Test is no longer NOT PAID" in problem["data"]["changed"]
            paid = (await get(api, "/v1/invoices"))["items"]
            assert [share["user_id"] for each in paid for line in each["lines"] for share in line["shares"]] == [ann]
            assert (await get(api, f"/v1/users/{bob}"))["status"] == "not_paid"


async def test_a_new_name_is_no_new_price(tmp_path: Path) -> None:
    """Correcting the name of somebody who is being paid for leaves the promise good."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=0)
        async with team.client() as api:
            (ann,) = await add_users(api, 1)
            quote = await quote_for(api, pay_users=[ann])
            await api.patch(f"/v1/users/{ann}", json={"last_name": "Corrected"})
            answer = await confirm(api, quote["id"])
            assert (answer.status_code, answer.json()["invoice"]["lines"]) == (200, quote["lines"])


@pytest.mark.parametrize(
    "change", [{"plan": "enterprise"}, {"billing_cycle": "annual"}, {"plan": "enterprise", "seats": 12}]
)
async def test_the_price_on_the_list_has_changed(
    tmp_path: Path, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dearer list price makes the promise stale and names both; confirming the fresh quote charges the new one."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10)
        async with team.client() as api:
            quote = await quote_for(api, **change)
            raise_prices(server, monkeypatch, factor=2)
            problem = await stale(api, quote, "a")
            fresh = problem["data"]["quote"]
            dues = [each["due_now"]["amount"] / 100 for each in (quote, fresh)]
            assert problem["data"]["changed"] == [f"price: EUR {dues[0]:,.2f}, now EUR {dues[1]:,.2f}"]
            assert dues[1] > dues[0]
            done = await confirm(api, fresh["id"], "b")
            assert done.json()["payment"]["amount"] == fresh["due_now"]
        assert findings_in(server) == []


async def test_what_was_bought_keeps_its_price(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More seats cost what the others cost in this period, whatever the list says since: that promise stays good."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10)
        async with team.client() as api:
            quote = await quote_for(api, seats=12)
            raise_prices(server, monkeypatch, factor=2)
            assert (await confirm(api, quote["id"])).json()["payment"]["amount"] == {"amount": 1200, "currency": "EUR"}


async def test_every_difference_is_named_as_people_say_it(tmp_path: Path) -> None:
    """Plan, price, seats, end and credit, each with what it was and is: money as money."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10, plan="professional", users=3, invoiced=True)
        async with team.client() as api:
            first = await quote_for(api, plan="enterprise")
            second = await quote_for(api, cancel=True)
            changed = await quote_for(api, plan="business")
            assert (await confirm(api, changed["id"], "x")).status_code == 200
            ended = await quote_for(api, cancel=True)
            assert (await confirm(api, ended["id"], "y")).status_code == 200
            assert (await stale(api, first, "a"))["data"]["changed"] == [
                "plan: professional, now business",
                "price of a seat: EUR 15.00, now EUR 6.00",
                "seats from the renewal on: none, now 3",
                "cancellation at the renewal: no, now yes",
                "credit: EUR 0.00, now EUR 90.00",
            ]
            problem = await stale(api, second, "b")
            assert (problem["data"]["quote"], problem["detail"].endswith("It ends on 2025-12-14 already")) == (
                None,
                True,
            )


async def test_a_promise_made_before_midnight_is_kept_after_it(tmp_path: Path) -> None:
    """Fifteen minutes are fifteen minutes: the day that began meanwhile changes no price."""
    async with running(tmp_path) as server:
        team = make_organisation(server, invoiced=True)
        async with team.client() as api:
            server.clock.move_to(dt.datetime(2025, 11, 20, 23, 55, tzinfo=dt.UTC))
            quote = await quote_for(api, plan="enterprise")
            server.clock.move_to(dt.datetime(2025, 11, 21, 0, 9, 59, tzinfo=dt.UTC))
            done = (await confirm(api, quote["id"])).json()
            assert done["payment"]["amount"] == quote["due_now"] == {"amount": 10 * 600 * 24 // 30, "currency": "EUR"}
        assert findings_in(server) == []


async def test_every_kind_of_promise_expires(tmp_path: Path) -> None:
    """After fifteen minutes each is gone, free ones included, and says since when (D5)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=1, users=2)
        async with team.client() as api:
            changes: list[dict[str, Any]] = [
                {"plan": "enterprise"},
                {"billing_cycle": "annual"},
                {"cancel": True},
                {"pay_users": "all"},
            ]
            quotes = [await quote_for(api, **change) for change in changes]
            server.clock.move_to(NOW + dt.timedelta(minutes=15))
            for quote in quotes:
                answer = await confirm(api, quote["id"], quote["id"])
                assert (answer.status_code, answer.json()["code"]) == (410, "quote_expired")
                assert answer.json()["data"]["expired_at"] == quote["expires_at"] == "2025-11-14T09:45:00Z"
            assert (await get(api, "/v1/payments"))["items"] == []


BAD: list[dict[str, Any]] = [
    {},
    {"seats": None},
    {"seats": None, "plan": None, "cancel": None},
    {"seats": 12, "cancel": True},
    {"plan": "enterprise", "pay_users": "all"},
    {"cancel": True, "resume": True},
    {"start": {"plan": "business"}, "seats": 3},
    {"cancel": False},
    {"resume": "yes"},
    {"pay_overdue": "now"},
    {"seats": -1},
    {"seats": 1.5},
    {"seats": "12"},
    {"seats": True},
    {"seats": 10_000_001},
    {"seats": 10**30},
    {"plan": ""},
    {"plan": "x" * 61},
    {"plan": 7},
    {"billing_cycle": "weekly"},
    {"pay_users": []},
    {"pay_users": "some"},
    {"pay_users": [7]},
    {"pay_users": ["usr_1"] * 10_001},
    {"start": {}},
    {"start": {"plan": "business", "seats": 0}},
    {"start": {"plan": "business", "seats": None, "more": 1}},
    {"nonsense": 1},
    {"seats": 12, "nonsense": 1},
]


@pytest.mark.parametrize("body", BAD, ids=[json.dumps(body)[:40] for body in BAD])
async def test_a_change_that_is_none_is_refused_with_a_pointer(tmp_path: Path, body: dict[str, Any]) -> None:
    """422 that points at what is wrong, with a sentence; nothing of ours falls over, and no quote is made."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            answer = await api.post("/v1/quotes", json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), answer.text
            errors = answer.json()["errors"]
            assert errors
            for error in errors:
                assert error["pointer"] == "" or error["pointer"].startswith("/")
                assert error["detail"]


@pytest.mark.parametrize("change", [{"plan": "platinum"}, {"plan": "Business"}, {"plan": "../contract"}])
async def test_an_unknown_plan_is_not_found(tmp_path: Path, change: dict[str, str]) -> None:
    """404 with a sentence that lists what there is, also for a start."""
    async with running(tmp_path) as server:
        team, free = make_organisation(server), make_organisation(server, "Free Ltd", plan="non-commercial")
        async with team.client() as api, free.client() as other:
            for answer in (
                await api.post("/v1/quotes", json=change),
                await other.post("/v1/quotes", json=change),
                await other.post("/v1/quotes", json={"start": change}),
            ):
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
                assert f"Unknown plan “{change['plan']}”. Available: non-commercial, " in answer.json()["detail"]


async def test_control_characters_in_a_plan_are_not_told_back(tmp_path: Path) -> None:
    """What a terminal would obey never comes back in a sentence."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            answer = await api.post("/v1/quotes", json={"plan": "a\x1b[2J\u202eb"})
            assert answer.status_code in {404, 422}
            assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", answer.json()["detail"])


def strings(found: Any, key: str = "") -> Iterator[str]:
    """Every string value in an answer; keys, links and codes of currencies are no words to people."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield from strings(value, name)
    elif isinstance(found, list):
        for value in found:
            yield from strings(value, key)
    elif isinstance(found, str) and key not in {"currency", "type", "code", "instance"}:
        yield found


def _speaks_of_paying(found: Any) -> list[str]:
    return [text for text in strings(found) if PAYING.search(text)]


async def _use(server: RunningServer, team: Team, api: httpx.AsyncClient) -> None:
    """Everything that may happen on a contract."""
    ids = await add_users(api, 4)
    await api.delete(f"/v1/users/{ids[0]}")
    await api.post(f"/v1/users/{ids[0]}/restore")
    await api.post("/v1/sandbox/clock", json={"advance": "P40D"})
    await add_users(api, 1, first=9)
    del server, team


async def test_a_contract_never_hears_of_paying(tmp_path: Path) -> None:
    """No value of an answer, and no refusal, has a word about paying: there is nothing to pay (D10, D15)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan="contract", seats=5)
        async with team.client() as api:
            await _use(server, team, api)
            paths = ("overview", "subscription", "users", "events", "invoices", "payments", "forecast")
            for path in paths:
                assert _speaks_of_paying(await get(api, f"/v1/{path}")) == [], path
            full = await api.post("/v1/users", json={"email": "more@people.example"})
            assert (full.status_code, _speaks_of_paying(full.json())) == (409, []), full.text
            for plan in (await get(api, "/v1/plans"))["items"]:
                for choice in plan["choices"]:
                    assert PAYING.search(choice["reason"]) is None
        assert findings_in(server) == []


@pytest.mark.parametrize(
    "change",
    [
        {"seats": 12},
        {"plan": "enterprise"},
        {"plan": "non-commercial"},
        {"plan": "platinum"},
        {"billing_cycle": "annual"},
        {"plan": "business", "seats": 3, "billing_cycle": "annual"},
        {"pay_users": "all"},
        {"pay_users": ["usr_00000000000000000000"]},
        {"pay_overdue": True},
        {"start": {"plan": "business"}},
        {"cancel": True},
        {"resume": True},
    ],
)
async def test_a_contract_is_changed_with_the_vendor(tmp_path: Path, change: dict[str, Any]) -> None:
    """Every change is refused with the vendor's address, and without a word about paying."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan="contract", seats=5, users=2)
        async with team.client() as api:
            answer = await api.post("/v1/quotes", json=change)
            assert (answer.status_code, answer.json()["code"]) == (422, "set_by_contract"), answer.text
            assert answer.json()["data"] == {"contact": "sales@vendor.example"}
            assert _speaks_of_paying(answer.json()) == []


async def test_a_contract_is_shown_no_prices(tmp_path: Path) -> None:
    """The catalogue of who has a contract names plans and whom to write to, and no amount of money."""
    async with running(tmp_path) as server, make_organisation(server, plan="contract").client() as api:
        plans = (await api.get("/v1/plans")).json()["items"]
        assert [plan["id"] for plan in plans][-1] == "contract"
        assert not any(plan[cycle] for plan in plans for cycle in ("monthly", "annual"))
        assert not any(choice["price"] for plan in plans for choice in plan["choices"])
