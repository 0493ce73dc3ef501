"""What happens by itself: renewals in order, late payments, ends."""

import asyncio
import datetime as dt
from pathlib import Path

import pytest
from billing_desk import DECLINED, FakeBank, LocalBank, add_users, ask, buy, confirm, get, kinds, move
from builders import NOW, Team, findings_in, make_organisation, running
from sqlalchemy import update
from transfer_desk import ask_to_join

from contract.subscription import BillingCycle
from server.payments.settle import settle_pending
from server.store.tables import subscriptions

DAY = dt.timedelta(days=1)
END = dt.datetime(2025, 12, 14, tzinfo=dt.UTC)
"""When the first period of a subscription founded at `NOW` is over."""


def _set(team: Team, **values: object) -> None:
    """Put the subscription into a state."""
    with team.server.services.database.write() as connection:
        connection.execute(update(subscriptions).where(subscriptions.c.id == team.subscription_id).values(**values))


async def test_a_renewal_pays_for_everybody(tmp_path: Path) -> None:
    """The larger of scheduled seats and users is paid, so those who waited become active (D13)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            await add_users(api, 5)
            promised = (await get(api, "/v1/subscription"))["next_payment"]
            assert move(server, END) == 1
            after = await get(api, "/v1/subscription")
            assert (after["period_start"], after["period_end"]) == ("2025-12-14", "2026-01-14")
            assert (after["seats"], after["high_water"], after["users_active"], after["users_not_paid"]) == (5, 5, 5, 0)
            (invoice,) = (await get(api, "/v1/invoices"))["items"]
            assert (invoice["status"], invoice["total"]) == ("paid", promised["amount"])
            assert (invoice["lines"][0]["service_start"], invoice["quote_id"]) == ("2025-12-14", None)
            assert (await kinds(api))[-4:] == [
                "payment.succeeded",
                "subscription.renewed",
                "user.activated",
                "user.activated",
            ]


async def test_a_scheduled_reduction_happens_at_the_renewal(tmp_path: Path) -> None:
    """Fewer seats from the renewal on, and the high-water mark starts again (D8, D9)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10)
        async with team.client() as api:
            await add_users(api, 4)
            await buy(api, 6)
            move(server, END)
            after = await get(api, "/v1/subscription")
            assert (after["seats"], after["scheduled_seats"], after["high_water"]) == (6, None, 6)
            assert (await buy(api, 7))["invoice"]["total"]["amount"] == 600


async def test_months_that_were_slept_through_are_renewed_one_by_one(tmp_path: Path) -> None:
    """A sandbox moved by three months renews three times, each on its day, and a second look does nothing (D13)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=2)
        async with team.client() as api:
            assert move(server, dt.datetime(2026, 3, 1, tzinfo=dt.UTC)) == 3
            assert move(server, server.clock.now()) == 0
            invoices = (await get(api, "/v1/invoices"))["items"]
            assert [invoice["issued_at"][:10] for invoice in invoices] == ["2026-02-14", "2026-01-14", "2025-12-14"]
            assert [invoice["number"] for invoice in invoices] == ["INV-00003", "INV-00002", "INV-00001"]


async def test_a_restart_renews_once(tmp_path: Path) -> None:
    """What fell due while the server was down is done at its start, exactly once; a real server dates it today."""
    async with running(tmp_path, sandbox=False) as server:
        team = make_organisation(server, seats=2)
    for _ in range(2):
        async with running(tmp_path, now=END + 3 * DAY, sandbox=False) as server, server.client(team.token) as api:
            move(server, END + 3 * DAY)
            (invoice,) = (await get(api, "/v1/invoices"))["items"]
            assert invoice["issued_at"][:10] == "2025-12-17"
            assert (await get(api, "/v1/subscription"))["period_start"] == "2025-12-14"


async def test_a_day_ends_where_the_subscription_lives(tmp_path: Path) -> None:
    """A subscription in New Zealand renews half a day before one in UTC (D2)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        _set(team, time_zone="Pacific/Auckland")
        assert move(server, END - 14 * dt.timedelta(hours=1)) == 0
        assert move(server, END - 12 * dt.timedelta(hours=1)) == 1


