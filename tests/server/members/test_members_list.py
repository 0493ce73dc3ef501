"""The directory: whatever is asked of it is what a plain look at everybody would answer, at any size."""

import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, add_users, findings_in, make_organisation, running
from hostile import storable
from sqlalchemy import text

from contract.mailbox import email_key
from contract.members import MemberSort
from contract.people import Role
from server.platform.text import fold
from server.seed.bulk_users import seed_crowd
from server.store import organisations
from server.store import search as searched

LETTERS = "aàáâbcçdđeéëèfgğhiıíjklłmnñoøöópqrsşßtuüvwxyzž '-[]%_\"*"
POSITIONS = ("", "Engineer", "Ingénieur", "Größe", "50% off_")


@dataclass(frozen=True)
class Person:
    """A member as a test remembers it. `status` is None for somebody who is not on the subscription."""

    email: str
    first: str
    last: str
    position: str
    role: str
    status: str | None

    @property
    def searched(self) -> str:
        """What a search looks through."""
        return "\n".join((fold(f"{self.first} {self.last}"), fold(self.email), fold(self.position)))

    @property
    def name_key(self) -> str:
        """What the list is sorted by."""
        return fold(f"{self.first} {self.last}") or fold(self.email)

    def has(self, word: str) -> bool:
        """Any part from three letters on; what is shorter begins a name or the address."""
        if len(word) >= searched.TRIGRAM:
            return word in self.searched
        return any(key.startswith(word) for key in (email_key(self.email) or "", self.name_key, fold(self.last)))


def matches(person: Person, words: list[str]) -> bool:
    """All words; beside a long one a short one is found anywhere."""
    long = any(len(word) >= searched.TRIGRAM for word in words)
    return all(word in person.searched if long else person.has(word) for word in words)


