"""Deciding many requests at once, and taking it back (D24, D26, D27)."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from billing_desk import FakeBank, add_users, ask, buy, confirm, get, kinds, move
from builders import NOW, Team, make_organisation, running
from sqlalchemy import delete, update
from transfer_desk import DAY, ask_to_join, asked, decide, states, whole

from contract.people import Role
from server.payments.settle import settle_pending
from server.store.tables import accounts, subscriptions, transfers

MINUTE = dt.timedelta(minutes=1)


def _statuses(report: dict[str, Any]) -> list[str | None]:
    return [each["user_status"] for each in report["results"]]


def _problems(report: dict[str, Any]) -> list[str | None]:
    return [each["problem"] and each["problem"]["code"] for each in report["results"]]


async def test_those_named_first_get_the_seats(tmp_path: Path) -> None:
    """Twelve acceptances on seven free seats make seven active and five unpaid users, in the order given (D15, D24)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=10)
        async with team.client() as api:
            await add_users(api, 3)
            ids = ask_to_join(team, *(f"p{number}" for number in range(12)))
            wanted = list(reversed(ids))
            report = await decide(api, wanted)
            assert (report["accepted"], report["declined"], report["failed"]) == (12, 0, 0)
            assert [each["transfer_id"] for each in report["results"]] == wanted
            assert _statuses(report) == ["active"] * 7 + ["not_paid"] * 5
            assert dt.datetime.fromisoformat(report["undo_until"]) == NOW + 10 * MINUTE
            seats = (await get(api, "/v1/overview"))["seats"]
            assert (seats["used"], seats["free"], seats["not_paid"]) == (10, 0, 5)
            user = await get(api, f"/v1/users/{report['results'][0]['transfer']['user_id']}")
            assert (user["status"], user["source"], user["email"]) == ("active", "transfer", "p11@outside.example")
            done = await buy(api, 12)
            assert done["activated"]["names"] == ["p4 Outside", "p3 Outside"]
        whole(team)


async def test_each_item_gets_its_own_answer(tmp_path: Path) -> None:
    """What changed, ended, is on the other side or unknown is named and untouched; the rest is done (D26)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        fresh, stale, over, no = ask_to_join(team, "Fresh", "Stale", "Over", "No")
        async with team.client() as api:
            ours = (await asked(api, "ours@x.example"))["id"]
            await api.post(f"/v1/transfers/{over}/decline")
            with server.services.database.write() as connection:
                connection.execute(update(transfers).where(transfers.c.id == stale).values(version=7))
            body = {
                "accept": [{"id": each, "version": 1} for each in (fresh, stale, ours, "trf_nobody")]
                + [{"id": over, "version": 2}],
                "decline": [{"id": no, "version": 1}],
                "reason": "Sorry",
            }
            report = (await api.post("/v1/transfers/decisions", json=body)).json()
            assert _problems(report) == [
                None,
                "transfer_changed",
                "transfer_wrong_side",
                "not_found",
                "transfer_not_pending",
                None,
            ]
            assert (report["accepted"], report["declined"], report["failed"]) == (1, 1, 4)
            assert [each["transfer"] and each["transfer"]["state"] for each in report["results"]] == [
                "accepted",
                "pending",
                "pending",
                None,
                "declined",
                "declined",
            ]
            assert report["results"][-1]["transfer"]["reason"] == "Sorry"
            assert await states(api, state="pending") == {
                "stale@outside.example": "pending",
                "ours@x.example": "pending",
            }
        whole(team)


async def test_an_empty_or_doubled_decision_is_refused(tmp_path: Path) -> None:
    """Nothing to decide, and the same request twice, are mistakes of the caller."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        (one,) = ask_to_join(team, "One")
        seen = {"id": one, "version": 1}
        async with team.client() as api:
            for body in ({}, {"accept": [seen, seen]}, {"accept": [seen], "decline": [seen]}):
                answer = await api.post("/v1/transfers/decisions", json=body)
                assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
            answer = await api.post("/v1/transfers/decisions", json={"decline": [seen], "reason": "\u202ex"})
            assert (answer.status_code, answer.json()["code"]) == (422, "unsafe_text")


