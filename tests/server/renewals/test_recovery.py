"""Past due, suspended, and how one gets out of it: by a retry, by paying at once, or by ending it."""

import datetime as dt
from pathlib import Path

import pytest
from billing_desk import (
    DECLINED,
    FakeBank,
    LocalBank,
    add_users,
    advance,
    change,
    charges_of,
    confirm,
    expected,
    get,
    invoices_of,
    move,
    tell_gateway,
)
from builders import findings_in, make_organisation, running

from server.payments.settle import settle_elsewhere, settle_pending

DAY = dt.timedelta(days=1)
END = dt.datetime(2025, 12, 14, tzinfo=dt.UTC)
ALL_REFUSED = 5
"""Tries until a subscription is suspended: the first, and four again."""


async def test_paying_at_once_while_past_due(tmp_path: Path) -> None:
    """It pays for the period that has begun; what was open is void, no retry follows, and no period comes twice."""
    async with running(tmp_path) as server, make_organisation(server, seats=3, users=4).client() as api:
        await tell_gateway(api, "decline")
        await advance(api, "P1M")
        late = await get(api, "/v1/subscription")
        assert (late["status"], late["retry_at"]) == ("past_due", "2025-12-15T00:00:00Z")
        done = await change(api, pay_overdue=True)
        after = done["subscription"]
        assert (after["status"], after["period_start"], after["period_end"]) == ("active", "2025-12-14", "2026-01-14")
        assert (after["retry_at"], after["overdue"], after["suspended_at"], after["users_active"]) == (*[None] * 3, 4)
        foretold = await expected(api, 2)
        await advance(api, "P2M")
        states = [(each["status"], each["lines"][0]["period_start"]) for each in await invoices_of(api)]
        assert states == [
            ("void", "2025-12-14"),
            ("paid", "2025-12-14"),
            ("paid", foretold[0]["date"]),
            ("paid", foretold[1]["date"]),
        ]
        assert charges_of(server) == [4 * 600] * 3
        assert findings_in(server) == []


@pytest.mark.parametrize("refusals", [1, ALL_REFUSED])
async def test_ending_what_is_not_paid(tmp_path: Path, refusals: int) -> None:
    """Ended while past due or suspended, it leaves open what was used, and asks for it when it is started again."""
    owed = (3 * 600 * (1 if refusals == 1 else 7) * 2 + 31) // (2 * 31)
    async with running(tmp_path) as server, make_organisation(server, seats=3, users=2).client() as api:
        await tell_gateway(api, "decline", refusals)
        await advance(api, "P1M" if refusals == 1 else "P1M8D")
        done = await change(api, cancel=True)
        assert done["subscription"]["status"] == "ended"
        assert [each["status"] for each in await invoices_of(api)] == ["void", "open"]
        await advance(api, "P1Y")
        assert (charges_of(server), await expected(api)) == ([], [])
        again = await change(api, start={"plan": "business", "billing_cycle": "monthly"})
        assert again["subscription"]["period_start"] == (await get(api, "/v1/overview"))["as_of"][:10]
        await advance(api, "P1M")
        assert charges_of(server) == [owed + 2 * 600, 2 * 600]
        assert findings_in(server) == []


async def test_a_suspended_one_waits_for_somebody(tmp_path: Path) -> None:
    """Nothing is charged however long it takes; paid, a new period starts that day, and renewals follow from there."""
    async with running(tmp_path) as server, make_organisation(server, seats=3, users=4).client() as api:
        await tell_gateway(api, "decline", ALL_REFUSED)
        await advance(api, "P1M8D")
        assert (await get(api, "/v1/subscription"))["status"] == "suspended"
        await advance(api, "P6M")
        assert (charges_of(server), await expected(api)) == ([], [])
        await add_users(api, 1)
        assert (await api.post("/v1/quotes", json={"seats": 9})).json()["code"] == "subscription_not_active"
        overdue = (await get(api, "/v1/subscription"))["overdue"]
        done = await change(api, pay_overdue=True)
        after = done["subscription"]
        assert (after["status"], after["period_start"], after["period_end"]) == ("active", "2026-06-22", "2026-07-22")
        assert (after["seats"], after["users_active"], done["invoice"]["amount_paid"]) == (5, 5, overdue)
        await advance(api, "P1M")
        states = [(each["status"], each["lines"][0]["period_start"]) for each in await invoices_of(api)]
        assert states == [
            ("void", "2025-12-14"),
            ("void", "2025-12-14"),
            ("paid", "2025-12-14"),
            ("paid", "2026-07-22"),
        ]
        assert charges_of(server) == [406 + 5 * 600, 5 * 600]
        assert findings_in(server) == []


async def test_paying_at_once_is_refused_too(tmp_path: Path) -> None:
    """A refusal changes nothing: it stays past due, and the retry comes on its day."""
    async with running(tmp_path) as server, make_organisation(server, seats=3).client() as api:
        await tell_gateway(api, "decline", 2)
        await advance(api, "P1M")
        before = await get(api, "/v1/subscription")
        quote = (await api.post("/v1/quotes", json={"pay_overdue": True})).json()
        assert (await confirm(api, quote["id"])).status_code == 402
        assert await get(api, "/v1/subscription") == before
        await advance(api, "P1D")
        assert (await get(api, "/v1/subscription"))["status"] == "active"
        assert (charges_of(server), findings_in(server)) == ([3 * 600], [])