def settle(team: Team, seed: int, many: int) -> list[Person]:
    """So many members with random names, some of them users; whoever owns the place is left out of what is compared."""
    chance = random.Random(seed)  # noqa: S311 - it must be possible to run it again
    services = team.server.services
    people = []
    with services.database.write() as connection:
        for number in range(many):
            first, last = ("".join(chance.choices(LETTERS, k=chance.randint(0, 7))).strip() for _ in range(2))
            person = Person(
                email=f"{chance.choice('abcxyz')}{number}@{chance.choice(['b', 'c'])}.example",
                first=first,
                last=last,
                position=chance.choice(POSITIONS),
                role=chance.choice(["member", "member", "admin", "viewer"]),
                status=None,
            )
            people.append(person)
            account = organisations.add_account(
                connection,
                email=person.email,
                email_key=person.email,
                now=services.clock.now(),
                first_name=first,
                last_name=last,
                position=person.position,
            )
            organisations.add_member(
                connection,
                organisation_id=team.organisation_id,
                account_id=account,
                role=Role(person.role),
                now=services.clock.now(),
            )
    return people


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with three seats, and a neighbour whose members must never be seen."""
    async with running(tmp_path) as server:
        make_organisation(server, "Neighbour Ltd", users=5)
        yield make_organisation(server, seats=3)
        assert findings_in(server) == []


async def read(api: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """The members of one page."""
    answer = await api.get("/v1/members", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def by_cursor(api: httpx.AsyncClient, **query: Any) -> list[str]:
    """All addresses, seven at a time."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/members", params={"limit": 7, **query, **cursor})).json()
        found += [each["email"] for each in page["items"]]
        if not page["has_more"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize(("seed", "window"), [(1, 0), (2, 1), (3, 20), (4, 3000)])
async def test_the_list_equals_a_plain_look(
    team: Team, monkeypatch: pytest.MonkeyPatch, seed: int, window: int
) -> None:
    """Random people, filters and sorts, scanned or collected: the same members, in order, also page by page."""
    monkeypatch.setattr(searched, "WINDOW", window)
    monkeypatch.setattr(searched, "RARE", window)
    people = settle(team, seed, 60)
    chance = random.Random(seed)  # noqa: S311 - it must be possible to run it again
    async with team.client() as api:
        known = {each["email"]: each["id"] for each in await read(api, limit=500)}
        chosen = chance.sample(people, 12)
        added = await api.post(
            "/v1/members/add-to-subscription", json={"ids": [known[person.email] for person in chosen]}
        )
        status = {each["user"]["email"]: each["user"]["status"] for each in added.json()["results"]}
        people = [Person(**{**vars(person), "status": status.get(person.email)}) for person in people]
        for _ in range(60):
            await compare(api, people, chance)


async def compare(api: httpx.AsyncClient, people: list[Person], chance: random.Random) -> None:
    """One random question, answered by the server and by looking at everybody."""
    query: dict[str, Any] = {"sort": chance.choice(list(MemberSort)).value}
    words: list[str] = []
    if chance.random() < 0.7:
        source = chance.choice([p for p in people if p.searched.strip()]).searched.replace("\n", " ")
        place = chance.randrange(len(source))
        words = source[place : place + chance.randint(1, 6)].split()
        query["search"] = " ".join(words).upper()
    if chance.random() < 0.3:
        query["role"] = chance.choice(["member", "admin", "viewer"])
    if chance.random() < 0.3:
        query["listed"] = chance.choice(["yes", "no", "true", "0"])
    if chance.random() < 0.2:
        query["status"] = chance.choice(["active", "not_paid"])
    expected = [p for p in people if matches(p, words) and passes(p, query)]
    sort = query["sort"].removeprefix("-")
    keys: dict[str, Callable[[Person], Any]] = {
        "name": lambda p: p.name_key,
        "email": lambda p: p.email,
        "position": lambda p: fold(p.position),
        "status": lambda p: (p.status or "", p.name_key),
    }
    ordered = sorted(expected, key=keys[sort], reverse=query["sort"].startswith("-"))
    theirs = {p.email for p in people}
    page = (await api.get("/v1/members", params={**query, "limit": 500, "count": "true"})).json()
    assert page["total"] == len(page["items"]), query
    got = [each["email"] for each in page["items"]]
    mine = [each for each in got if each in theirs]
    assert sorted(mine) == sorted(p.email for p in expected), query
    by_email = {p.email: p for p in people}
    assert [keys[sort](by_email[each]) for each in mine] == [keys[sort](p) for p in ordered], query
    assert await by_cursor(api, **query) == got, query
    for offset in (0, len(got) // 2, max(0, len(got) - 3)):
        rows = await read(api, **query, offset=offset, limit=5)
        assert [each["email"] for each in rows] == got[offset : offset + 5], query


def passes(person: Person, query: dict[str, Any]) -> bool:
    """The filters besides the search."""
    listed = {"yes": True, "true": True, "no": False, "0": False}.get(query.get("listed", ""))
    return (
        query.get("role", person.role) == person.role
        and (listed is None or (person.status is not None) == listed)
        and query.get("status", person.status) == person.status
    )


@pytest.mark.parametrize("search", ['"', '" OR "', "*", "a* NOT b", "NEAR(a b)", "'; DROP TABLE directory;--", "\\%_"])
async def test_a_search_is_text_and_never_a_query(team: Team, search: str) -> None:
    """What the search index or SQL would understand is looked for as it stands."""
    settle(team, 1, 5)
    async with team.client() as api:
        for query in ({"search": search}, {"search": search, "count": "true", "sort": "-status", "listed": "no"}):
            answer = await api.get("/v1/members", params=query)
            assert answer.status_code == 200, answer.text
            assert [each for each in answer.json()["items"] if fold(search) not in fold(str(each))] == []


async def test_hostile_names_are_found_and_come_back_as_they_are(team: Team) -> None:
    """Any text an account carries is stored, found and answered; what is shown of it is the terminal's concern."""
    names = storable()
    services = team.server.services
    with services.database.write() as connection:
        for number, name in enumerate(names):
            address = f"m{number}@b.example"
            account = organisations.add_account(
                connection, email=address, email_key=address, now=services.clock.now(), first_name=name, position=name
            )
            organisations.add_member(
                connection,
                organisation_id=team.organisation_id,
                account_id=account,
                role=Role.MEMBER,
                now=services.clock.now(),
            )
    async with team.client() as api:
        found = {each["email"]: each["first_name"] for each in await read(api, limit=500)}
        assert [found[f"m{number}@b.example"] for number in range(len(names))] == names
        assert len(await read(api, search="mallory", limit=500)) > 50


@pytest.mark.parametrize("query", ["role=boss", "listed=maybe", "sort=role", "limit=501", "offset=-1", "color=red"])
async def test_what_a_list_does_not_know_is_refused(team: Team, query: str) -> None:
    """Nothing that was asked for is silently left out."""
    async with team.client() as api:
        answer = await api.get(f"/v1/members?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_renamed_moved_and_left_members_are_found_as_they_are_now(team: Team) -> None:
    """Whoever writes: a new name, role or address is searched and sorted by at once, and who left is gone."""
    team.token_of(Role.ADMIN, email="olga.second@b.example")
    async with team.client() as api:
        (chosen,) = await read(api, role="admin")
        with team.server.services.database.write() as connection:
            connection.execute(
                text(
                    "UPDATE accounts SET first_name = 'Žofie', last_name = 'Nováková', position = 'CEO',"
                    " email = 'z@b.example', email_key = 'z@b.example' WHERE id = :id"
                ),
                {"id": chosen["id"]},
            )
            connection.execute(text("UPDATE members SET role = 'billing' WHERE account_id = :id"), {"id": chosen["id"]})
        assert [each["role"] for each in await read(api, search="olga")] == ["owner"]
        for query in ({"search": "zofie novak"}, {"search": "ceo"}, {"search": "no"}, {"role": "billing"}):
            assert chosen["id"] in [each["id"] for each in await read(api, **query)], query
        assert await read(api, role="admin") == []
        with team.server.services.database.write() as connection:
            connection.execute(text("DELETE FROM members WHERE account_id = :id"), {"id": chosen["id"]})
        assert await read(api, search="zofie") == []


async def test_the_directory_follows_every_change_of_the_users(team: Team) -> None:
    """Added, removed, brought back, given a seat: `status` is the user's own, and a filter by it finds them."""
    users = add_users(team, 4)
    async with team.client() as api:
        assert len(await read(api, status="active")) == 3
        (waiting,) = await read(api, status="not_paid")
        await api.delete(f"/v1/users/{users[0].id}")
        assert await read(api, status="not_paid") == []
        assert waiting["id"] in [each["id"] for each in await read(api, status="active")]
        left = await read(api, listed="no", search="user")
        assert [each["email"] for each in left] == [users[0].email]
        assert left[0]["user_id"] is None
        await api.delete(f"/v1/users/{users[1].id}")
        await api.post(f"/v1/users/{users[0].id}/restore")
        assert [each["email"] for each in await read(api, listed="no", search="user")] == [users[1].email]


@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM directory WHERE number = 2",
        "UPDATE directory SET status = 'not_paid' WHERE number = 2",
        "UPDATE directory SET role = 'admin' WHERE number = 2",
        "DELETE FROM directory_search WHERE rowid = 2",
    ],
)
async def test_a_directory_that_is_not_so_is_found(tmp_path: Path, fault: str) -> None:
    """`headcount server verify` compares it with the members and the users."""
    async with running(tmp_path) as server:
        make_organisation(server, users=3)
        with server.services.database.write() as connection:
            connection.execute(text(fault))
        assert len(findings_in(server)) == 1


@pytest.mark.clock
async def test_a_hundred_thousand_members_answer_at_once(tmp_path: Path) -> None:
    """Searches, filters, sorts, and the last page: each far below what somebody notices."""
    async with running(tmp_path) as server:
        with server.services.database.write() as connection:
            token = seed_crowd(connection, "Crowd", 100_000, server.services.clock.now())
        assert findings_in(server) == []
        queries: list[dict[str, Any]] = [
            {},
            {"search": "owa", "sort": "-position"},
            {"search": "kowalski.77"},
            {"search": "zo", "role": "member"},
            {"role": "owner"},
            {"listed": "no", "sort": "email"},
            {"status": "not_paid", "sort": "-name"},
            {"listed": "yes", "sort": "position", "offset": 99_950},
        ]
        async with server.client(token) as api:
            for query in queries:
                await api.get("/v1/members", params={**query, "count": "true"})
                began = time.process_time()  # this process alone: what else the machine does is not counted
                answer = await api.get("/v1/members", params={**query, "count": "true"})
                assert time.process_time() - began < 0.5, query
                assert answer.json()["items"], query