async def test_acceptance_looks_again_at_everything(tmp_path: Path) -> None:
    """An account that is gone, or on another subscription by now, stays out; declining it still works (D24)."""
    async with running(tmp_path) as server:
        team, others = make_organisation(server), make_organisation(server, "Others")
        gone, taken = ask_to_join(team, "Gone", "Taken")
        (elsewhere,) = ask_to_join(others, "Taken")
        async with others.client() as rivals:
            await decide(rivals, [elsewhere])
        with server.services.database.write() as connection:
            connection.execute(update(transfers).where(transfers.c.id == gone).values(account_id=None))
            connection.execute(delete(accounts).where(accounts.c.email_key == "gone@outside.example"))
        async with team.client() as api:
            assert _problems(await decide(api, [gone, taken])) == ["account_not_available"] * 2
            single = await api.post(f"/v1/transfers/{taken}/accept")
            assert (single.status_code, single.json()["code"]) == (409, "account_not_available")
            assert _problems(await decide(api, [], [gone, taken])) == [None, None]
        whole(team)


@pytest.mark.parametrize(
    ("plan", "seats", "expected"), [("contract", 2, "user_limit_reached"), ("non-commercial", 0, "")]
)
async def test_the_plan_sets_the_bounds(tmp_path: Path, plan: str, seats: int, expected: str) -> None:
    """A contract takes users up to its number, all active; a plan without sub-accounts takes nobody (D15, D17)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan=plan, seats=seats)
        ids = ask_to_join(team, "One", "Two", "Three")
        async with team.client() as api:
            report = await decide(api, ids)
        if expected:
            assert _statuses(report) == ["active", "active", None]
            assert _problems(report) == [None, None, expected]
        else:
            assert _problems(report) == ["plan_has_no_sub_accounts"] * 3
        whole(team)


def _payer(team: Team) -> Team:
    """An organisation of one, who pays for it."""
    return make_organisation(team.server, "Own Plan", plan="professional", seats=1, owner="payer@outside.example")


async def test_a_subscription_of_ones_own_ends_and_comes_back(tmp_path: Path) -> None:
    """Accepting somebody who pays ends that subscription, as both were told, and undoing brings it back (D24, D27)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        own = _payer(team)
        async with own.client() as payer, team.client() as api:
            body = {"email": "payer@outside.example"}
            assert (await payer.post("/v1/users", json=body)).status_code == 201
            (silent,) = ask_to_join(team, "Payer")
            assert _problems(await decide(api, [silent])) == ["account_not_available"]
            await decide(api, [], [silent])
            (told,) = ask_to_join(team, "Payer", gives_up="Professional")
            report = await decide(api, [told])
            assert _statuses(report) == ["active"]
            assert (await get(payer, "/v1/subscription"))["status"] == "ended"
            assert "subscription.ended" in await kinds(payer)
            newest = (await get(api, "/v1/events?limit=1"))["items"][0]
            assert newest["object"]["attributes"]["gives_up"] == "Professional"
            undone = await api.post(f"/v1/transfers/decisions/{report['id']}/undo")
            assert undone.json()["undone"] == 1
            back = await get(payer, "/v1/subscription")
            assert (back["status"], back["users_active"]) == ("active", 1)
        whole(team)


async def test_a_payment_under_way_is_waited_for(tmp_path: Path) -> None:
    """Whoever is paying for a subscription of their own comes in only when that is settled: it must not end paid."""
    fault = OSError("connection reset")
    async with running(tmp_path, gateway=FakeBank(plan=[("after", fault)])) as server:
        team = make_organisation(server)
        own = make_organisation(server, "Own Plan", owner="payer@outside.example")
        (told,) = ask_to_join(team, "Payer", gives_up="Business")
        async with own.client() as payer, team.client() as api:
            quote = await ask(payer, 12)
            assert (await confirm(payer, quote["id"])).json()["code"] == "payment_in_progress"
            assert _problems(await decide(api, [told])) == ["account_not_available"]
            await settle_pending(server.services)
            assert _statuses(await decide(api, [told])) == ["active"]
            after = await get(payer, "/v1/subscription")
            assert (after["status"], after["seats"]) == ("ended", 12)
        whole(team)


