"""Everybody a filter finds but some: counted once, removed as one command, taken back (D16, D19, D26)."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import NOW, Team, add_users, findings_in, make_organisation, running

from contract.people import Role
from server.renewals.due import run_due
from server.store import selections
from server.store.tables import user_selection_parts
from server.users import bulk_removal
from server.users import selections as selecting


@pytest.fixture
async def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Team]:
    """Twenty users on fifteen seats, worked on four at a time; at the end everything must verify."""
    monkeypatch.setattr(selecting, "PART", 4)
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=15, users=20)
        assert findings_in(server) == []


async def ids(api: httpx.AsyncClient, **query: Any) -> list[str]:
    """The ids of the users, by when they were added."""
    answer = await api.get("/v1/users", params={"sort": "added_at", "limit": 500, **query})
    return [each["id"] for each in answer.json()["items"]]


async def select(api: httpx.AsyncClient, *exceptions: str, **filters: str) -> dict[str, Any]:
    """Count them."""
    answer = await api.post("/v1/users/selections", json={"filter": filters, "exceptions": exceptions})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def remove(api: httpx.AsyncClient, selection: dict[str, Any], **headers: str) -> dict[str, Any]:
    """Remove them, and wait for the end."""
    path = f"/v1/users/selections/{selection['id']}"
    answer = await api.post(f"{path}/remove", json={"count": selection["count"]}, headers=headers)
    assert answer.status_code == 200, answer.text
    return await finished(api, answer.json())


async def finished(api: httpx.AsyncClient, selection: dict[str, Any]) -> dict[str, Any]:
    """A selection when nothing is done with it any more."""
    while selection["status"] in {"removing", "restoring"}:
        await asyncio.sleep(0.01)
        selection = (await api.get(f"/v1/users/selections/{selection['id']}")).json()
    return selection


async def restore(api: httpx.AsyncClient, selection: dict[str, Any]) -> dict[str, Any]:
    """Take the removal back, and wait for the end."""
    answer = await api.post(f"/v1/users/selections/{selection['id']}/restore")
    assert answer.status_code == 200, answer.text
    return await finished(api, answer.json())


async def test_everybody_but_some(team: Team) -> None:
    """Removed is who was counted, and nobody else; the count says what it does to the seats."""
    async with team.client() as api:
        everybody = await ids(api)
        kept = {everybody[0], everybody[7], everybody[19]}
        counted = await select(api, *kept)
        assert (counted["count"], counted["active"], counted["not_paid"]) == (17, 13, 4)
        assert counted["seats"] == {"taken": 1, "free": 12, "restorable": 12, "period_end": "2025-12-14"}
        done = await remove(api, counted)
        assert (done["status"], done["removed"], done["left"], done["seats"]) == ("removed", 17, [], None)
        assert set(await ids(api)) == kept == set(await ids(api, status="active"))


async def test_nobody_is_given_a_seat_on_the_way_out(team: Team) -> None:
    """Who is NOT PAID goes first, so that none of them is made active, and changed, by the removal of the others."""
    async with team.client() as api:
        done = await remove(api, await select(api))
        assert (done["removed"], done["changed"]) == (20, 0)
        events = (await api.get("/v1/events", params={"limit": 100})).json()["items"]
        kinds = [each["type"] for each in events]
        assert (kinds.count("user.removed"), kinds.count("user.activated"), kinds[0]) == (20, 0, "users.removed")
        assert events[0]["object"]["attributes"] == {"removed": 20}


async def test_who_waits_longest_gets_the_seats(team: Team) -> None:
    """Seats freed by a removal go to those who stay and wait, the longest first (D16)."""
    async with team.client() as api:
        everybody = await ids(api)
        answer = await api.post("/v1/users/selections", json={"ids": everybody[:3]})
        counted = answer.json()
        assert counted["seats"] == {"taken": 3, "free": 0, "restorable": 0, "period_end": "2025-12-14"}
        assert (await remove(api, counted))["removed"] == 3
        assert set(await ids(api, status="not_paid")) == set(everybody[18:])


async def test_what_others_did_since_the_count_stays(team: Team) -> None:
    """Somebody who was removed, changed or added since is left alone, counted and named."""
    async with team.client() as api:
        everybody = await ids(api)
        counted = await select(api, everybody[0])
        await api.delete(f"/v1/users/{everybody[1]}")
        await api.patch(f"/v1/users/{everybody[2]}", json={"position": "Poet"})
        (new,) = add_users(team, 1, start=100)
        done = await remove(api, counted)
        activated = everybody[15]
        assert (done["removed"], done["gone"], done["changed"], done["came"]) == (16, 1, 2, 1)
        assert {each["id"]: each["because"] for each in done["left"]} == {
            everybody[1]: "gone",
            everybody[2]: "changed",
            activated: "changed",
            new.id: "came",
        }
        assert set(await ids(api)) == {everybody[0], everybody[2], activated, new.id}


async def test_came_are_only_those_the_filter_means(team: Team) -> None:
    """Of those added since, only who would have been counted is told of."""
    async with team.client() as api:
        counted = await select(api, search="user1", added_from="2025-11-14")
        add_users(team, 3, start=199)
        done = await remove(api, counted)
        assert (done["count"], done["removed"], done["came"]) == (11, 11, 1)
        assert [each["name"] for each in done["left"]] == ["User 199"]


async def test_however_many_came_they_are_counted(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first of those who came are named; the number is of all."""
    monkeypatch.setattr(bulk_removal, "NAMED", 2)
    async with team.client() as api:
        counted = await select(api)
        add_users(team, 5, start=100)
        done = await remove(api, counted)
        assert (done["came"], len(done["left"])) == (5, 2)


