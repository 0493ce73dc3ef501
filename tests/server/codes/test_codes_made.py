"""Making, listing, changing and deleting invitation codes (D21, D28, D29)."""

import datetime as dt
import json
from itertools import product
from pathlib import Path

import httpx
import pytest
from builders import NOW, findings_in, make_organisation, running
from code_desk import enter, kinds, new_code, outcome, outsider, told
from hostile import NAMES, storable

from contract.codes import CodeSort, CodeState
from contract.people import Role
from server.store.tables import invitation_codes, subscriptions

DAY = dt.timedelta(days=1)
JSON = {"Content-Type": "application/json"}


async def test_a_code_is_made_changed_switched_off_and_deleted(tmp_path: Path) -> None:
    """Each step is answered with the code as it is then, has a version, and leaves an event."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            end = (NOW + 30 * DAY).isoformat().replace("+00:00", "Z")
            made = await new_code(api, " Welcome   26 ", max_uses=5, expires_at=end)
            assert (made["code"], made["state"], made["uses"], made["max_uses"]) == ("Welcome 26", "active", 0, 5)
            assert (made["expires_at"], made["created_by"]) == (end, "owner@example.example")
            where = f"/v1/invitation-codes/{made['id']}"
            assert (await api.get(where)).json() == made
            off = (await api.patch(where, json={"enabled": False}, headers={"If-Match": '"1"'})).json()
            assert (off["state"], off["version"]) == ("off", 2)
            again = await api.patch(where, json={"enabled": False}, headers={"If-Match": '"2"'})
            assert (again.json(), again.headers["etag"]) == (off, '"2"')
            on = {"enabled": True, "unlimited": True, "never_expires": True}
            free = (await api.patch(where, json=on)).json()
            assert (free["state"], free["max_uses"], free["expires_at"]) == ("active", None, None)
            stale = await api.patch(where, json={"max_uses": 1}, headers={"If-Match": '"2"'})
            assert (stale.status_code, stale.json()["data"]["current"]) == (412, free)
            assert (await api.request("DELETE", where, headers={"If-Match": '"1"'})).status_code == 412
            assert (await api.delete(where)).json() == free
            assert (await api.get(where)).status_code == 404
            assert (await api.get(f"{where}/uses")).status_code == 404
            assert (await api.delete(where)).status_code == 404
        assert await kinds(team, 4) == ["code.deleted", "code.changed", "code.changed", "code.created"]
        assert findings_in(server) == []


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"code": "abc-12"}, "/code", "too_short"),
        ({"code": "-- -- -- --"}, "/code", "too_short"),
        ({"code": "welcome;26"}, "/code", "not_readable"),
        ({"code": "x" * 61}, "/code", "string_too_long"),
        ({"max_uses": 0}, "/max_uses", "greater_than_equal"),
        ({"expires_at": NOW.isoformat()}, "/expires_at", "in_the_past"),
        ({"expires_at": "2026-01-01T00:00:00"}, "/expires_at", "timezone_aware"),
        ({"expires": 3}, "/expires", "extra_forbidden"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    tmp_path: Path, body: dict[str, object], pointer: str, code: str
) -> None:
    """Codes that are found by trying, that nobody can type, or that are over when they begin, are refused."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            answer = await api.post("/v1/invitation-codes", json=body)
            assert answer.status_code == 422
            assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]
            assert (await api.get("/v1/invitation-codes")).json()["items"] == []


async def test_nothing_a_terminal_obeys_becomes_a_code(tmp_path: Path) -> None:
    """What is accepted is letters, digits and plain separators; entering the rest finds nothing and breaks nothing."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            for name in NAMES.values():
                answer = await api.post("/v1/invitation-codes", content=_body(name), headers=JSON)
                assert answer.status_code in {201, 400, 409, 422}, (name, answer.text)
            made = (await api.get("/v1/invitation-codes", params={"limit": 500})).json()["items"]
            assert all(char.isalnum() or char in " -_." for each in made for char in each["code"])
        for number, name in enumerate(storable()):
            answer = await enter(server, outsider(server, f"m{number}"), name[:200], address=f"10.0.0.{number}")
            assert outcome(answer) in {"code_not_accepted", "active", "no_seat_available"}
        assert findings_in(server) == []


JSON = {"Content-Type": "application/json"}


async def test_a_code_is_one_of_a_kind_on_the_server(tmp_path: Path) -> None:
    """The same letters are taken, however they are written; another's code counts as a guess, and no more is told."""
    async with running(tmp_path) as server:
        ours, theirs = make_organisation(server), make_organisation(server, "Other Ltd")
        async with ours.client() as api, theirs.client() as other:
            await new_code(api, "WELCOME-26")
            again = await api.post("/v1/invitation-codes", json={"code": "welcome 26"})
            first = await other.post("/v1/invitation-codes", json={"code": "Welcome_26"})
            assert told(again) == told(first)
            assert (first.status_code, first.json()["code"]) == (409, "code_taken")
            for _ in range(9):
                assert (await other.post("/v1/invitation-codes", json={"code": "welcome26"})).status_code == 409
            stopped = await other.post("/v1/invitation-codes", json={"code": "something else"})
            assert (stopped.status_code, stopped.json()["code"]) == (429, "too_many_guesses")
            assert stopped.headers["retry-after"] == "3600"
            assert (await other.post("/v1/invitation-codes", json={})).status_code == 201
            for _ in range(12):
                answer = await api.post("/v1/invitation-codes", json={"code": "welcome26"})
                assert answer.json()["code"] in {"code_taken", "too_many_guesses"}


