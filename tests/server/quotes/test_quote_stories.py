"""Asking what a change costs, and doing it for exactly that."""

import datetime as dt
from pathlib import Path

import pytest
from billing_desk import DECLINED, FakeBank, add_users, ask, buy, confirm, get, statuses_of_payments
from builders import NOW, make_organisation, running

from contract.people import Role

MIDDLE = NOW + dt.timedelta(days=15)
"""Half of the thirty days of the period are left."""


async def test_what_is_shown_is_what_is_charged(tmp_path: Path) -> None:
    """The quote's lines, total and renewal are the invoice's and the subscription's after confirming (D5, D6)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10)
        server.clock.move_to(MIDDLE)
        async with team.client() as api:
            quote = await ask(api, 13)
            assert (quote["due_now"], quote["lines"][0]["factor"]) == (
                {"amount": 900, "currency": "EUR"},
                {"numerator": 15, "denominator": 30},
            )
            assert (quote["seats_before"], quote["seats_after"], quote["effective"]) == (10, 13, "2025-11-29")
            assert [warning["code"] for warning in quote["warnings"]] == ["sandbox"]
            assert (await get(api, "/v1/subscription"))["seats"] == 10
            done = (await confirm(api, quote["id"])).json()
            assert done["invoice"]["lines"] == quote["lines"]
            assert done["invoice"]["total"] == done["payment"]["amount"] == quote["due_now"]
            assert (done["invoice"]["status"], done["payment"]["status"]) == ("paid", "succeeded")
            assert done["subscription"] == await get(api, "/v1/subscription")
            coming, promised = done["subscription"]["next_payment"], quote["renewal"]
            assert (coming["date"], coming["seats"]) == (promised["date"], promised["seats"])
            assert (coming["amount"], coming["total"]) == (promised["due"], promised["amount"])
            assert (await get(api, f"/v1/quotes/{quote['id']}"))["status"] == "confirmed"


async def test_new_seats_go_to_those_who_wait_longest(tmp_path: Path) -> None:
    """The quote names who becomes active, and exactly they do (D15, D16)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=2)
        async with team.client() as api:
            await add_users(api, 5)
            quote = await ask(api, 4)
            assert quote["activates"] == {"count": 2, "names": ["U2 Test", "U3 Test"]}
            done = (await confirm(api, quote["id"])).json()
            assert done["activated"] == quote["activates"]
            assert (done["subscription"]["users_active"], done["subscription"]["users_not_paid"]) == (4, 1)


async def test_a_reduction_waits_and_can_be_taken_back(tmp_path: Path) -> None:
    """Fewer seats cost nothing, wait for the renewal, and the way back is free (D8)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10)
        async with team.client() as api:
            lower = await buy(api, 6)
            assert (lower["invoice"], lower["payment"]) == (None, None)
            assert (lower["subscription"]["seats"], lower["subscription"]["scheduled_seats"]) == (10, 6)
            again = await buy(api, 10)
            assert (again["subscription"]["scheduled_seats"], again["invoice"]) == (None, None)
            await buy(api, 5)
            done = await buy(api, 15)
            assert done["invoice"]["total"]["amount"] == 5 * 600
            assert done["subscription"]["scheduled_seats"] is None
            assert len((await get(api, "/v1/invoices"))["items"]) == 1


@pytest.mark.parametrize(
    ("plan", "seats", "status", "code"),
    [
        ("business", 10, 422, "nothing_to_change"),
        ("business", 1, 422, "seats_below_users"),
        ("professional", 12, 422, "seats_follow_users"),
        ("contract", 12, 422, "set_by_contract"),
    ],
)
async def test_what_cannot_be_had_is_refused(tmp_path: Path, plan: str, seats: int, status: int, code: str) -> None:
    """A change the rules don't allow is refused with its own code, and says what to do."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10, plan=plan)
        async with team.client() as api:
            await add_users(api, 3)
            answer = await api.post("/v1/quotes", json={"seats": seats})
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            if code == "seats_below_users":
                assert answer.json()["data"]["must_remove"] == 2
            if code == "set_by_contract":
                assert answer.json()["data"]["contact"] == "sales@vendor.example"


async def test_a_quote_is_good_for_fifteen_minutes(tmp_path: Path) -> None:
    """After that it is gone, and nothing is charged (D5)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            server.clock.move_to(NOW + dt.timedelta(minutes=15))
            answer = await confirm(api, quote["id"])
            assert (answer.status_code, answer.json()["code"]) == (410, "quote_expired")
            assert statuses_of_payments(team) == []


async def test_a_stale_quote_comes_back_fresh(tmp_path: Path) -> None:
    """After a change that matters the confirmation is refused with a new quote and what moved (D5)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 14)
            await buy(api, 12)
            answer = await confirm(api, quote["id"])
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (409, "quote_stale")
            assert "seats: 10, now 12" in problem["data"]["changed"]
            fresh = problem["data"]["quote"]
            assert fresh["due_now"]["amount"] == 2 * 600
            done = await confirm(api, fresh["id"])
            assert done.json()["invoice"]["total"] == fresh["due_now"]


