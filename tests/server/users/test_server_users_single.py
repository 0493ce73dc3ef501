"""Users one by one: in, changed, out, and back again (D15–D19)."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import NOW, Team, findings_in, make_organisation, running

from contract.people import Role


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with two seats; at the end everything must verify."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=2)
        assert findings_in(server) == []


async def add(api: httpx.AsyncClient, name: str) -> dict[str, Any]:
    """Add somebody."""
    answer = await api.post("/v1/users", json={"email": f"{name}@b.example", "first_name": name.title()})
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


async def status(api: httpx.AsyncClient, user: dict[str, Any]) -> str:
    """A user's status now."""
    return str((await api.get(f"/v1/users/{user['id']}")).json()["status"])


async def test_free_seats_first_then_not_paid(team: Team) -> None:
    """Users take the free seats; the next ones are listed but not paid (D15)."""
    async with team.client() as api:
        assert [(await add(api, name))["status"] for name in ("ada", "bob", "cid")] == ["active", "active", "not_paid"]
        row = (await api.get("/v1/subscription")).json()
    assert (row["users_active"], row["users_not_paid"], row["version"]) == (2, 1, 4)


async def test_a_freed_seat_goes_to_who_waits_longest(team: Team) -> None:
    """Removing an active user activates the one who waits longest, with an event (D16)."""
    async with team.client() as api:
        ada, _, cid, dan = [await add(api, name) for name in ("ada", "bob", "cid", "dan")]
        removed = (await api.delete(f"/v1/users/{ada['id']}")).json()
        assert (removed["status"], removed["restorable_until"]) == ("removed", "2025-12-14T00:00:00Z")
        assert [await status(api, cid), await status(api, dan)] == ["active", "not_paid"]
        kinds = [each["type"] for each in (await api.get("/v1/events?limit=2")).json()["items"]]
    assert kinds == ["user.activated", "user.removed"]


async def test_removing_somebody_unpaid_frees_nothing(team: Team) -> None:
    """Who has no seat gives none back."""
    async with team.client() as api:
        _, _, cid, dan = [await add(api, name) for name in ("ada", "bob", "cid", "dan")]
        await api.delete(f"/v1/users/{cid['id']}")
        assert await status(api, dan) == "not_paid"


async def test_a_removal_can_be_taken_back(team: Team) -> None:
    """Within the period, while a paid seat is free (D19)."""
    async with team.client() as api:
        ada, bob = await add(api, "ada"), await add(api, "bob")
        await api.delete(f"/v1/users/{ada['id']}")
        back = (await api.post(f"/v1/users/{ada['id']}/restore")).json()
        assert (back["status"], back["removed_at"], back["version"]) == ("active", None, 3)
        again = await api.post(f"/v1/users/{ada['id']}/restore")
        assert again.json()["code"] == "not_restorable"
        await api.delete(f"/v1/users/{bob['id']}")
        await add(api, "cid")
        full = await api.post(f"/v1/users/{bob['id']}/restore")
        assert full.json()["code"] == "no_seat_available"


async def test_a_removal_stays_after_the_period(team: Team) -> None:
    """Once the period is over it can't be taken back."""
    async with team.client() as api:
        ada = await add(api, "ada")
        await api.delete(f"/v1/users/{ada['id']}")
        team.server.clock.move_to(NOW + dt.timedelta(days=31))
        answer = await api.post(f"/v1/users/{ada['id']}/restore")
    assert answer.json()["code"] == "not_restorable"