async def test_codes_are_found_filtered_and_sorted_as_anybody_would_by_hand(tmp_path: Path) -> None:
    """Every sort and every state, page by page, shows what sorting and filtering all of them in Python shows."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            for number, (enabled, end, uses) in enumerate(product((True, False), (None, 1, 9), (0, 1, 2))):
                end_at = (NOW + end * DAY).isoformat() if end else None
                made = await new_code(api, f"code number {number:02}", max_uses=2, expires_at=end_at)
                with server.services.database.write() as connection:
                    values = {"enabled": enabled, "uses": uses}
                    mine = invitation_codes.c.id == made["id"]
                    connection.execute(invitation_codes.update().where(mine).values(**values))
            server.clock.move_to(NOW + 2 * DAY)
            everything = (await api.get("/v1/invitation-codes", params={"limit": 500, "count": True})).json()
            assert (everything["total"], len(everything["items"])) == (18, 18)
            for sort in CodeSort:
                name = sort.value.removeprefix("-")
                shown = ["9" if each[name] is None else each[name] for each in await _pages(api, sort=sort.value)]
                assert shown == sorted(shown, reverse=sort.value.startswith("-")), sort
            for state in CodeState:
                expected = {each["code"] for each in everything["items"] if each["state"] == state.value}
                assert {each["code"] for each in await _pages(api, state=state.value)} == expected
                assert expected
            assert [each["code"] for each in await _pages(api, search="NUMBER-07")] == ["code number 07"]
            assert len(await _pages(api, search="owner@exam number")) == 18
            assert await _pages(api, search="nothing") == []


def _body(name: str) -> bytes:
    """A body that holds a name exactly, half characters included."""
    return json.dumps({"code": name[:60]}).encode()


async def _pages(api: httpx.AsyncClient, **query: str) -> list[dict[str, str]]:
    """All of a list, five at a time."""
    found: list[dict[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/invitation-codes", params={**query, **cursor, "limit": 5})).json()
        found += page["items"]
        if not page["has_more"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_roles_and_other_organisations(tmp_path: Path) -> None:
    """Owner and admin make and change codes, billing and viewer only see them; another's code is not there (D28)."""
    async with running(tmp_path) as server:
        ours, theirs = make_organisation(server), make_organisation(server, "Other Ltd")
        async with ours.client() as api:
            one = (await new_code(api, "WELCOME-26"))["id"]
        where = f"/v1/invitation-codes/{one}"
        for role in (Role.ADMIN, Role.BILLING, Role.VIEWER, Role.MEMBER):
            async with server.client(ours.token_of(role)) as api:
                reads = 403 if role is Role.MEMBER else 200
                assert (await api.get("/v1/invitation-codes")).status_code == reads
                assert (await api.get(f"{where}/uses")).status_code == reads
                writes = 200 if role is Role.ADMIN else 403
                assert (await api.patch(where, json={"max_uses": 3})).status_code == writes
                made = await api.post("/v1/invitation-codes", json={})
                assert made.status_code == (201 if role is Role.ADMIN else 403)
        async with theirs.client() as api:
            for answer in (
                await api.get(where),
                await api.get(f"{where}/uses"),
                await api.patch(where, json={"enabled": False}),
                await api.delete(where),
            ):
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert (await api.get("/v1/invitation-codes")).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [({"plan": "non-commercial"}, "plan_has_no_sub_accounts"), ({"status": "ended"}, "subscription_not_active")],
)
async def test_where_nobody_can_come_in_no_code_is_made(tmp_path: Path, change: dict[str, str], code: str) -> None:
    """On a plan for one, and when the subscription has ended (D17); what there is can still be switched off."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            made = await new_code(api)
            with server.services.database.write() as connection:
                connection.execute(subscriptions.update().values(**change))
            answer = await api.post("/v1/invitation-codes", json={})
            assert answer.json()["code"] == code
            assert (await api.patch(f"/v1/invitation-codes/{made['id']}", json={"enabled": False})).status_code == 200


async def test_the_same_command_twice_makes_one_code(tmp_path: Path) -> None:
    """D30: a code that was made up is answered again, not made up again."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            headers = {"Idempotency-Key": "once"}
            first = (await api.post("/v1/invitation-codes", json={}, headers=headers)).json()
            assert (await api.post("/v1/invitation-codes", json={}, headers=headers)).json() == first
            assert len((await api.get("/v1/invitation-codes")).json()["items"]) == 1
