"""The list of users: every way of reading it shows the same users, and indexes carry the large ones."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, add_users, findings_in, make_organisation, running
from sqlalchemy import event

from contract.users import UserSort
from server.platform.text import fold
from server.store import search as searched

PEOPLE = [
    ("Ada", "Lovelace", "ada@b.example", "Engineer"),
    ("Änne", "Ørsted", "anne@b.example", "engineer"),
    ("Bob", "", "zz@c.example", ""),
    ("", "", "nameless@b.example", "Größe"),
    ("ada", "Byron", "byron@c.example", "Poet"),
    ("Zoë", "Ada", "zoe@b.example", ""),
    ("Łukasz", "Weiß", "l.w@c.example", "50% off_"),
]


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with the people above, four of them on seats."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=4)
        fields = ("first_name", "last_name", "email", "position")
        async with team.client() as api:
            await api.post("/v1/users/batch", json={"add": [dict(zip(fields, each, strict=True)) for each in PEOPLE]})
        yield team
        assert findings_in(server) == []


async def emails(api: httpx.AsyncClient, **query: Any) -> list[str]:
    """The addresses of one page."""
    answer = await api.get("/v1/users", params=query)
    assert answer.status_code == 200, answer.text
    return [each["email"] for each in answer.json()["items"]]


async def by_cursor(api: httpx.AsyncClient, limit: int, **query: Any) -> list[str]:
    """All addresses, page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/users", params={"limit": limit, **query, **cursor})).json()
        found += [each["email"] for each in page["items"]]
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("sort", list(UserSort))
@pytest.mark.parametrize("window", [0, 1, 3000])
@pytest.mark.parametrize(
    "query", [{}, {"search": "ada"}, {"search": "e"}, {"status": "active"}, {"source": "hand", "status": "not_paid"}]
)
async def test_pages_offsets_and_windows_agree(
    team: Team, monkeypatch: pytest.MonkeyPatch, sort: UserSort, window: int, query: dict[str, str]
) -> None:
    """By cursor, by offset from either end, scanned or collected: the same users in the same order."""
    monkeypatch.setattr(searched, "WINDOW", window)
    monkeypatch.setattr(searched, "RARE", window)
    async with team.client() as api:
        whole = await emails(api, sort=sort.value, **query)
        assert await by_cursor(api, 2, sort=sort.value, **query) == whole
        for offset in range(len(whole) + 1):
            assert await emails(api, sort=sort.value, offset=offset, limit=2, **query) == whole[offset : offset + 2]
        total = (await api.get("/v1/users", params={"count": "true", "limit": 1, **query})).json()["total"]
    assert total == len(whole)


async def test_sorting_ignores_case_and_accents(team: Team) -> None:
    """By name: first and last name, or the address of somebody who gave neither; descending is the reverse."""
    async with team.client() as api:
        ascending = await emails(api)
        assert ascending[:4] == ["byron@c.example", "ada@b.example", "anne@b.example", "zz@c.example"]
        assert await emails(api, sort="-name") == ascending[::-1]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("lovelace", {"ada@b.example"}),
        ("LOVE", {"ada@b.example"}),
        ("ovel", {"ada@b.example"}),
        ("anne orsted", {"anne@b.example"}),
        ("orsted anne", {"anne@b.example"}),
        ("ENGINEER", {"ada@b.example", "anne@b.example"}),
        ("grosse", {"nameless@b.example"}),
        ("größe", {"nameless@b.example"}),
        ("c.example", {"zz@c.example", "byron@c.example", "l.w@c.example"}),
        ("a", {"ada@b.example", "anne@b.example", "byron@c.example", "zoe@b.example"}),
        ("z", {"zz@c.example", "zoe@b.example"}),
        ("or", {"anne@b.example"}),
        ("lu", {"l.w@c.example"}),
        ("a l", {"ada@b.example"}),
        ("ada b", {"ada@b.example", "byron@c.example", "zoe@b.example"}),
        ("50%", {"l.w@c.example"}),
        ("off_", {"l.w@c.example"}),
        ("50_", set()),
        ("nobody at all", set()),
    ],
)
async def test_search_finds_any_part(team: Team, search: str, found: set[str]) -> None:
    """Three letters find any part of name, address or position; fewer find how an address or a name begins."""
    async with team.client() as api:
        assert set(await emails(api, search=search)) == found


async def test_removed_users_are_not_found(team: Team) -> None:
    """Who was removed is in no list and no search, and comes back when restored."""
    async with team.client() as api:
        ada = (await api.get("/v1/users?search=lovelace")).json()["items"][0]
        await api.delete(f"/v1/users/{ada['id']}")
        assert await emails(api, search="lovelace") == []
        assert await emails(api, status="removed") == []


async def test_a_cursor_belongs_to_its_sort(team: Team) -> None:
    """A cursor of another sort order is refused."""
    async with team.client() as api:
        cursor = (await api.get("/v1/users?limit=1&sort=name")).json()["next_cursor"]
        assert (await api.get("/v1/users", params={"sort": "email", "cursor": cursor})).status_code == 422


@pytest.mark.parametrize("sort", list(UserSort))
@pytest.mark.parametrize("where", [{}, {"cursor": "next"}, {"offset": "400"}, {"status": "active"}])
async def test_indexes_carry_every_order(tmp_path: Path, sort: UserSort, where: dict[str, str]) -> None:
    """No page of a large list is sorted, and none reads the whole table."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=500, users=500)
        async with team.client() as api:
            query = {"limit": "10", "sort": sort.value, **where}
            if "cursor" in where:
                query["cursor"] = (await api.get("/v1/users", params={"limit": 1, "sort": sort.value})).json()[
                    "next_cursor"
                ]
            seen: list[Any] = []
            event.listen(server.services.database.engine, "before_cursor_execute", lambda *call: seen.append(call[2:4]))
            assert (await api.get("/v1/users", params=query)).status_code == 200
        statement, values = next(each for each in seen if each[0].startswith("SELECT users."))
        with server.services.database.read() as connection:
            rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)
            plan = " ".join(str(row[3]) for row in rows)
        shares_no_index = where.get("status") and sort.value.strip("-") in {"email", "position", "added_at"}
        assert "SCAN users" not in plan
        assert "TEMP B-TREE" not in plan or shares_no_index


def test_folding_makes_one_spelling() -> None:
    """Accents, case, ligatures and blanks make no difference."""
    assert fold("  Ｓtraße   ŒUVRE Łódź ﬁn ") == "strasse oeuvre lodz fin"


async def test_adding_keeps_the_total_right(team: Team) -> None:
    """A total that was counted before a change is counted again after it."""
    async with team.client() as api:
        query: dict[str, str | int] = {"search": "example", "count": "true", "limit": 1}
        before = (await api.get("/v1/users", params=query)).json()["total"]
        add_users(team, 3)
        assert (await api.get("/v1/users", params=query)).json()["total"] == before + 3
