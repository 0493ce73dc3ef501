"""The users by when they were added: days are the subscription's, whatever leads to the rows."""

import datetime as dt
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, add_users, findings_in, make_organisation, running
from sqlalchemy import event, update

from contract.users import UserSort
from server.store import search as searched
from server.store.tables import subscriptions, users
from server.store.user_lists import UserList, Wanted

FIRST = dt.datetime(2025, 10, 1, tzinfo=dt.UTC)
HOURS = (0, 5, 23, 24, 30, 47, 48, 100, 700, 743, 744, 750)
"""Hours after the first of October at which somebody was added."""


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """Twelve users, seven of them on seats, added at these hours."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=7)
        made = add_users(team, len(HOURS))
        with server.services.database.write() as connection:
            for user, hours in zip(made, HOURS, strict=True):
                added = {"added_at": FIRST + dt.timedelta(hours=hours)}
                connection.execute(update(users).where(users.c.id == user.id).values(**added))
        yield team
        assert findings_in(server) == []


async def names(api: httpx.AsyncClient, **query: Any) -> list[int]:
    """The numbers in the names of one page, the longest listed first."""
    answer = await api.get("/v1/users", params={"sort": "added_at", **query})
    assert answer.status_code == 200, answer.text
    return [int(each["last_name"]) for each in answer.json()["items"]]


async def test_a_day_ends_before_the_next_one(team: Team) -> None:
    """Found is who was added from the first moment of one day on, and before the first of another."""
    async with team.client() as api:
        assert await names(api, added_from="2025-10-01", added_before="2025-10-02") == [0, 1, 2]
        assert await names(api, added_from="2025-10-02", added_before="2025-10-03") == [3, 4, 5]
        assert await names(api, added_before="2025-10-02") == [0, 1, 2]
        assert await names(api, added_from="2025-11-01") == [10, 11]
        assert await names(api, added_from="2025-10-03", added_before="2025-10-02") == []


async def test_days_are_those_of_the_subscription(team: Team) -> None:
    """Where it is two hours later a day begins two hours earlier (D2)."""
    with team.server.services.database.write() as connection:
        connection.execute(update(subscriptions).values(time_zone="Europe/Helsinki"))
    async with team.client() as api:
        assert await names(api, added_from="2025-10-02", added_before="2025-10-03") == [2, 3, 4]


@pytest.mark.parametrize("wrong", ["soon", "2025-13-01", "1969-12-31", "3000-01-01", "2025-02-30"])
async def test_no_day_is_refused(team: Team, wrong: str) -> None:
    """What is not a day, or far from any, is told with its place."""
    async with team.client() as api:
        answer = await api.get("/v1/users", params={"added_from": wrong})
    assert answer.status_code == 422
    assert "added_from" in answer.text


@pytest.mark.parametrize("rare", [0, 1, 4, 3000])
async def test_every_way_to_the_rows_finds_the_same(team: Team, monkeypatch: pytest.MonkeyPatch, rare: int) -> None:
    """With words, status and source, in any order, by offset or cursor: the same as testing every row."""
    monkeypatch.setattr(searched, "RARE", rare)
    monkeypatch.setattr(searched, "WINDOW", rare)
    chance = random.Random(rare)  # noqa: S311 - not for secrets
    days = [None, "2025-10-01", "2025-10-02", "2025-10-05", "2025-10-31", "2025-11-01"]
    async with team.client() as api:
        everybody = (await api.get("/v1/users", params={"limit": 100})).json()["items"]
        for _ in range(60):
            query: dict[str, Any] = {"added_from": chance.choice(days), "added_before": chance.choice(days)}
            query["status"] = chance.choice([None, "active", "not_paid"])
            query["source"] = chance.choice([None, None, "hand", "import"])
            query["search"] = chance.choice([None, "user", "user 1", "u", "us 1"])
            query = {name: value for name, value in query.items() if value}
            sort = chance.choice(list(UserSort)).value
            whole = await pages(api, sort=sort, **query)
            assert sorted(whole) == sorted(each["id"] for each in everybody if passes(each, query)), query
            page = await api.get("/v1/users", params={"sort": sort, "offset": 1, "limit": 3, "count": "true", **query})
            assert [each["id"] for each in page.json()["items"]] == whole[1:4], (sort, query)
            assert page.json()["total"] == len(whole)


async def pages(api: httpx.AsyncClient, **query: Any) -> list[str]:
    """All ids, two by two."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/users", params={"limit": 2, **query, **cursor})).json()
        found += [each["id"] for each in page["items"]]
        if not page["has_more"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


def passes(user: dict[str, Any], query: dict[str, Any]) -> bool:
    """Whether a user is one of those a query means."""
    day = user["added_at"][:10]
    held = f"{user['first_name']} {user['last_name']} {user['email']}".lower()
    starts = (user["first_name"].lower(), user["last_name"], user["email"], f"user {user['last_name']}")
    words = query.get("search", "").split()
    tests = (each in held if max(map(len, words)) > 2 else any(it.startswith(each) for it in starts) for each in words)
    return (
        query.get("added_from", day) <= day
        and (day < query["added_before"] if "added_before" in query else True)
        and query.get("status", user["status"]) == user["status"]
        and query.get("source", user["source"]) == user["source"]
        and all(tests)
    )


@pytest.mark.parametrize("where", [{}, {"status": "active"}, {"source": "hand", "status": "not_paid"}])
async def test_an_index_carries_the_count(tmp_path: Path, where: dict[str, Any]) -> None:
    """How many were added in a span, with a status and a source, is read from one index and no row."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=50, users=100)
        seen: list[Any] = []
        event.listen(server.services.database.engine, "before_cursor_execute", lambda *call: seen.append(call[2:4]))
        with server.services.database.read() as connection:
            wanted = Wanted(subscription_id=team.subscription_id, added_from=FIRST, **where)
            assert UserList(connection, wanted, 100).count() in {50, 100}
            statement, values = seen[-1]
            plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values).all()
    assert "USING COVERING INDEX ix_users_added" in plan[0][3]


async def test_the_export_takes_the_same_days(team: Team) -> None:
    """A file holds whom the list shows."""
    async with team.client() as api:
        answer = await api.get("/v1/users/export", params={"added_from": "2025-10-02", "added_before": "2025-10-03"})
    assert [line.split(",")[2] for line in answer.text.splitlines()[1:]] == ["3", "4", "5"]