async def test_taking_it_back(team: Team) -> None:
    """Within the period all come back for whom a paid seat is free, those who had one first; the others can wait."""
    async with team.client() as api:
        everybody = await ids(api)
        waited = set(await ids(api, status="not_paid"))
        done = await remove(api, await select(api))
        back = await restore(api, done)
        assert (back["removed"], back["restored"], back["no_seat"]) == (20, 15, 5)
        assert {each["id"] for each in back["left"]} == waited
        assert set(await ids(api)) == set(everybody) - waited
        await api.delete(f"/v1/users/{everybody[3]}")
        again = await restore(api, back)
        assert (again["restored"], again["no_seat"]) == (16, 4)
        assert len(await ids(api, status="active")) == 15


async def test_who_is_listed_otherwise_does_not_come_back(team: Team) -> None:
    """An address that is listed again, and a removal that others took back meanwhile, are left as they are."""
    async with team.client() as api:
        everybody = (await api.get("/v1/users", params={"sort": "added_at"})).json()["items"]
        done = await remove(api, await select(api))
        await api.post("/v1/users", json={"email": everybody[0]["email"]})
        await api.post(f"/v1/users/{everybody[1]['id']}/restore")
        await api.delete(f"/v1/users/{everybody[1]['id']}")
        back = await restore(api, done)
        assert (back["not_restorable"], back["restored"]) == (2, 14)


async def test_the_period_ends_the_undo(team: Team) -> None:
    """After the period nobody comes back; the selection is forgotten then."""
    async with team.client() as api:
        done = await remove(api, await select(api))
        await api.post("/v1/sandbox/clock", json={"advance": "P1M"})
        answer = await api.post(f"/v1/users/selections/{done['id']}/restore")
        assert answer.json()["code"] in {"not_restorable", "not_found"}
        assert await ids(api) == []


async def test_a_count_is_good_for_an_hour(team: Team) -> None:
    """Later it is refused, and after that forgotten with its parts."""
    async with team.client() as api:
        counted = await select(api)
        team.server.clock.move_to(NOW + dt.timedelta(hours=1))
        path = f"/v1/users/selections/{counted['id']}"
        answer = await api.post(f"{path}/remove", json={"count": 20})
        assert (answer.status_code, answer.json()["code"]) == (410, "selection_expired")
        for _ in selecting.forget(team.server.services):
            pass
        assert (await api.get(path)).status_code == 404
        with team.server.services.database.read() as connection:
            assert connection.execute(user_selection_parts.select()).all() == []
        assert len(await ids(api)) == 20


async def test_the_number_that_was_read_is_checked(team: Team) -> None:
    """A command that names another number than was counted does nothing."""
    async with team.client() as api:
        counted = await select(api)
        answer = await api.post(f"/v1/users/selections/{counted['id']}/remove", json={"count": 19})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/count"
        assert len(await ids(api)) == 20


async def test_asked_twice_it_is_done_once(team: Team) -> None:
    """The same key answers the same; another key finds the same removal done."""
    async with team.client() as api:
        counted = await select(api)
        path = f"/v1/users/selections/{counted['id']}/remove"
        headers = {"Idempotency-Key": "once"}
        first = await api.post(path, json={"count": 20}, headers=headers)
        again = await api.post(path, json={"count": 20}, headers=headers)
        assert first.json()["id"] == again.json()["id"]
        assert again.headers["Idempotency-Replayed"] == "true"
        done = await remove(api, counted, **{"Idempotency-Key": "another"})
        assert done["removed"] == 20
        events = (await api.get("/v1/events", params={"idempotency_key": "once", "limit": 100})).json()["items"]
        assert len(events) == 21


