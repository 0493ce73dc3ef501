"""What a bookkeeper reads: amounts that add up in every state, credit notes by number, grants, announced prices."""

import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_desk import DECLINED, LocalBank, add_users, change, expected, get, invoices_of, kinds, move, put
from builders import NOW, RunningServer, findings_in, make_organisation, running

from contract.billing import Invoice, InvoiceStatus
from contract.explain import explain
from server.app import create_app
from server.catalogue import Catalogue, default_catalogue
from server.platform.clock import Clock
from server.settings import ServerSettings
from server.store.invoices import digest_of

MIDDLE = NOW + dt.timedelta(days=15)
AMOUNTS = ("total", "credit_applied", "amount_paid", "amount_due")


def amounts(invoice: dict[str, Any]) -> tuple[int, ...]:
    """Total, credit, paid and due."""
    return tuple(invoice[name]["amount"] for name in AMOUNTS)


def quoted(quote: dict[str, Any]) -> tuple[int, int, int, str]:
    """Of the renewals that a quote tells of: price, credit used, what is asked for, from when on all of it is."""
    told = quote["renewal"]
    return told["amount"]["amount"], told["credit_applied"]["amount"], told["due"]["amount"], told["full_from"]


async def quote_for(api: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    """The price of a change."""
    answer = await api.post("/v1/quotes", json=wanted)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_paid_open_and_void_say_what_is_due(tmp_path: Path) -> None:
    """Paid owes nothing; refused it is owed; replaced it is neither; total is always credit, paid and due but then."""
    bank = LocalBank()
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=10)
        async with team.client() as api:
            await change(api, seats=12)
            assert [amounts(each) for each in await invoices_of(api)] == [(1200, 0, 1200, 0)]
            bank.plan = [DECLINED]
            move(server, dt.datetime(2025, 12, 14, tzinfo=dt.UTC))
            assert amounts((await invoices_of(api))[-1]) == (7200, 0, 0, 7200)
            assert findings_in(server) == []
            await change(api, pay_overdue=True)
            was_open, paid = (await invoices_of(api))[-2:]
            assert (was_open["status"], amounts(was_open)) == ("void", (7200, 0, 0, 0))
            assert (paid["status"], amounts(paid)) == ("paid", (7200, 0, 7200, 0))
            issued = [each["object"]["attributes"] for each in (await get(api, "/v1/events"))["items"]]
            said = [[each[name] for name in AMOUNTS] for each in issued if "amount_due" in each]
            assert said[0] == ["EUR 72.00", "EUR 0.00", "EUR 72.00", "EUR 0.00"]
            assert said[1] == ["EUR 72.00", "EUR 0.00", "EUR 0.00", "EUR 72.00"]
        assert findings_in(server) == []


async def test_what_gives_back_more_than_it_charges_is_a_credit_note(tmp_path: Path) -> None:
    """It has a number of its own series, names what it credits, and is neither paid nor due; invoices count on."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10, plan="professional", users=6, invoiced=True)
        async with team.client() as api:
            server.clock.move_to(MIDDLE)
            note = (await change(api, plan="business"))["invoice"]
            assert (note["kind"], note["number"], note["credits"]) == ("credit_note", "CN-00001", ["INV-00001"])
            assert amounts(note) == (-4500, -4500, 0, 0)
            assert (await get(api, f"/v1/invoices/{note['id']}")) == note
            assert explain(Invoice.model_validate(note)).adds_up
            issued = Invoice.model_validate(note)
            waiting = issued.model_copy(update={"status": InvoiceStatus.OPEN})
            assert {digest_of(each, "v1:")[:3] for each in (issued, waiting)} == {"v1:"}
            assert len({digest_of(each, like) for each in (issued, waiting) for like in ("", "v2:")}) == 1
            more = (await change(api, seats=11))["invoice"]
            assert (more["kind"], more["number"], amounts(more)) == ("invoice", "INV-00002", (300, 300, 0, 0))
            numbers = [each["number"] for each in await invoices_of(api)]
            assert numbers == ["INV-00001", "CN-00001", "INV-00002"]
            told = next(each for each in (await get(api, "/v1/events"))["items"] if each["object"]["id"] == note["id"])[
                "object"
            ]
            assert told["label"] == "CN-00001, EUR -45.00"
            assert told["attributes"]["credits"] == "INV-00001"
        assert findings_in(server) == []


async def test_founded_seats_are_granted_and_never_credited(tmp_path: Path) -> None:
    """Three seats that nobody invoiced: moving up that day charges all of the new plan, and the renewal charges all."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            assert (await get(api, "/v1/subscription"))["granted_seats"] == 3
            assert await invoices_of(api) == []
            assert findings_in(server) == []
            quote = await quote_for(api, plan="enterprise")
            assert [(line["quantity"], line["amount"]["amount"]) for line in quote["lines"]] == [(3, 3600)]
            year = await quote_for(api, billing_cycle="annual")
            assert [line["quantity"] for line in year["lines"]] == [3]
            await change(api, seats=5)
            assert (await get(api, "/v1/subscription"))["granted_seats"] == 3
            assert findings_in(server) == []
            changed = await change(api, plan="enterprise")
            lines = [(line["quantity"], line["amount"]["amount"]) for line in changed["invoice"]["lines"]]
            assert (lines, changed["subscription"]["granted_seats"]) == ([(-2, -1200), (5, 6000)], 0)
            assert findings_in(server) == []
            move(server, NOW + dt.timedelta(days=31))
            assert amounts((await invoices_of(api))[-1]) == (6000, 0, 6000, 0)
        assert findings_in(server) == []