@pytest.mark.parametrize("overdue", [False, True])
async def test_an_own_plan_that_comes_back_goes_on_as_it_was(tmp_path: Path, *, overdue: bool) -> None:
    """Only days used are owed while it has ended; back again payments fall due as before, an overdue one at once."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        own = make_organisation(server, "Own Plan", owner="payer@outside.example")
        async with own.client() as payer, team.client() as api:
            if overdue:
                await payer.post("/v1/sandbox/payments", json={"next": "decline"})
                await payer.post("/v1/sandbox/clock", json={"advance": "P1M"})
            (told,) = ask_to_join(team, "Payer", gives_up="Business")
            promised = (await get(payer, "/v1/forecast"))["payments"]
            report = await decide(api, [told])
            assert (await get(payer, "/v1/forecast"))["payments"] == []
            left = {each["status"] for each in (await get(payer, "/v1/invoices"))["items"]}
            assert left == ({"void", "open"} if overdue else set())
            assert (await api.post(f"/v1/transfers/decisions/{report['id']}/undo")).json()["undone"] == 1
            back = (await get(payer, "/v1/forecast"))["payments"]
            # the overdue one, which is first, may have been collected already
            as_before = [each["date"] for each in promised[1:]]
            assert [each["date"] for each in back if each["date"] >= as_before[0]][: len(as_before)] == as_before
            if not overdue:
                assert back == promised
            await payer.post("/v1/sandbox/clock", json={"advance": "PT1M"})
            assert (await get(payer, "/v1/subscription"))["status"] == "active"
            await payer.post("/v1/sandbox/clock", json={"advance": "P1M"})
            paid = [each for each in (await get(payer, "/v1/invoices"))["items"] if each["status"] == "paid"]
            assert len(paid) == 1 + overdue
        whole(team)


async def test_undo_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """Users are gone again, seats are free for those who waited, and the requests pend with a new version (D27)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            await add_users(api, 1)
            yes, also, no = ask_to_join(team, "Yes", "Also", "No")
            report = await decide(api, [yes, also], [no], reason="Later")
            await add_users(api, 1, first=1)
            assert (await get(api, "/v1/overview"))["seats"]["not_paid"] == 1
            answer = await api.post(f"/v1/transfers/decisions/{report['id']}/undo")
            undone = answer.json()
            assert (answer.status_code, undone["undone"], undone["failed"]) == (200, 3, 0)
            assert _statuses(undone) == ["removed", "removed", None]
            assert {each["transfer"]["state"] for each in undone["results"]} == {"pending"}
            assert {each["transfer"]["version"] for each in undone["results"]} == {3}
            assert undone["results"][2]["transfer"]["reason"] == ""
            for each in undone["results"]:
                assert await get(api, f"/v1/transfers/{each['transfer_id']}") == each["transfer"]
            seats = (await get(api, "/v1/overview"))["seats"]
            assert (seats["used"], seats["not_paid"], seats["free"]) == (2, 0, 1)
            made = report["results"][0]["transfer"]["user_id"]
            restored = await api.post(f"/v1/users/{made}/restore")
            assert restored.json()["code"] == "not_restorable"
            assert (await kinds(api))[-4:] == ["user.activated", *["transfer.reopened"] * 3]
            assert _statuses(await decide(api, [also], version=3)) == ["active"]
        whole(team)


async def test_undo_has_its_limits(tmp_path: Path) -> None:
    """Only by whoever decided, only once, only for ten minutes, and never for another organisation (D27)."""
    async with running(tmp_path) as server:
        team, others = make_organisation(server), make_organisation(server, "Others")
        first, second = ask_to_join(team, "First", "Second")
        async with team.client() as api:
            report = await decide(api, [first])
            path = f"/v1/transfers/decisions/{report['id']}/undo"
            async with server.client(team.token_of(Role.ADMIN)) as admin:
                assert (await admin.post(path)).json()["code"] == "undo_not_possible"
            async with others.client() as stranger:
                assert (await stranger.post(path)).json()["code"] == "not_found"
            assert (await api.post(path)).status_code == 200
            again = await api.post(path)
            assert (again.status_code, again.json()["code"]) == (409, "undo_not_possible")
            late = await decide(api, [second])
            server.clock.move_to(NOW + 10 * MINUTE)
            answer = await api.post(f"/v1/transfers/decisions/{late['id']}/undo")
            assert (answer.status_code, answer.json()["code"]) == (409, "undo_not_possible")
        whole(team)