async def test_a_retry_is_another_payment(tmp_path: Path) -> None:
    """Asked on its day with a new key, but never while an earlier one is open: that is asked about by its own key."""
    bank = FakeBank(plan=[DECLINED, OSError("reset"), ("after", OSError("reset"))])
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            move(server, END)
            await settle_elsewhere(server.services)
            assert (await get(api, "/v1/subscription"))["status"] == "past_due"
            for day in (1, 2, 3, 4):
                move(server, END + day * DAY)
                if day != 2:
                    await settle_elsewhere(server.services)
                payments = (await get(api, "/v1/payments"))["items"]
                assert len(payments) == 2, "no other payment while one is open"
            assert [each["status"] for each in payments] == ["succeeded", "declined"]
            assert (bank.asked, list(bank.charged)) == (4, [payments[0]["id"]])
            after = await get(api, "/v1/subscription")
            assert (after["status"], after["period_start"]) == ("active", "2025-12-14")
            assert [each["status"] for each in await invoices_of(api)] == ["paid"]
        assert findings_in(server) == []


async def test_an_outage_takes_no_tries_away(tmp_path: Path) -> None:
    """A server that was down for all the retry days tries once a day from then on; nobody is suspended in one go."""
    async with running(tmp_path, sandbox=False, gateway=LocalBank(plan=[DECLINED])) as server:
        team = make_organisation(server, seats=3)
        move(server, END)
    bank = LocalBank(plan=[DECLINED] * 9)
    async with running(tmp_path, sandbox=False, gateway=bank, now=END + 20 * DAY) as server:
        tries = []
        for day in range(20, 26):
            move(server, END + day * DAY)
            tries.append(bank.asked)
        assert tries == [1, 2, 3, 4, 4, 4]
        async with server.client(team.token) as api:
            assert (await get(api, "/v1/subscription"))["status"] == "suspended"


async def test_users_come_and_go_while_a_renewal_is_being_paid(tmp_path: Path) -> None:
    """What was asked for is what is bought: who came meanwhile waits, and a seat that was left is free."""
    async with running(tmp_path, gateway=FakeBank()) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            ids = await add_users(api, 4)
            move(server, END)
            for user_id in ids[:2]:
                assert (await api.delete(f"/v1/users/{user_id}")).status_code == 200
            await add_users(api, 3, first=4)
            assert (await api.post("/v1/quotes", json={"seats": 1})).json()["code"] == "subscription_not_active"
            await settle_pending(server.services)
            after = await get(api, "/v1/subscription")
            assert (after["seats"], after["users_active"], after["users_not_paid"]) == (4, 4, 1)
            (invoice,) = await invoices_of(api)
            assert (invoice["lines"][0]["quantity"], invoice["amount_paid"]["amount"]) == (4, 4 * 600)
        assert findings_in(server) == []


async def test_who_is_paid_for_leaves_before_the_answer(tmp_path: Path) -> None:
    """The seat was paid for all the same: whoever waits longest has it, or it is free; nobody is charged again."""
    bank = FakeBank(plan=[("after", OSError("reset"))])
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=1)
        async with team.client() as api:
            ids = await add_users(api, 4)
            quote = (await api.post("/v1/quotes", json={"pay_users": ids[2:]})).json()
            assert quote["due_now"]["amount"] == 2 * 600
            assert (await confirm(api, quote["id"])).json()["code"] == "payment_in_progress"
            await api.delete(f"/v1/users/{ids[3]}")
            cancel = (await api.post("/v1/quotes", json={"cancel": True})).json()
            assert (await confirm(api, cancel["id"], "c")).json()["code"] == "payment_in_progress"
            await settle_pending(server.services)
            after = await get(api, "/v1/subscription")
            assert (after["seats"], after["users_active"], after["users_not_paid"]) == (3, 3, 0)
            assert bank.total == 2 * 600
        assert findings_in(server) == []


async def test_paying_what_is_overdue_over_the_retry_day(tmp_path: Path) -> None:
    """While that payment is open the retry waits, so that one period is never paid for twice."""
    bank = FakeBank(plan=[DECLINED, ("after", OSError("reset"))])
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            move(server, END)
            await settle_pending(server.services)
            quote = (await api.post("/v1/quotes", json={"pay_overdue": True})).json()
            assert (await confirm(api, quote["id"], "k")).json()["code"] == "payment_in_progress"
            for day in (1, 3, 5, 7):
                assert move(server, END + day * DAY) == 0
            assert (await confirm(api, quote["id"], "k")).status_code == 200
            assert (bank.total, len(bank.charged)) == (3 * 600, 1)
            assert [each["status"] for each in await invoices_of(api)] == ["void", "paid"]
            assert move(server, END + 8 * DAY) == 0
            assert (await get(api, "/v1/subscription"))["period_end"] == "2026-01-14"
        assert findings_in(server) == []