async def test_a_stale_quote_for_what_is_there_already(tmp_path: Path) -> None:
    """When somebody else bought the same in the meantime there is no fresh quote, and it says so."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            await buy(api, 12)
            problem = (await confirm(api, quote["id"])).json()
            assert (problem["code"], problem["data"]["quote"]) == ("quote_stale", None)
            assert "already" in problem["detail"]


async def test_what_does_not_matter_leaves_a_quote_good(tmp_path: Path) -> None:
    """Editing somebody's position changes neither price nor effect; adding a user does."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            (user,) = await add_users(api, 1)
            quote, other = await ask(api, 12), await ask(api, 11)
            await api.patch(f"/v1/users/{user}", json={"position": "Chief"})
            assert (await confirm(api, quote["id"])).status_code == 200
            await add_users(api, 1, first=1)
            assert "active users: 1, now 2" in (await confirm(api, other["id"], "k2")).json()["data"]["changed"]


async def test_a_refused_payment_changes_nothing(tmp_path: Path) -> None:
    """402: no seats, no invoice; the same key answers the same, and a new key may try again (D5, D30)."""
    bank = FakeBank(plan=[DECLINED])
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server)
        async with team.client() as api:
            before = await get(api, "/v1/subscription")
            quote = await ask(api, 12)
            refused = await confirm(api, quote["id"], "first")
            assert (refused.status_code, refused.json()["code"]) == (402, "payment_failed")
            assert refused.json()["data"]["reason"] == "Card expired"
            assert await get(api, "/v1/subscription") == before
            assert (await get(api, "/v1/invoices"))["items"] == []
            assert (await get(api, f"/v1/quotes/{quote['id']}"))["status"] == "open"
            again = await confirm(api, quote["id"], "first")
            assert again.content == refused.content
            assert bank.total == 0
            assert (await confirm(api, quote["id"], "second")).status_code == 200
            assert (bank.total, statuses_of_payments(team)) == (1200, ["declined", "succeeded"])
            assert (await confirm(api, quote["id"], "first")).status_code == 402


async def test_a_confirmed_quote_is_confirmed(tmp_path: Path) -> None:
    """The same key gets the same answer, another key is told that it is done."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            first = await confirm(api, quote["id"], "one")
            again = await confirm(api, quote["id"], "one")
            assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
            other = await confirm(api, quote["id"], "two")
            assert (other.status_code, other.json()["code"]) == (409, "quote_already_confirmed")
            keyless = await api.post(f"/v1/quotes/{quote['id']}/confirm")
            assert keyless.json()["code"] == "idempotency_key_required"


async def test_an_admin_spends_up_to_a_limit_a_month(tmp_path: Path) -> None:
    """What the account paid this calendar month counts, and what it added to the renewal; less always passes (D28)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with server.client(team.token_of(Role.ADMIN, spending_limit=3500)) as api:
            await buy(api, 12)
            quote = await ask(api, 13)
            refused = await confirm(api, quote["id"])
            assert (refused.status_code, refused.json()["code"]) == (403, "spending_limit_reached")
            assert refused.json()["data"]["spent"] == {"amount": 2400, "currency": "EUR"}
            await buy(api, 8)
            server.clock.move_to(dt.datetime(2025, 12, 1, tzinfo=dt.UTC))
            assert (await buy(api, 13))["payment"]["amount"]["amount"] <= 3500


@pytest.mark.parametrize(("role", "status"), [(Role.BILLING, 200), (Role.VIEWER, 403), (Role.ADMIN, 403)])
async def test_who_may_spend(tmp_path: Path, role: Role, status: int) -> None:
    """Billing may, a viewer may only ask, and an admin without a limit spends nothing (D28)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with server.client(team.token_of(role)) as api:
            quote = await ask(api, 12)
            assert (await confirm(api, quote["id"])).status_code == status


async def test_quotes_of_others_do_not_exist(tmp_path: Path) -> None:
    """Another organisation's quote and invoice are 404 to read and to confirm (D28)."""
    async with running(tmp_path) as server:
        mine, theirs = make_organisation(server), make_organisation(server, "Other Ltd")
        async with mine.client() as api, theirs.client() as other:
            done = await buy(api, 12)
            quote = await ask(api, 13)
            assert (await other.get(f"/v1/quotes/{quote['id']}")).status_code == 404
            assert (await confirm(other, quote["id"])).status_code == 404
            assert (await other.get(f"/v1/invoices/{done['invoice']['id']}")).status_code == 404
            assert (await get(other, "/v1/invoices"))["items"] == []


async def test_events_tell_the_story(tmp_path: Path) -> None:
    """A person can read who changed what from what to what for how much (D29)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=1)
        async with team.client() as api:
            await add_users(api, 2)
            await buy(api, 2, "the-key")
            items = (await get(api, "/v1/events"))["items"][:3]
            assert [event["type"] for event in items] == ["user.activated", "seats.added", "payment.succeeded"]
            added = items[1]
            assert (added["actor"]["account_id"], added["request"]["idempotency_key"]) == (team.account_id, "the-key")
            assert (added["object"]["attributes"]["from"], added["object"]["attributes"]["to"]) == (1, 2)
            assert added["object"]["attributes"]["amount"] == "EUR 6.00"


async def test_the_sandbox_declines_when_it_is_told_to(tmp_path: Path) -> None:
    """`next: decline` refuses one payment, and the one after it goes through."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            told = await api.post("/v1/sandbox/payments", json={"next": "decline"})
            assert told.status_code == 200
            quote = await ask(api, 12)
            refused = await confirm(api, quote["id"], "a")
            assert (refused.status_code, refused.json()["data"]["reason"]) == (
                402,
                "The sandbox was told to decline it",
            )
            assert (await confirm(api, quote["id"], "b")).status_code == 200