async def test_a_part_that_failed_is_done_when_asked_again(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A removal that broke off (a full disk) does not need the server to be started anew."""
    async with team.client() as api:
        counted = await select(api)
        path = f"/v1/users/selections/{counted['id']}/remove"

        def broken(*_: object) -> None:
            raise OSError

        with monkeypatch.context() as patched:
            patched.setattr(bulk_removal, "unlist_users", broken)
            answer = await api.post(path, json={"count": 20})
        assert (answer.json()["status"], answer.json()["removed"]) == ("removing", 0)
        done = await remove(api, counted)
        assert (done["status"], done["removed"]) == ("removed", 20)
        with monkeypatch.context() as patched:
            patched.setattr(bulk_removal, "restore_users", broken)
            await api.post(f"/v1/users/selections/{counted['id']}/restore")
        assert (await restore(api, done))["restored"] == 15


async def test_nobody_on_the_way_out_is_paid_for_again(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A period that ends while a removal is not finished begins when it is: those who go are not in it (D13, D19)."""
    async with team.client() as api:
        counted = await select(api, status="not_paid")

        def broken(*_: object) -> None:
            raise OSError

        with monkeypatch.context() as patched:
            patched.setattr(bulk_removal, "unlist_users", broken)
            await api.post(f"/v1/users/selections/{counted['id']}/remove", json={"count": 5})
        assert (await api.post("/v1/sandbox/clock", json={"advance": "P1M"})).status_code == 200
        assert (await api.get("/v1/subscription")).json()["period_end"] == "2025-12-14"
        assert (await remove(api, counted))["removed"] == 5
        assert sum(run_due(team.server.services)) == 1
        after = (await api.get("/v1/subscription")).json()
        assert (after["period_end"], after["seats"], after["users_not_paid"]) == ("2026-01-14", 15, 0)


async def test_who_may(team: Team) -> None:
    """Owner and admin count and remove; others only look; another organisation's is not found (D28)."""
    async with team.client() as api:
        counted = await select(api)
    path = f"/v1/users/selections/{counted['id']}"
    other = make_organisation(team.server, "Other Ltd")
    async with other.client() as api:
        for answer in (await api.get(path), await api.post(f"{path}/remove", json={"count": 20})):
            assert answer.status_code == 404
        assert (await api.post("/v1/users/selections", json={"ids": ["usr_nobody"]})).status_code == 404
    for role, status in ((Role.BILLING, 403), (Role.VIEWER, 403), (Role.ADMIN, 200)):
        async with team.server.client(team.token_of(role)) as api:
            assert (await api.get(path)).status_code == 200
            assert (await api.post(f"{path}/remove", json={"count": 20})).status_code == status


@pytest.mark.parametrize(
    "body",
    [{}, {"filter": {}, "ids": ["usr_1"]}, {"ids": ["usr_1"], "exceptions": ["usr_2"]}, {"filter": {"state": "x"}}],
)
async def test_what_can_not_be_counted(team: Team, body: dict[str, Any]) -> None:
    """Either a filter or ids, and only filters there are."""
    async with team.client() as api:
        assert (await api.post("/v1/users/selections", json=body)).status_code == 422


async def test_killed_in_between_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that dies after any part goes on when it is back, and everybody is removed once."""
    monkeypatch.setattr(selecting, "PART", 3)
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=15, users=20)
        async with team.client() as api:
            counted = await select(api)
        monkeypatch.setattr(bulk_removal, "start", lambda *_: None)
        async with team.client() as api:
            path = f"/v1/users/selections/{counted['id']}/remove"
            answer = await api.post(path, json={"count": 20}, headers={"Idempotency-Key": "once"})
        assert answer.json()["status"] == "removing"
        with server.services.database.read() as connection:
            number = selections.get(connection, team.subscription_id, counted["id"]).number  # type: ignore[union-attr]
        steps = bulk_removal.clear(server.services, number)
        assert [await anext(steps), await anext(steps)] == [3, 2]
        del steps
    monkeypatch.undo()
    async with running(tmp_path) as server, server.client(team.token) as api:
        replayed = await api.post(path, json={"count": 20}, headers={"Idempotency-Key": "once"})
        done = await finished(api, replayed.json())
        assert (done["status"], done["removed"], done["left"]) == ("removed", 20, [])
        events = (await api.get("/v1/events", params={"idempotency_key": "once", "limit": 100})).json()["items"]
        assert [each["type"] for each in events].count("user.removed") == 20
        assert findings_in(server) == []


async def test_others_get_their_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While many are removed other requests are answered between two parts."""
    monkeypatch.setattr(bulk_removal, "PATIENCE", 0.0)
    monkeypatch.setattr(selecting, "PART", 10)
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=500, users=500)
        async with team.client() as api:
            counted = await select(api)
            answer = await api.post(f"/v1/users/selections/{counted['id']}/remove", json={"count": 500})
            seen = [answer.json()["removed"]]
            while seen[-1] < 500:
                await asyncio.sleep(0)
                seen.append((await api.get(f"/v1/users/selections/{counted['id']}")).json()["removed"])
        assert len(set(seen)) > 10
        assert findings_in(server) == []
