"""Every change from its price to what is written down: quote, confirmation, invoice, payment, users and events."""

import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_desk import (
    DECLINED,
    FakeBank,
    LocalBank,
    add_users,
    ask,
    buy,
    confirm,
    get,
    kinds,
    move,
    statuses_of_payments,
)
from builders import NOW, RunningServer, findings_in, make_organisation, running

from contract.people import Role

MIDDLE = NOW + dt.timedelta(days=15)
"""29 November: 15 of the 30 days of the period are left."""


async def quote_for(api: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    """The price of a change."""
    answer = await api.post("/v1/quotes", json=change)
    assert answer.status_code == 201, answer.text
    quote: dict[str, Any] = answer.json()
    return quote


async def done(api: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    """A change, asked for and confirmed; its invoice says what its quote said."""
    quote = await quote_for(api, **change)
    answer = await confirm(api, quote["id"], f"key-{quote['id']}")
    assert answer.status_code == 200, answer.text
    confirmation: dict[str, Any] = answer.json()
    invoice, payment = confirmation["invoice"], confirmation["payment"]
    assert (invoice is None) == (not quote["lines"])
    if invoice:
        said = ("lines", "net", "tax_rate", "tax", "total", "credit_applied")
        assert {name: invoice[name] for name in said} == {name: quote[name] for name in said}
        assert (invoice["amount_paid"], invoice["quote_id"], invoice["status"]) == (
            quote["due_now"],
            quote["id"],
            "paid",
        )
        assert invoice["amount_due"]["amount"] == 0
        assert invoice == await get(api, f"/v1/invoices/{invoice['id']}")
    assert (payment and payment["amount"]) == (quote["due_now"] if quote["due_now"]["amount"] else None)
    assert confirmation["subscription"] == await get(api, "/v1/subscription")
    return confirmation


def amounts(invoice: dict[str, Any]) -> list[tuple[int, int]]:
    """Quantity and amount of each line."""
    return [(line["quantity"], line["amount"]["amount"]) for line in invoice["lines"]]


async def test_business_becomes_enterprise(tmp_path: Path) -> None:
    """-30.00 and 60.00 for the rest of the month; the credit line names the invoice it gives back (D10)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=8, invoiced=True)
        async with team.client() as api:
            more = await buy(api, 10)
            server.clock.move_to(MIDDLE)
            found = await done(api, plan="enterprise")
            assert amounts(found["invoice"]) == [(-10, -3000), (10, 6000)]
            assert found["invoice"]["lines"][0]["credits"] == ["INV-00001", more["invoice"]["number"]]
            assert (found["subscription"]["plan"], found["subscription"]["unit_price"]["amount"]) == (
                "enterprise",
                1200,
            )
            assert found["subscription"]["next_payment"]["amount"]["amount"] == 12000
            assert (await kinds(api))[-3:] == ["invoice.issued", "payment.succeeded", "subscription.plan_changed"]
            event = (await get(api, "/v1/events"))["items"][0]["object"]
            assert (event["label"], event["attributes"]["amount"]) == ("Business → Enterprise", "EUR 30.00")
        assert findings_in(server) == []


async def test_a_credit_names_only_what_it_gives_back(tmp_path: Path) -> None:
    """Enterprise to a year of it gives back what the change to Enterprise charged, not what Business had."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=1)
        async with team.client() as api:
            await buy(api, 10)
            changed = await done(api, plan="enterprise")
            year = await done(api, billing_cycle="annual")
            assert amounts(year["invoice"]) == [(-10, -12000), (10, 120_000)]
            assert year["invoice"]["lines"][0]["credits"] == [changed["invoice"]["number"]]


async def test_a_month_becomes_a_year_for_everybody(tmp_path: Path) -> None:
    """A new period from today, whoever was NOT PAID becomes active, and the reduction that waited is done (D10)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=2, invoiced=True)
        async with team.client() as api:
            await add_users(api, 5)
            server.clock.move_to(MIDDLE)
            quote = await quote_for(api, billing_cycle="annual")
            assert quote["activates"] == {"count": 3, "names": ["U2 Test", "U3 Test", "U4 Test"]}
            found = await done(api, billing_cycle="annual")
            assert amounts(found["invoice"]) == [(-2, -600), (5, 30_000)]
            after = found["subscription"]
            assert (after["period_start"], after["period_end"]) == ("2025-11-29", "2026-11-29")
            assert (after["seats"], after["users_active"], after["users_not_paid"]) == (5, 5, 0)
            told = ["subscription.billing_cycle_changed", "seats.added", *(["user.activated"] * 3)]
            assert (await kinds(api))[-5:] == told
        assert findings_in(server) == []


async def test_a_cheaper_plan_leaves_a_credit(tmp_path: Path) -> None:
    """Professional to Business: nothing is charged, 45.00 are kept, and the next payments use them up."""
    bank = LocalBank()
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=10, plan="professional", users=6, invoiced=True)
        async with team.client() as api:
            server.clock.move_to(MIDDLE)
            found = await done(api, plan="business")
            assert (found["invoice"]["amount_paid"]["amount"], found["payment"], bank.total) == (0, None, 0)
            assert found["subscription"]["credit"] == {"amount": 4500, "currency": "EUR"}
            assert (found["subscription"]["seats"], found["subscription"]["scheduled_seats"]) == (10, 6)
            forecast = await get(api, "/v1/forecast?count=3")
            assert [each["due"]["amount"] for each in forecast["payments"]] == [0, 2700, 3600]
            more = await done(api, seats=11)
            assert (more["invoice"]["amount_paid"]["amount"], more["subscription"]["credit"]["amount"]) == (0, 4200)
            move(server, NOW + dt.timedelta(days=100))
            assert bank.total == 11 * 600 * 3 - 4200
            assert (await get(api, "/v1/subscription"))["credit"] is None
        assert findings_in(server) == []


@pytest.mark.parametrize(
    ("change", "seats", "due"),
    [
        ({"plan": "business"}, 1, 600),
        ({"plan": "business", "seats": 4, "billing_cycle": "annual"}, 4, 24_000),
        ({"start": {"plan": "enterprise", "seats": 2}}, 2, 2400),
        ({"plan": "professional"}, 0, 0),
    ],
)
async def test_leaving_the_free_plan(tmp_path: Path, change: dict[str, Any], seats: int, due: int) -> None:
    """It begins today, is paid whole, and from then on people can be added (D12)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan="non-commercial")
        server.clock.move_to(MIDDLE)
        async with team.client() as api:
            refused = await api.post("/v1/users", json={"email": "a@people.example"})
            assert refused.json()["code"] == "plan_has_no_sub_accounts"
            found = await done(api, **change)
            assert (found["subscription"]["seats"], found["subscription"]["period_start"]) == (seats, "2025-11-29")
            assert (found["invoice"]["amount_paid"]["amount"] if due else found["invoice"]) == (due or None)
            assert "subscription.started" in await kinds(api)
            await add_users(api, 1)
        assert findings_in(server) == []


async def test_a_number_of_no_seats_is_one_where_nothing_was_paid(tmp_path: Path) -> None:
    """Leaving the free plan takes one seat at least, and the quote says so in each of its numbers."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan="non-commercial")
        async with team.client() as api:
            quote = await quote_for(api, plan="business", seats=0)
            assert (quote["seats_after"], quote["after"]["seats"], quote["lines"][0]["quantity"]) == (1, 1, 1)


async def test_the_end_and_a_new_beginning(tmp_path: Path) -> None:
    """Cancelled, resumed, cancelled for good, over, and started again for everybody who is still listed (D12)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=3, users=4)
        async with team.client() as api:
            quote = await quote_for(api, cancel=True)
            assert (quote["effective"], quote["renewal"], quote["due_now"]["amount"]) == ("2025-12-14", None, 0)
            await done(api, cancel=True)
            assert (await get(api, "/v1/forecast"))["ends"] == "2025-12-14"
            await done(api, resume=True)
            found = await done(api, cancel=True)
            assert (found["subscription"]["cancel_at_period_end"], found["subscription"]["status"]) == (True, "active")
            move(server, dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
            assert (await get(api, "/v1/subscription"))["status"] == "ended"
            again = await done(api, start={"plan": "business"})
            after = again["subscription"]
            assert (after["period_start"], after["period_end"]) == ("2026-01-31", "2026-02-28")
            assert (after["seats"], after["users_not_paid"], again["activated"]["count"]) == (4, 0, 1)
            move(server, dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
            assert (await get(api, "/v1/subscription"))["period_end"] == "2026-03-31"
            told = [kind for kind in await kinds(api) if kind.startswith("subscription.")]
            assert told[1:7] == [
                f"subscription.{what}" for what in ("cancelled", "resumed", "cancelled", "ended", "started", "renewed")
            ]
        assert findings_in(server) == []


async def test_paying_for_two_of_three(tmp_path: Path) -> None:
    """Exactly those chosen become active, each with a share by name, though another waited longer (D15)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=1)
        async with team.client() as api:
            _, first, second, third = await add_users(api, 4)
            server.clock.move_to(MIDDLE)
            found = await done(api, pay_users=[third, second, third])
            lines = found["invoice"]["lines"]
            assert [(line["quantity"], line["description"]) for line in lines] == [(2, "Business: seats for 2 users")]
            shares = [(each["user_id"], each["name"], each["amount"]["amount"]) for each in lines[0]["shares"]]
            assert shares == [(third, "U3 Test", 300), (second, "U2 Test", 300)]
            assert (await get(api, f"/v1/users/{first}"))["status"] == "not_paid"
            assert {(await get(api, f"/v1/users/{each}"))["status"] for each in (second, third)} == {"active"}
            rest = await done(api, pay_users="all")
            assert amounts(rest["invoice"]) == [(1, 300)]
            assert (await kinds(api)).count("users.paid") == 2
        assert findings_in(server) == []


async def _overdue(server: RunningServer, api: httpx.AsyncClient, bank: LocalBank, days: int) -> dict[str, Any]:
    bank.plan = [DECLINED] * 9
    move(server, dt.datetime(2025, 12, 14, tzinfo=dt.UTC) + dt.timedelta(days=days))
    bank.plan = []
    return await get(api, "/v1/subscription")


@pytest.mark.parametrize(
    ("days", "status", "period", "paid"),
    [
        (2, "past_due", ("2025-12-14", "2026-01-14"), 6000),
        (9, "suspended", ("2025-12-23", "2026-01-23"), 6000 + 1355),
    ],
)
async def test_paying_what_is_overdue(
    tmp_path: Path, days: int, status: str, period: tuple[str, str], paid: int
) -> None:
    """It pays for the period that has begun, or for a new one and the days before; what waited is void (D13)."""
    bank = LocalBank()
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=10)
        async with team.client() as api:
            assert (await _overdue(server, api, bank, days))["status"] == status
            refused = await api.post("/v1/quotes", json={"seats": 12})
            assert (refused.status_code, refused.json()["code"]) == (409, "subscription_not_active")
            found = await done(api, pay_overdue=True)
            after = found["subscription"]
            assert (after["status"], after["period_start"], after["period_end"]) == ("active", *period)
            assert (after["overdue"], after["retry_at"], after["suspended_at"]) == (None, None, None)
            invoices = (await get(api, "/v1/invoices"))["items"]
            assert [each["status"] for each in invoices] == ["paid", "void", "void"][: 2 + (paid > 6000)]
            assert (bank.total, (await kinds(api))[-1]) == (paid, "subscription.recovered")
        assert findings_in(server) == []


async def test_what_is_suspended_may_be_ended(tmp_path: Path) -> None:
    """At once, for nothing; the seven days before access was lost stay owed, until it is started again (D12, D13)."""
    bank = LocalBank()
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=10)
        async with team.client() as api:
            await _overdue(server, api, bank, 9)
            found = await done(api, cancel=True)
            assert (found["subscription"]["status"], found["subscription"]["overdue"]["amount"]) == ("ended", 1355)
            assert [each["status"] for each in (await get(api, "/v1/invoices"))["items"]] == ["open", "void"]
            again = await api.post("/v1/quotes", json={"cancel": True})
            assert again.json()["detail"] == "Nothing to cancel."
            assert (await done(api, start={"plan": "professional"}))["subscription"]["seats"] == 0
            assert bank.total == 1355
        assert findings_in(server) == []


@pytest.mark.parametrize(
    ("role", "limit", "change", "status"),
    [
        (Role.BILLING, 0, {"plan": "enterprise"}, 200),
        (Role.BILLING, 0, {"billing_cycle": "annual"}, 200),
        (Role.BILLING, 0, {"pay_users": "all"}, 200),
        (Role.BILLING, 0, {"cancel": True}, 403),
        (Role.ADMIN, 6000 + 6600, {"plan": "enterprise"}, 200),
        (Role.ADMIN, 6000 + 6599, {"plan": "enterprise"}, 403),
        (Role.ADMIN, 600, {"pay_users": "all"}, 200),
        (Role.ADMIN, 599, {"pay_users": "all"}, 403),
        (Role.ADMIN, 0, {"seats": 11}, 403),
        (Role.ADMIN, 10**9, {"cancel": True}, 403),
        (Role.VIEWER, 0, {"seats": 11}, 403),
        (Role.VIEWER, 0, {"cancel": True}, 403),
    ],
)
async def test_who_may_confirm(tmp_path: Path, role: Role, limit: int, change: dict[str, Any], status: int) -> None:
    """Billing spends, an admin up to the limit, now and at the renewal, a viewer asks; the end is the owner's (D28)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10, users=11, invoiced=True)
        async with server.client(team.token_of(role, spending_limit=limit)) as api:
            quote = await quote_for(api, **change)
            answer = await confirm(api, quote["id"])
            assert answer.status_code == status, answer.text
            if status == 403:
                assert statuses_of_payments(team) == ["succeeded"]
                role_needed = answer.json()["data"].get("needed_role")
                assert role_needed == ("owner" if "cancel" in change and role is not Role.VIEWER else role_needed)
        async with team.client() as owner:
            assert (await confirm(owner, quote["id"], "own")).status_code == (409 if status == 200 else 200)


async def test_only_the_owner_goes_on(tmp_path: Path) -> None:
    """Whoever may spend may not resume what the owner ended (D28)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as owner, server.client(team.token_of(Role.BILLING)) as api:
            await done(owner, cancel=True)
            quote = await quote_for(api, resume=True)
            refused = await confirm(api, quote["id"])
            assert (refused.status_code, refused.json()["data"]["needed_role"]) == (403, "owner")
            assert (await confirm(owner, quote["id"])).status_code == 200


async def test_a_change_of_plan_that_is_declined_changes_nothing(tmp_path: Path) -> None:
    """402 leaves plan, invoices and users; the same quote is accepted under a new key."""
    bank = FakeBank(plan=[DECLINED])
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, users=3, invoiced=True)
        async with team.client() as api:
            before = await get(api, "/v1/subscription"), await get(api, "/v1/users")
            quote = await quote_for(api, plan="enterprise", billing_cycle="annual")
            assert (await confirm(api, quote["id"], "a")).status_code == 402
            assert (await get(api, "/v1/subscription"), await get(api, "/v1/users")) == before
            assert (await confirm(api, quote["id"], "a")).status_code == 402
            assert (await confirm(api, quote["id"], "b")).status_code == 200
            assert bank.total == quote["due_now"]["amount"] == 10 * 12_000 - 10 * 600
            assert statuses_of_payments(team) == ["declined", "succeeded", "succeeded"]


async def test_asking_is_free(tmp_path: Path) -> None:
    """Twenty quotes of every kind change neither the subscription nor its version."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            before = await get(api, "/v1/subscription")
            for number in range(5):
                await ask(api, 11 + number)
                await quote_for(api, plan="enterprise")
                await quote_for(api, billing_cycle="annual")
                await quote_for(api, cancel=True)
            assert await get(api, "/v1/subscription") == before
