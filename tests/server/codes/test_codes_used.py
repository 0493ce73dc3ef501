"""Using an invitation code: who comes in, who does not, and what each is told (D16, D21)."""

import datetime as dt
from pathlib import Path

import pytest
from builders import NOW, Team, add_users, findings_in, make_organisation, running
from code_desk import enter, kinds, new_code, outcome, outsider, told

from contract.people import Role
from server.store.tables import subscriptions

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


async def test_whoever_enters_a_code_is_a_user_at_once(tmp_path: Path) -> None:
    """However it is typed: a free seat, a place in the directory, a line among the uses, and the owner hears of it."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=3)
        async with team.client() as api:
            made = await new_code(api, "WELCOME-26", max_uses=2)
            ana = outsider(server, "Ana")
            answer = await enter(server, ana, "welcome 26")
            user = answer.json()
            assert (answer.status_code, user["status"], user["source"]) == (200, "active", "code")
            assert (user["email"], user["first_name"]) == ("ana@outside.example", "Ana")
            assert await kinds(team, 2) == ["code.used", "user.added"]
            event = (await api.get("/v1/events", params={"limit": 1})).json()["items"][0]
            assert (event["actor"]["label"], event["object"]["label"]) == ("ana@outside.example", "WELCOME-26")
            assert (event["previous"], event["object"]["attributes"]) == ({"uses": 0}, {"uses": 1, "max_uses": 2})
            where = f"/v1/invitation-codes/{made['id']}"
            after = (await api.get(where)).json()
            assert (after["uses"], after["state"], after["version"]) == (1, "active", 2)
            assert outcome(await enter(server, outsider(server, "Bo"), "WELCOME26")) == "active"
            uses = (await api.get(f"{where}/uses", params={"count": True})).json()
            assert [(use["first_name"], use["status"]) for use in uses["items"]] == [
                ("Bo", "active"),
                ("Ana", "active"),
            ]
            assert (uses["total"], uses["items"][1]["user_id"]) == (2, user["id"])
            await api.delete(f"/v1/users/{user['id']}")
            uses = (await api.get(f"{where}/uses", params={"limit": 1, "offset": 1})).json()
            assert uses["items"][0]["status"] == "removed"
            first = (await api.get(f"{where}/uses", params={"limit": 1})).json()
            second = (await api.get(f"{where}/uses", params={"limit": 1, "cursor": first["next_cursor"]})).json()
            assert second["items"] == uses["items"]
        assert findings_in(server) == []


async def test_a_code_never_takes_more_than_the_free_paid_seats(tmp_path: Path) -> None:
    """D16, D21: the next person gets `no_seat_available`, nothing is used up, and a freed seat lets them in."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=2, users=1)
        async with team.client() as api:
            made = await new_code(api, "WELCOME-26")
            assert outcome(await enter(server, outsider(server, "Ana"), "welcome26")) == "active"
            bo = outsider(server, "Bo")
            full = await enter(server, bo, "welcome26")
            assert (full.status_code, outcome(full), full.json()["data"]) == (
                409,
                "no_seat_available",
                {"available_seats": 0},
            )
            assert (await api.get(f"/v1/invitation-codes/{made['id']}")).json()["uses"] == 1
            overview = (await api.get("/v1/overview")).json()
            assert (overview["seats"]["used"], overview["seats"]["not_paid"]) == (2, 0)
            users = (await api.get("/v1/users", params={"search": "ana@"})).json()["items"]
            await api.delete(f"/v1/users/{users[0]['id']}")
            assert outcome(await enter(server, bo, "welcome26")) == "active"
        assert findings_in(server) == []


async def test_on_a_contract_there_is_no_word_about_paying(tmp_path: Path) -> None:
    """The free places of the contract, then `user_limit_reached`."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=1, plan="contract")
        async with team.client() as api:
            await new_code(api, "WELCOME-26")
        assert outcome(await enter(server, outsider(server, "Ana"), "welcome26")) == "active"
        full = await enter(server, outsider(server, "Bo"), "welcome26")
        assert outcome(full) == "user_limit_reached"
        assert "paid" not in full.text
        assert findings_in(server) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"plan": "non-commercial"}, "plan_has_no_sub_accounts"),
        ({"status": "ended"}, "subscription_not_active"),
        ({"status": "suspended"}, "subscription_not_active"),
    ],
)
async def test_a_subscription_that_takes_nobody_in_says_so(tmp_path: Path, change: dict[str, str], code: str) -> None:
    """The code was right; the plan or the subscription is against it, and no guess is counted."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            made = await new_code(api, "WELCOME-26")
            with server.services.database.write() as connection:
                connection.execute(subscriptions.update().values(**change))
            ana = outsider(server, "Ana")
            for _ in range(11):
                assert outcome(await enter(server, ana, "welcome26")) == code
            assert (await api.get(f"/v1/invitation-codes/{made['id']}")).json()["uses"] == 0


async def test_who_is_a_user_somewhere_learns_nothing_about_codes(tmp_path: Path) -> None:
    """Here or elsewhere, with a right code or a wrong one: one and the same answer (D16)."""
    async with running(tmp_path) as server:
        ours, theirs = make_organisation(server), make_organisation(server, "Other Ltd")
        async with ours.client() as api, theirs.client() as other:
            await new_code(api, "WELCOME-26")
            await new_code(other, "ELSEWHERE-26")
            ana = outsider(server, "Ana")
            assert outcome(await enter(server, ana, "elsewhere26")) == "active"
            answers = [told(await enter(server, ana, code)) for code in ("welcome26", "elsewhere26", "nothing26")]
            assert answers == [answers[0]] * 3
            assert (answers[0]["status_code"], answers[0]["code"]) == (409, "already_user")


