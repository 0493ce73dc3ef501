"""Fifty confirmations at the same moment, in one process and over real connections: one charge, or none."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_desk import FakeBank, confirm, get, kinds, statuses_of_payments
from builders import findings_in, make_organisation, running
from served_process import served_process

from server.operations.verify import findings
from server.store.database import Database

CHANGES: list[dict[str, Any]] = [
    {"seats": 12},
    {"plan": "enterprise"},
    {"plan": "enterprise", "billing_cycle": "annual", "seats": 11},
    {"pay_users": "all"},
    {"cancel": True},
]
KEYS: dict[str, Callable[[int], str]] = {
    "one key": lambda _: "k",
    "fifty keys": lambda number: f"k{number}",
    "five keys": lambda number: f"k{number % 5}",
}


async def _quote(api: httpx.AsyncClient, change: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post("/v1/quotes", json=change)
    assert answer.status_code == 201, answer.text
    quote: dict[str, Any] = answer.json()
    return quote


def _told(answers: list[httpx.Response]) -> Counter[str]:
    return Counter(answer.json().get("code", "done") for answer in answers)


@pytest.mark.parametrize("slow", [True, False], ids=["a slow bank", "the sandbox"])
@pytest.mark.parametrize(
    ("change", "keys"),
    [*((change, "five keys") for change in CHANGES), ({"seats": 12}, "one key"), ({"seats": 12}, "fifty keys")],
)
async def test_fifty_confirmations_of_any_change(
    tmp_path: Path, change: dict[str, Any], keys: str, *, slow: bool
) -> None:
    """Whatever is confirmed, with whichever keys: it is charged once and done once, and everybody is told the truth."""
    bank = FakeBank(slow=True)
    async with running(tmp_path, gateway=bank if slow else None) as server:
        team = make_organisation(server, seats=10, users=11)
        async with team.client() as api:
            quote = await _quote(api, change)
            due = quote["due_now"]["amount"]
            before = len(await kinds(api))
            answers = await asyncio.gather(*(confirm(api, quote["id"], KEYS[keys](n)) for n in range(50)))
            told = _told(list(answers))
            assert told["done"] >= 1
            refusals = {"idempotency_key_in_progress", "payment_in_progress", "quote_already_confirmed"}
            assert set(told) <= {"done"} | refusals
            assert keys == "one key" or told["done"] <= 10
            assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
            assert statuses_of_payments(team) == (["succeeded"] if due else [])
            assert not slow or bank.total == due
            paid = sum(each["amount_paid"]["amount"] for each in (await get(api, "/v1/invoices"))["items"])
            assert paid == due
            assert len(set((await kinds(api))[before:])) == len((await kinds(api))[before:])
        assert findings_in(server) == []


async def test_without_a_key_nothing_is_confirmed(tmp_path: Path) -> None:
    """A confirmation that could not be repeated safely is refused, fifty times out of fifty (D30)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await _quote(api, {"seats": 12})
            answers = await asyncio.gather(*(api.post(f"/v1/quotes/{quote['id']}/confirm") for _ in range(50)))
            assert {answer.status_code for answer in answers} == {400}
            assert _told(list(answers)) == {"idempotency_key_required": 50}
            assert (statuses_of_payments(team), (await get(api, "/v1/subscription"))["seats"]) == ([], 10)


async def test_ten_different_quotes_at_once_pay_for_one(tmp_path: Path) -> None:
    """Ten changes that exclude one another, five confirmations each: one is made, the others are stale afterwards."""
    bank = FakeBank(slow=True)
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=10)
        async with team.client() as api:
            changes: list[dict[str, Any]] = [
                {"plan": "enterprise"},
                {"billing_cycle": "annual"},
                *({"seats": 11 + n} for n in range(8)),
            ]
            quotes = [await _quote(api, change) for change in changes]
            tries = [confirm(api, quote["id"], f"{quote['id']}-{n}") for n in range(5) for quote in quotes]
            answers = await asyncio.gather(*tries)
            won = [answer.json()["quote_id"] for answer in answers if answer.status_code == 200]
            assert len(won) == 1
            due = {quote["id"]: quote["due_now"]["amount"] for quote in quotes}
            assert bank.total == due[won[0]]
            later = [await confirm(api, quote["id"], "later") for quote in quotes]
            assert _told(later) == {"quote_stale": 9, "quote_already_confirmed": 1}
            assert bank.total == due[won[0]]
        assert findings_in(server) == []


@pytest.mark.parametrize("keys", ["one key", "five keys"])
async def test_fifty_connections_to_a_real_server(tmp_path: Path, keys: str) -> None:
    """Over fifty connections of their own the same holds, and the database of that server is as it should be."""
    with served_process(tmp_path) as real:
        headers = {"Authorization": f"Bearer {real.token_file.read_text().strip()}"}

        def connect() -> httpx.AsyncClient:
            transport = httpx.AsyncHTTPTransport(uds=str(real.socket))
            return httpx.AsyncClient(transport=transport, base_url="http://server", headers=headers, timeout=30)

        async def once(quote_id: str, number: int) -> httpx.Response:
            async with connect() as api:
                return await confirm(api, quote_id, KEYS[keys](number))

        async with connect() as api:
            seats = (await get(api, "/v1/subscription"))["seats"]
            before = (await get(api, "/v1/payments?count=true"))["total"]
            quote, other = [await _quote(api, {"seats": seats + more}) for more in (3, 4)]
            tries = [once((other if number % 10 == 9 else quote)["id"], number) for number in range(50)]
            answers = await asyncio.gather(*tries)
            assert {answer.status_code for answer in answers} <= {200, 409}
            done = {answer.json()["quote_id"]: answer.json() for answer in answers if answer.status_code == 200}
            assert len(done) == 1
            (made,) = done.values()
            assert (await get(api, "/v1/payments?count=true"))["total"] == before + 1
            assert (await get(api, "/v1/subscription"))["seats"] == made["subscription"]["seats"] > seats
        real.stop()
        database = Database(f"sqlite:///{real.database}", read_only=True)
        database.open()
        try:
            with database.read() as connection:
                assert list(findings(connection)) == []
        finally:
            database.close()