@pytest.mark.parametrize(("cycle", "end"), [(BillingCycle.MONTHLY, "2025-12-14"), (BillingCycle.ANNUAL, "2026-11-14")])
async def test_free_and_contract_plans_pay_nothing(tmp_path: Path, cycle: BillingCycle, end: str) -> None:
    """Their periods go on without an invoice, and a contract keeps its number of users."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan="contract", seats=7, cycle=cycle)
        async with team.client() as api:
            move(server, dt.datetime.fromisoformat(f"{end}T00:00:00Z"))
            after = await get(api, "/v1/subscription")
            assert (after["period_start"], after["seats"], after["status"]) == (end, 7, "active")
            assert (await get(api, "/v1/invoices"))["items"] == []


async def test_seats_follow_the_users_at_the_renewal(tmp_path: Path) -> None:
    """On such a plan the renewal takes the users listed, whatever was paid before (D14)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan="professional", seats=5)
        async with team.client() as api:
            ids = await add_users(api, 3)
            await api.delete(f"/v1/users/{ids[0]}")
            move(server, END)
            (invoice,) = (await get(api, "/v1/invoices"))["items"]
            assert (invoice["total"]["amount"], (await get(api, "/v1/subscription"))["seats"]) == (2 * 1500, 2)


async def test_a_late_payment_is_tried_again(tmp_path: Path) -> None:
    """Refused, it is past due with users still active; the next try a day later pays for the period (D13)."""
    bank = LocalBank(plan=[DECLINED])
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            await add_users(api, 4)
            move(server, END)
            late = await get(api, "/v1/subscription")
            assert (late["status"], late["period_start"], late["users_active"]) == ("past_due", "2025-11-14", 3)
            assert (await kinds(api))[-2:] == ["payment.failed", "subscription.past_due"]
            assert (await api.post("/v1/quotes", json={"seats": 9})).json()["code"] == "subscription_not_active"
            assert (await get(api, "/v1/invoices"))["items"][0]["status"] == "open"
            assert move(server, END + DAY - dt.timedelta(seconds=1)) == 0
            await add_users(api, 1, first=4)
            move(server, END + DAY)
            after = await get(api, "/v1/subscription")
            assert (after["status"], after["period_start"], after["users_active"]) == ("active", "2025-12-14", 5)
            invoices = (await get(api, "/v1/invoices"))["items"]
            states = [(invoice["status"], invoice["total"]["amount"]) for invoice in invoices]
            assert states == [("paid", 5 * 600), ("void", 4 * 600)]


async def test_after_the_last_try_it_is_suspended(tmp_path: Path) -> None:
    """Tried at once and after 1, 3, 5 and 7 days; then suspended, and never tried again by itself (D13)."""
    bank = LocalBank(plan=[DECLINED] * 9)
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            tries = []
            for day in range(10):
                move(server, END + day * DAY)
                tries.append(bank.asked)
            assert tries == [1, 2, 2, 3, 3, 4, 4, 5, 5, 5]
            assert (await get(api, "/v1/subscription"))["status"] == "suspended"
            happened = await kinds(api)
            assert happened.count("payment.failed") == 5
            assert happened.count("subscription.past_due") == 1
            assert happened[-1] == "subscription.suspended"


async def test_a_bank_elsewhere_is_asked_at_the_next_start(tmp_path: Path) -> None:
    """A renewal by a gateway that has to be waited for is noted as asked, and settled once."""
    bank = FakeBank()
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            move(server, END)
            move(server, END + DAY)
            assert (await get(api, "/v1/subscription"))["period_start"] == "2025-11-14"
    for _ in range(2):
        later = running(tmp_path, now=END + DAY, gateway=bank)
        async with later as server, server.client(team.token) as api:
            assert (await get(api, "/v1/subscription"))["period_start"] == "2025-12-14"
            assert bank.total == 3 * 600