@pytest.mark.parametrize("columns", [{"seats": 4, "high_water": 4}, {"granted_seats": 4}, {"granted_seats": 0}])
async def test_a_paid_seat_without_an_invoice_or_a_grant_is_found(tmp_path: Path, columns: dict[str, int]) -> None:
    """`verify` counts what was invoiced and what was granted against what is paid for."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=3)
        put(team, **columns)
        (finding,) = findings_in(server)
        assert "seats are paid, 0 of them were invoiced and" in finding


async def test_a_credit_is_told_apart_from_the_price(tmp_path: Path) -> None:
    """Quote, subscription and forecast say the same: the next payment, the credit in it, and the price after it."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10, plan="professional", users=4, invoiced=True)
        async with team.client() as api:
            server.clock.move_to(NOW + dt.timedelta(days=28))
            quote = await quote_for(api, plan="business")
            assert quoted(quote) == (2400, 600, 1800, "2026-01-14")
            await change(api, plan="business")
            told = (await get(api, "/v1/overview"))["subscription"]["next_payment"]
            first = (await expected(api))[0]
            assert (told["amount"], told["total"]) == (first["due"], first["total"])
            assert (told["credit_applied"]["amount"], told["full_from"]) == (600, "2026-01-14")
            more = await quote_for(api, seats=5)
            assert (more["due_now"]["amount"], quoted(more)) == (0, (3000, 600, 2400, "2026-01-14"))
            await add_users(api, 7, first=20)
            paying = await quote_for(api, pay_users="all")
            assert (paying["lines"][0]["quantity"], quoted(paying)) == (1, (6600, 560, 6040, "2026-01-14"))


def announcing(price: int, day: str) -> Catalogue:
    """The usual catalogue; Business costs another price from a day on."""
    known = default_catalogue()
    business = known.offers["business"].model_dump(by_alias=True)
    business["monthly"] = {"EUR": [600, {"price": price, "from": dt.date.fromisoformat(day)}]}
    offer = type(known.offers["business"]).model_validate({**business, "annual": {}})
    return known._replace(offers={**known.offers, "business": offer})


async def test_an_announced_price_is_told_and_then_asked_for(tmp_path: Path) -> None:
    """The renewal before its day has the old price, the first one after it the new one, which stays from then on."""
    clock = Clock(source=lambda: NOW)
    settings = ServerSettings(database=f"sqlite:///{tmp_path / 'headcount.db'}", sandbox=True)
    app = create_app(settings, clock=clock, catalogue=announcing(700, "2025-12-20"))
    async with app.router.lifespan_context(app):
        server = RunningServer(app, clock)
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            soon = {"date": "2026-01-14", "unit_price": {"amount": 700, "currency": "EUR"}}
            assert (await get(api, "/v1/overview"))["subscription"]["price_change"] == soon
            assert (await get(api, "/v1/forecast"))["price_change"] == soon
            quote = await quote_for(api, seats=4)
            assert (quote["price_change"], quote["renewal"]["amount"]["amount"]) == (soon, 2400)
            assert "price_changes" in [each["code"] for each in quote["warnings"]]
            foretold = [each["total"]["amount"] for each in await expected(api, 3)]
            move(server, NOW + dt.timedelta(days=100))
            assert [each["total"]["amount"] for each in await invoices_of(api)] == foretold == [1800, 2100, 2100]
            after = await get(api, "/v1/subscription")
            assert (after["unit_price"]["amount"], after["price_change"]) == (700, None)
            assert (await kinds(api)).count("subscription.renewed") == 3
        assert findings_in(server) == []