async def test_what_was_paid_for_stays(tmp_path: Path) -> None:
    """Users whose seat was bought since stay accepted, the others go; after a renewal all of them stay (D27)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=1)
        ids = ask_to_join(team, "Seated", "Bought", "Waits")
        async with team.client() as api:
            report = await decide(api, ids)
            assert _statuses(report) == ["active", "not_paid", "not_paid"]
            await buy(api, 2)
            undone = (await api.post(f"/v1/transfers/decisions/{report['id']}/undo")).json()
            assert _problems(undone) == [None, "undo_not_possible", None]
            assert (undone["undone"], undone["failed"]) == (2, 1)
            assert await states(api) == {
                "seated@outside.example": "pending",
                "bought@outside.example": "accepted",
                "waits@outside.example": "pending",
            }
        whole(team)


async def test_a_renewal_settles_it(tmp_path: Path) -> None:
    """A decision made just before the renewal can't be taken back after it: the new period was paid for its users."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=5)
        (one,) = ask_to_join(team, "One", expires_in=60 * DAY)
        async with team.client() as api:
            end = dt.datetime.fromisoformat((await get(api, "/v1/subscription"))["period_end"]).replace(tzinfo=dt.UTC)
            move(server, end - MINUTE)
            report = await decide(api, [one])
            move(server, end + MINUTE)
            undone = (await api.post(f"/v1/transfers/decisions/{report['id']}/undo")).json()
            assert _problems(undone) == ["undo_not_possible"]
        whole(team)


async def test_undo_passes_by_what_has_moved_on(tmp_path: Path) -> None:
    """A user removed since, and an address that asked again, stay as they are; the rest is taken back (D27)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        left, again, plain = ask_to_join(team, "Left", "Again", "Plain")
        async with team.client() as api:
            report = await decide(api, [left, plain], [again])
            await api.delete(f"/v1/users/{report['results'][0]['transfer']['user_id']}")
            ask_to_join(team, "Again")
            undone = (await api.post(f"/v1/transfers/decisions/{report['id']}/undo")).json()
            assert _problems(undone) == ["undo_not_possible", None, "undo_not_possible"]
        whole(team)


async def test_the_same_decision_twice_happens_once(tmp_path: Path) -> None:
    """Repeated with its key, a decision answers byte for byte what it answered, and nobody comes in twice (D30)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        ids = ask_to_join(team, "One", "Two")
        body = {"accept": [{"id": each, "version": 1} for each in ids]}
        async with team.client(**{"Idempotency-Key": "decide-1"}) as api:
            first = await api.post("/v1/transfers/decisions", json=body)
            second = await api.post("/v1/transfers/decisions", json=body)
            assert (first.status_code, second.status_code) == (200, 200)
            assert second.headers["idempotency-replayed"] == "true"
            assert first.content == second.content
            other = await api.post("/v1/transfers/decisions", json={"decline": body["accept"]})
            assert other.json()["code"] == "idempotency_key_reused"
            mine = await get(api, "/v1/events?idempotency_key=decide-1")
            assert [each["type"] for each in mine["items"]] == ["transfer.accepted"] * 2
        whole(team)


async def test_a_thousand_at_once_keep_every_promise(tmp_path: Path) -> None:
    """A thousand decisions in one call: one answer each, one event each, and every invariant holds (D16, D26)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=400)
        ids = ask_to_join(team, *(f"p{number}" for number in range(1000)))
        async with team.client() as api:
            report = await decide(api, ids[:900], ids[900:])
            assert (report["accepted"], report["declined"], report["failed"]) == (900, 100, 0)
            assert _statuses(report) == ["active"] * 400 + ["not_paid"] * 500 + [None] * 100
            whole(team)
            undone = (await api.post(f"/v1/transfers/decisions/{report['id']}/undo")).json()
            assert (undone["undone"], undone["failed"]) == (1000, 0)
            seats = (await get(api, "/v1/overview"))["seats"]
            assert (seats["used"], seats["not_paid"]) == (0, 0)
        whole(team)


async def test_half_of_it_is_nothing(tmp_path: Path) -> None:
    """When the last statement of a decision fails, nobody came in and nothing was decided."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        ids = ask_to_join(team, "One", "Two")
        with server.services.database.write() as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON decision_items BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
        async with team.client() as api:
            body = {"accept": [{"id": each, "version": 1} for each in ids]}
            assert (await api.post("/v1/transfers/decisions", json=body)).status_code >= 500
            assert set((await states(api)).values()) == {"pending"}
            assert (await get(api, "/v1/overview"))["seats"]["used"] == 0
        with server.services.database.read() as connection:
            assert connection.execute(subscriptions.select()).one().users_active == 0
        whole(team)