async def test_a_renewal_told_twice_counts_once(tmp_path: Path) -> None:
    """A bank whose answer arrives twice renews once: one period on, one invoice, one event (D13)."""
    bank = FakeBank(slow=True)
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            move(server, END)
            await asyncio.gather(settle_pending(server.services), settle_pending(server.services))
            assert (await get(api, "/v1/subscription"))["period_start"] == "2025-12-14"
            assert (await kinds(api)).count("subscription.renewed") == 1
            assert [each["status"] for each in (await get(api, "/v1/invoices"))["items"]] == ["paid"]
        assert findings_in(server) == []


async def test_one_that_fails_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A subscription that can't be renewed (its plan is sold no more) is left as it is; the others renew."""
    async with running(tmp_path) as server:
        broken, fine = make_organisation(server), make_organisation(server, "Fine plc")
        _set(broken, plan="gold")
        assert move(server, END) == 1
        assert "is left as it is" in caplog.text
        _set(broken, plan="business")
        async with broken.client() as one, fine.client() as other:
            assert (await get(one, "/v1/subscription"))["period_start"] == "2025-11-14"
            assert (await get(other, "/v1/subscription"))["period_start"] == "2025-12-14"
            assert move(server, END + DAY) == 1
            assert (await get(one, "/v1/subscription"))["period_start"] == "2025-12-14"
        assert findings_in(server) == []


async def test_a_cancelled_subscription_ends(tmp_path: Path) -> None:
    """At the end of its period it is over: nothing is charged and nothing renews (D12)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        _set(team, cancel_at_period_end=True)
        async with team.client() as api:
            assert (await ask(api, 12))["renewal"] is None
            move(server, END + 90 * DAY)
            assert (await get(api, "/v1/subscription"))["status"] == "ended"
            assert (await kinds(api))[-1] == "subscription.ended"
            assert (await get(api, "/v1/invoices"))["items"] == []


async def test_nobody_comes_in_after_the_end(tmp_path: Path) -> None:
    """On a subscription that has ended every way in is refused, and leaving still works (D12)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            kept, gone = await add_users(api, 2)
            await api.delete(f"/v1/users/{gone}")
            (request,) = ask_to_join(team, "Late")
            _set(team, status="ended")
            ada = {"email": "ada@people.example"}
            for path, body in (("users", ada), ("users/batch", {"add": [ada]}), ("transfers", ada)):
                answer = await api.post(f"/v1/{path}", json=body)
                assert (answer.status_code, answer.json()["code"]) == (409, "subscription_not_active")
            for path, code in (
                (f"transfers/{request}/accept", "subscription_not_active"),
                (f"users/{gone}/restore", "not_restorable"),
            ):
                assert (await api.post(f"/v1/{path}")).json()["code"] == code
            assert (await api.post(f"/v1/transfers/{request}/decline")).status_code == 200
            assert (await api.delete(f"/v1/users/{kept}")).status_code == 200
        assert findings_in(server) == []


async def test_a_quote_does_not_outlive_its_period(tmp_path: Path) -> None:
    """A quote from the last minute of a period is stale in the next one, with a fresh price (D5)."""
    async with running(tmp_path, now=NOW) as server:
        team = make_organisation(server)
        async with team.client() as api:
            server.clock.move_to(END - dt.timedelta(minutes=5))
            quote = await ask(api, 12)
            server.clock.move_to(END + dt.timedelta(minutes=1))
            waits = await confirm(api, quote["id"], "early")
            assert waits.json()["code"] == "subscription_not_active"
            move(server, END + dt.timedelta(minutes=2))
            problem = (await confirm(api, quote["id"])).json()
            assert problem["code"] == "quote_stale"
            assert problem["data"]["quote"]["due_now"]["amount"] == 2 * 600


async def test_requests_run_out_after_fourteen_days(tmp_path: Path) -> None:
    """A transfer request nobody answered expires on its day, also when the clock jumps past a renewal (D23)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            await api.post("/v1/transfers", json={"email": "somebody@elsewhere.example"})
            assert move(server, NOW + 40 * DAY) == 2
            assert (await kinds(api)).count("transfer.expired") == 1