async def test_who_is_listed_again_is_not_restored_twice(team: Team) -> None:
    """An address is listed at most once, also by way of a restore (D16)."""
    async with team.client() as api:
        ada = await add(api, "ada")
        await api.delete(f"/v1/users/{ada['id']}")
        assert (await api.delete(f"/v1/users/{ada['id']}")).json()["code"] == "user_removed"
        second = await add(api, "ada")
        assert second["account_id"] == ada["account_id"]
        answer = await api.post(f"/v1/users/{ada['id']}/restore")
    assert answer.json()["code"] == "not_restorable"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ada@b.example", "ADA@B.Example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("j\u00f6rg@b.example", "jo\u0308rg@b.example"),
    ],
)
async def test_an_address_is_listed_once(team: Team, first: str, second: str) -> None:
    """Case, composition and the spelling of the domain make no other address."""
    async with team.client() as api:
        assert (await api.post("/v1/users", json={"email": first})).status_code == 201
        answer = await api.post("/v1/users", json={"email": second})
    assert answer.json()["code"] == "already_user"


async def test_a_member_is_added_with_its_own_name(team: Team) -> None:
    """A member's address is added directly, with the account's name where none is given (D18).

    What is typed names only an account that the organisation made and nobody has signed in with.
    """
    team.member(Role.VIEWER, email="vera@b.example")
    async with team.client() as api:
        made = (await api.post("/v1/users", json={"email": "Vera@B.example", "last_name": "Viewer"})).json()
    assert (made["email"], made["last_name"]) == ("vera@b.example", "Viewer")


async def test_nobody_has_two_versions_of_the_truth(team: Team) -> None:
    """A change against an older version is refused with the current state; against the current one it is made."""
    async with team.client() as api:
        ada = await add(api, "ada")
        path = f"/v1/users/{ada['id']}"
        changed = await api.patch(path, json={"position": "Engineer"}, headers={"If-Match": '"1"'})
        assert (changed.headers["etag"], changed.json()["position"]) == ('"2"', "Engineer")
        late = await api.patch(path, json={"position": "Analyst"}, headers={"If-Match": '"1"'})
        assert (late.status_code, late.json()["code"]) == (412, "version_conflict")
        assert late.json()["data"]["current"] == changed.json()
        assert (await api.delete(path, headers={"If-Match": '"7", "abc"'})).status_code == 412
        assert (await api.delete(path, headers={"If-Match": 'W/"1", "2"'})).status_code == 200


async def test_an_edit_says_what_was_before(team: Team) -> None:
    """Only what changed is in the event; an edit that changes nothing leaves no trace."""
    async with team.client() as api:
        ada = await add(api, "ada")
        path = f"/v1/users/{ada['id']}"
        same = await api.patch(path, json={"first_name": "Ada", "last_name": None})
        assert same.json()["version"] == 1
        await api.patch(path, json={"first_name": "Ada", "last_name": "Lovelace"})
        event = (await api.get("/v1/events?limit=1")).json()["items"][0]
        assert (event["type"], event["previous"]) == ("user.changed", {"last_name": ""})
        assert event["actor"]["label"] == "owner@example.example"
        found = (await api.get("/v1/users?search=lovel&count=true")).json()
    assert found["total"] == 1


async def test_a_plan_without_sub_accounts_has_no_way_in(tmp_path: Path) -> None:
    """On the non-commercial plan adding is refused, one by one and many at once (D17)."""
    async with running(tmp_path) as server, make_organisation(server, plan="non-commercial").client() as api:
        for path, body in (("", {"email": "a@b.example"}), ("/batch", {"add": [{"email": "a@b.example"}]})):
            assert (await api.post(f"/v1/users{path}", json=body)).json()["code"] == "plan_has_no_sub_accounts"


async def test_a_contract_has_a_maximum(tmp_path: Path) -> None:
    """On a contract users are active at once, up to its number; then they are refused, not listed unpaid (D15)."""
    async with running(tmp_path) as server:
        async with make_organisation(server, plan="contract", seats=2).client() as api:
            assert [(await add(api, name))["status"] for name in ("ada", "bob")] == ["active", "active"]
            answer = await api.post("/v1/users", json={"email": "cid@b.example"})
            assert answer.json()["code"] == "user_limit_reached"
            assert (await api.get("/v1/overview")).json()["plan"]["max_users"] == 2
        assert findings_in(server) == []
