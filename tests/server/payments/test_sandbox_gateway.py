"""The sandbox gateway does what it was told: refuse, answer late, twice, or not at all. One charge in every case."""

import datetime as dt
from pathlib import Path

import pytest
from billing_desk import (
    FakeBank,
    LocalBank,
    advance,
    ask,
    charges_of,
    confirm,
    get,
    invoices_of,
    kinds,
    move,
    statuses_of_payments,
    tell_gateway,
)
from builders import NOW, findings_in, make_organisation, running

from server.payments.gateway import Delivery, Outcome
from server.payments.sandbox import SandboxGateway
from server.payments.settle import deliver, settle_elsewhere, settle_pending

END = dt.datetime(2025, 12, 14, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize("fault", ["late", "unreachable"])
async def test_an_answer_that_does_not_come_is_asked_for_again(tmp_path: Path, fault: str) -> None:
    """The client is told to ask again, nothing has changed yet, and the same request finishes with one charge."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            await tell_gateway(api, fault)
            waits = await confirm(api, quote["id"], "k")
            assert (waits.status_code, waits.json()["code"]) == (409, "payment_in_progress")
            assert int(waits.headers["Retry-After"]) > 0
            assert (await get(api, "/v1/subscription"))["seats"] == 10
            assert charges_of(server) == ([1200] if fault == "late" else [])
            assert (await confirm(api, quote["id"], "k")).status_code == 200
            assert (charges_of(server), statuses_of_payments(team)) == ([1200], ["succeeded"])
        assert findings_in(server) == []


@pytest.mark.parametrize("fault", ["late", "unreachable"])
async def test_the_server_asks_again_by_itself(tmp_path: Path, fault: str) -> None:
    """Without the client, a payment in the outbox is asked about a minute later; the key then knows its answer."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            await tell_gateway(api, fault)
            await confirm(api, quote["id"], "k")
            assert move(server, NOW + MINUTE / 2) == 0
            assert move(server, NOW + MINUTE) == 1
            assert (await get(api, "/v1/subscription"))["seats"] == 12
            answer = await confirm(api, quote["id"], "k")
            assert (answer.status_code, answer.json()["payment"]["settled_at"]) == (200, "2025-11-14T09:31:00Z")
            assert (charges_of(server), len(await invoices_of(api))) == ([1200], 1)
        assert findings_in(server) == []


async def test_it_is_done_so_many_times(tmp_path: Path) -> None:
    """`times` payments come to it, then the gateway accepts again; an unreachable one counts each time it is asked."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            await tell_gateway(api, "decline", 2)
            quote = await ask(api, 12)
            answers = [(await confirm(api, quote["id"], f"k{number}")).status_code for number in range(3)]
            assert answers == [402, 402, 200]
            await tell_gateway(api, "unreachable", 3)
            quote = await ask(api, 14)
            answers = [(await confirm(api, quote["id"], "u")).status_code for _ in range(4)]
            assert answers == [409, 409, 409, 200]
            assert charges_of(server) == [1200, 1200]
        assert findings_in(server) == []


async def test_an_answer_that_comes_twice_counts_once(tmp_path: Path) -> None:
    """The second delivery changes nothing and is seen nowhere: no event, no version, no invoice."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            await tell_gateway(api, "twice", 2)
            await confirm(api, (await ask(api, 12))["id"], "k")
            await advance(api, "P1M")
            paths = ("/v1/subscription", "/v1/events?limit=500", "/v1/invoices", "/v1/payments")
            before = [await get(api, path) for path in paths]
            gateway = server.services.gateway
            assert isinstance(gateway, SandboxGateway)
            assert len(await gateway.news()) == 2
            await settle_elsewhere(server.services)
            assert await gateway.news() == []
            assert [await get(api, path) for path in paths] == before
            assert charges_of(server) == [1200, 12 * 600]
        assert findings_in(server) == []


async def test_news_settle_a_payment_whose_answer_was_lost(tmp_path: Path) -> None:
    """What the gateway tells by itself finishes a payment in the outbox, with the actor and the key of who asked."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            await tell_gateway(api, "late")
            await confirm(api, quote["id"], "k")
            (payment,) = (await get(api, "/v1/payments"))["items"]
            await deliver(server.services, Delivery(payment["id"], Outcome(accepted=True)))
            assert (await get(api, "/v1/subscription"))["seats"] == 12
            event = (await get(api, "/v1/events?limit=1"))["items"][0]
            assert (event["actor"]["account_id"], event["request"]["idempotency_key"]) == (team.account_id, "k")
            assert (await confirm(api, quote["id"], "k")).headers["idempotency-replayed"] == "true"
        assert findings_in(server) == []


async def test_news_that_make_no_sense_are_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A payment of somebody else's, and a change of mind about a settled one, are logged and not acted on."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            done = (await confirm(api, (await ask(api, 12))["id"], "k")).json()
            before = await kinds(api)
            await deliver(server.services, Delivery("pay_unknown", Outcome(accepted=True)))
            await deliver(server.services, Delivery(done["payment"]["id"], Outcome(accepted=False, reason="No")))
            assert await kinds(api) == before
        assert "is not ours" in caplog.text
        assert "says otherwise" in caplog.text
        assert findings_in(server) == []


@pytest.mark.parametrize(("fault", "times", "minutes"), [("late", 1, 1), ("unreachable", 3, 3), ("twice", 1, 0)])
async def test_a_month_passes_over_a_renewal_that_is_answered_late(
    tmp_path: Path, fault: str, times: int, minutes: int
) -> None:
    """The renewal is asked about again a minute later, in its turn: a jump of a month still ends renewed, once."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=3, users=4)
        async with team.client() as api:
            await tell_gateway(api, fault, times)
            assert await advance(api, "P1M") == 4
            after = await get(api, "/v1/subscription")
            assert (after["status"], after["period_start"], after["users_active"]) == ("active", "2025-12-14", 4)
            (invoice,) = await invoices_of(api)
            assert (invoice["issued_at"], invoice["status"]) == ("2025-12-14T00:00:00Z", "paid")
            assert invoice["payments"][0]["settled_at"] == f"2025-12-14T00:0{minutes}:00Z"
            assert charges_of(server) == [4 * 600]
            await settle_elsewhere(server.services)
            assert (await kinds(api)).count("subscription.renewed") == 1
        assert findings_in(server) == []


async def test_a_jump_into_the_minute_between(tmp_path: Path) -> None:
    """Moved to just after the question, the renewal waits with its payment asked; moved on, it is done."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            await tell_gateway(api, "late")
            assert move(server, END + MINUTE / 2) == 1
            assert statuses_of_payments(team) == ["asked"]
            assert (await get(api, "/v1/subscription"))["period_start"] == "2025-11-14"
            answer = await api.post("/v1/quotes", json={"seats": 12})
            assert answer.json()["code"] == "subscription_not_active"
            assert move(server, END + MINUTE) == 1
            assert (await get(api, "/v1/subscription"))["period_start"] == "2025-12-14"
        assert findings_in(server) == []


async def test_a_payment_that_was_under_way_when_the_period_ended(tmp_path: Path) -> None:
    """The renewal waits for it, and then takes what it brought; nothing is stamped before what led to it."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            server.clock.move_to(END - MINUTE / 2)
            quote = await ask(api, 12)
            await tell_gateway(api, "late")
            await confirm(api, quote["id"], "k")
            move(server, END + MINUTE)
            after = await get(api, "/v1/subscription")
            assert (after["period_start"], after["seats"]) == ("2025-12-14", 12)
            amounts = [invoice["amount_paid"]["amount"] for invoice in await invoices_of(api)]
            assert amounts == [quote["due_now"]["amount"], 12 * 600]
            items = (await get(api, "/v1/events?limit=500"))["items"]
            moments = [each["created_at"] for each in reversed(items)]
            assert moments == sorted(moments)
        assert findings_in(server) == []


async def test_a_payment_of_another_gateway_is_not_asked_of_this_one(tmp_path: Path) -> None:
    """A server that was given another gateway leaves what the first was asked for: it could be charged twice."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            await tell_gateway(api, "late")
            await confirm(api, quote["id"], "k")
    for bank in (FakeBank(), LocalBank()):
        async with running(tmp_path, gateway=bank) as server:
            await settle_pending(server.services)
            move(server, NOW + MINUTE)
            async with server.client(team.token) as api:
                assert (await confirm(api, quote["id"], "k")).json()["code"] == "payment_in_progress"
            assert bank.asked == 0
    async with running(tmp_path, now=NOW + MINUTE) as server, server.client(team.token) as api:
        assert (await confirm(api, quote["id"], "k")).status_code == 200
        assert charges_of(server) == [1200]