async def test_who_pays_for_a_plan_of_their_own_is_not_moved_unasked(tmp_path: Path) -> None:
    """It would end without refund: that takes a request, where both sides are told (D24)."""
    async with running(tmp_path) as server:
        ours, own = make_organisation(server), make_organisation(server, "Own Ltd")
        async with ours.client() as api:
            await new_code(api, "WELCOME-26")
        answer = await enter(server, own.token, "welcome26")
        assert outcome(answer) == "account_not_available"
        assert "ask to join" in answer.json()["detail"]


async def test_members_of_the_house_may_use_its_code(tmp_path: Path) -> None:
    """Somebody in the directory, and the owner, become users without a second membership."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            await new_code(api, "WELCOME-26")
            assert outcome(await enter(server, team.token_of(Role.MEMBER), "welcome26")) == "active"
            assert outcome(await enter(server, team.token, "welcome26")) == "active"
        assert findings_in(server) == []


async def test_only_who_came_in_with_a_code_is_told_what_became_of_it(tmp_path: Path) -> None:
    """Wrong, used up, expired and off are one answer to a stranger, and four to somebody whose code once was right."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            ana, bo = outsider(server, "Ana"), outsider(server, "Bo")
            where = f"/v1/invitation-codes/{(await new_code(api, 'WELCOME-26'))['id']}"
            user = (await enter(server, ana, "welcome26")).json()
            await api.delete(f"/v1/users/{user['id']}")
            expected = {
                "code_off": {"enabled": False},
                "code_used_up": {"enabled": True, "max_uses": 1},
                "code_expired": {"unlimited": True, "expires_at": (NOW + DAY).isoformat()},
            }
            wrong = told(await enter(server, bo, "something else"))
            assert (wrong["status_code"], wrong["code"]) == (404, "code_not_accepted")
            for code, change in expected.items():
                assert (await api.patch(where, json=change)).status_code == 200
                if code == "code_expired":
                    server.clock.move_to(NOW + DAY)
                assert outcome(await enter(server, ana, "WELCOME 26")) == code
                assert told(await enter(server, bo, "WELCOME 26")) == wrong
            await api.patch(where, json={"never_expires": True})
            assert outcome(await enter(server, ana, "WELCOME 26")) == "active"
            await api.delete(where)
            assert told(await enter(server, bo, "WELCOME 26")) == wrong
        assert findings_in(server) == []


async def _guess(team: Team, token: str, times: int, address: str = "198.51.100.7") -> None:
    for number in range(times):
        answer = await enter(team.server, token, f"guess number {number}", address=address)
        assert outcome(answer) == "code_not_accepted"


async def test_ten_wrong_codes_an_hour_close_the_door_for_an_account(tmp_path: Path) -> None:
    """From any address, also for the right code, until an hour after the first; a restart forgets nothing."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            await new_code(api, "WELCOME-26")
        ana = outsider(server, "Ana")
        await _guess(team, ana, 5, "192.0.2.1")
        server.clock.move_to(NOW + HOUR / 2)
        await _guess(team, ana, 5, "192.0.2.2")
    async with running(tmp_path, now=NOW + HOUR / 2) as server:
        for address in ("192.0.2.1", "192.0.2.3"):
            stopped = await enter(server, ana, "welcome26", address=address)
            assert (stopped.status_code, outcome(stopped)) == (429, "too_many_guesses")
            assert (stopped.headers["retry-after"], stopped.json()["retry_after"]) == ("1800", 1800)
        server.clock.move_to(NOW + HOUR - dt.timedelta(seconds=1))
        assert (await enter(server, ana, "welcome26")).headers["retry-after"] == "1"
        server.clock.move_to(NOW + HOUR)
        assert outcome(await enter(server, ana, "welcome26")) == "active"


async def test_ten_wrong_codes_an_hour_close_the_door_for_an_address(tmp_path: Path) -> None:
    """With any account; a network's own part of an IPv6 address makes no other guesser; others are not held up."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            await new_code(api, "WELCOME-26")
        for number in range(10):
            await _guess(team, outsider(server, f"g{number}"), 1, f"2001:db8:1:2::{number:x}")
        ana = outsider(server, "Ana")
        assert outcome(await enter(server, ana, "welcome26", address="2001:db8:1:2:ffff::1")) == "too_many_guesses"
        assert outcome(await enter(server, ana, "welcome26", address="2001:db8:1:3::1")) == "active"


async def test_behind_a_socket_the_account_alone_counts(tmp_path: Path) -> None:
    """There is no address, so nobody is held up by others."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            await new_code(api, "WELCOME-26")
        for number in range(10):
            await _guess(team, outsider(server, f"g{number}"), 1, "")
        assert outcome(await enter(server, outsider(server, "Ana"), "welcome26", address="")) == "active"


async def test_right_codes_are_no_guesses(tmp_path: Path) -> None:
    """Somebody who finds every seat taken may try again as often as they like."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=1)
        add_users(team, 1)
        async with team.client() as api:
            await new_code(api, "WELCOME-26")
        ana = outsider(server, "Ana")
        for _ in range(12):
            assert outcome(await enter(server, ana, "welcome26")) == "no_seat_available"
