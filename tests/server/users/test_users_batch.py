"""Many users at once: one result each, in the order of the request."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, findings_in, make_organisation, running


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with three seats and one user; at the end everything must verify."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=3, users=1)
        assert findings_in(server) == []


def new(*names: str) -> list[dict[str, str]]:
    """Bodies for these names."""
    return [{"email": name if "@" in name else f"{name}@b.example", "first_name": name} for name in names]


async def batch(api: httpx.AsyncClient, **body: Any) -> list[str]:
    """Send a batch; answers each result's status or problem code."""
    answer = await api.post("/v1/users/batch", json=body)
    assert answer.status_code == 200
    report = answer.json()
    assert [each["index"] for each in report["results"]] == list(range(len(report["results"])))
    assert report["done"] == sum(each["user"] is not None for each in report["results"])
    return [each["user"]["status"] if each["user"] else each["problem"]["code"] for each in report["results"]]


@pytest.mark.parametrize("mode", ["atomic", "best_effort", "until_full"])
async def test_who_is_removed_may_come_back_in_the_same_batch(team: Team, mode: str) -> None:
    """Removals come first, so an address that leaves is free for an addition, as a new user with a new name."""
    async with team.client() as api:
        (old,) = (await api.get("/v1/users")).json()["items"]
        body = [{"email": old["email"].upper(), "first_name": "New"}]
        assert await batch(api, add=body, remove=[old["id"]], mode=mode) == ["active", "removed"]
        (now,) = (await api.get("/v1/users")).json()["items"]
        assert (now["email"], now["first_name"], now["id"] != old["id"]) == (old["email"], "New", True)
        assert (await api.post(f"/v1/users/{old['id']}/restore")).json()["code"] == "not_restorable"


async def test_best_effort_does_what_can_be_done(team: Team) -> None:
    """Good rows are added, seats go in order, bad rows say why with a pointer."""
    async with team.client() as api:
        rows = new("a", "nobody@", "b", "A", "c", "owner@else")
        assert await batch(api, add=rows) == [
            "active",
            "invalid_email",
            "active",
            "already_user",
            "not_paid",
            "invalid_email",
        ]
        report = (
            await api.post("/v1/users/batch", json={"add": [{"email": "x@b.example", "last_name": "\x1b"}]})
        ).json()
    assert report["results"][0]["problem"]["pointer"] == "/add/0/last_name"


async def test_atomic_is_all_or_nothing(team: Team) -> None:
    """One bad row, and none is done; the good ones say so."""
    async with team.client() as api:
        rows = [*new("a"), {"email": "nope"}]
        assert await batch(api, add=rows, mode="atomic") == ["not_done", "invalid_email"]


async def test_until_full_adds_nobody_without_a_seat(team: Team) -> None:
    """When the free seats are gone, the rest is refused instead of being listed unpaid."""
    async with team.client() as api:
        result = await batch(api, add=new("a", "b", "c", "d"), mode="until_full")
        assert result == ["active", "active", "no_seat_available", "no_seat_available"]
        assert (await api.get("/v1/subscription")).json()["users_not_paid"] == 0


async def test_removals_free_seats_for_additions(team: Team) -> None:
    """Removing comes first; results stay in the order additions, removals."""
    async with team.client() as api:
        await batch(api, add=new("a", "b"))
        ids = [each["id"] for each in (await api.get("/v1/users")).json()["items"]]
        result = await batch(api, add=new("c", "d", "e", "f"), remove=[*ids, ids[0], "usr_none"], mode="until_full")
    assert result == ["active"] * 3 + ["no_seat_available"] + ["removed"] * 3 + ["user_removed", "not_found"]


async def test_a_thousand_at_once(team: Team) -> None:
    """A large batch is one transaction with an event each, and its repetition changes nothing."""
    async with team.client() as api:
        rows = new(*(f"n{number}" for number in range(1000)))
        assert (await batch(api, add=rows)).count("not_paid") == 998
        assert set(await batch(api, add=rows)) == {"already_user"}
        ids = [each["id"] for each in (await api.get("/v1/users?limit=500&status=not_paid")).json()["items"]]
        assert set(await batch(api, remove=ids)) == {"removed"}
        assert (await api.get("/v1/overview")).json()["last_event_id"] == f"evt_{3 + 1000 + 500}"


async def test_a_batch_is_not_empty(team: Team) -> None:
    """Nothing to do is refused."""
    async with team.client() as api:
        assert (await api.post("/v1/users/batch", json={})).status_code == 422
