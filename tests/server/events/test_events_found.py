"""Events found by who, what, when and of which command, page by page; nobody sees another organisation's."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, make_organisation, running
from sqlalchemy import event as happening
from sqlalchemy import text

from contract.events import Actor, Event, EventKind, EventObject, EventRequest
from contract.people import Role
from server.store import events

START = dt.datetime(2026, 3, 1, 11, tzinfo=dt.UTC)
ADA, JANE = Actor(account_id="acc_ada", label="ada@acme.example"), Actor(account_id="acc_jane", label="Jane Doe")


def happened(kind: EventKind, actor: Actor, label: str, *, day: int, email: str = "", key: str = "") -> Event:
    """An event so many days after the first of March, at noon in Berlin."""
    about = EventObject(type="user", id=f"usr_{label[:3].strip()}{day}", label=label, attributes={"email": email})
    return Event.model_construct(
        id="",
        type=kind,
        created_at=START + dt.timedelta(days=day),
        actor=actor,
        object=about,
        previous=None,
        request=EventRequest(id="req_1", idempotency_key=key or None),
    )


HISTORY = (
    happened(EventKind.USER_ADDED, ADA, "Ana Silva", day=0, email="ana@old.example", key="k-one"),
    happened(EventKind.USERS_PAID, JANE, "Ana Silva", day=1),
    happened(EventKind.TRANSFER_ACCEPTED, JANE, "Bo Kaya", day=2, email="bo@old.example"),
    happened(EventKind.TRANSFER_DECLINED, ADA, "Zdeněk Říha", day=3),
    happened(EventKind.USER_REMOVED, JANE, "王芳", day=4, email="wang_fang@old.example"),
    happened(EventKind.USER_ADDED, ADA, "[bold]x[/] \x1b[2J", day=5),
)


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with the two events of its founding and this history, beside one that has the same."""
    async with running(tmp_path) as server:
        made = make_organisation(server)
        other = make_organisation(server, name="Other")
        with server.services.database.write() as connection:
            for each in (other, made):
                for draft in HISTORY:
                    key = draft.request.idempotency_key
                    events.append(connection, each.organisation_id, [draft], idempotency_key=key)
        yield made


async def found(api: httpx.AsyncClient, **query: Any) -> list[int]:
    """The numbers of what matches, checked against its own total where that is all of it."""
    answer = await api.get("/v1/events", params={"count": "true", **query})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    numbers = [int(item["id"][4:]) for item in page["items"]]
    assert page["total"] == len(numbers) or "offset" in query or "limit" in query
    return numbers


FILTERS: list[tuple[dict[str, str], list[int]]] = [
    ({"who": "jane"}, [7, 5, 4]),
    ({"who": "JAN do"}, [7, 5, 4]),
    ({"who": "acc_ada"}, [8, 6, 3]),
    ({"who": "ada@acme.example"}, [8, 6, 3]),
    ({"who": "ana"}, []),
    ({"kind": "transfer"}, [6, 5]),
    ({"kind": "user"}, [8, 7, 4, 3]),
    ({"kind": "users"}, [4]),
    ({"kind": "transfer.accepted"}, [5]),
    ({"object": "silva"}, [4, 3]),
    ({"object": "ana@old"}, [3]),
    ({"object": "usr_Ana0"}, [3]),
    ({"object": "jane"}, []),
    ({"search": "riha"}, [6]),
    ({"search": "old.example"}, [7, 5, 3]),
    ({"search": "王"}, [7]),
    ({"search": "wang_fang"}, [7]),
    ({"search": '"*" OR AND - who:'}, []),
    ({"search": "bold x"}, [8]),
    ({"search": "a"}, [8, 6, 4, 3]),
    ({"object": "a"}, [4, 3]),
    ({"who": "acc"}, []),
    ({"who": "!!!"}, []),
    ({"who": "jane", "kind": "transfer"}, [5]),
    ({"who": "jane", "object": "ana", "kind": "user"}, [4]),
    ({"idempotency_key": "k-one"}, [3]),
    ({"idempotency_key": "k-one", "who": "ada"}, [3]),
    ({"idempotency_key": "k-one", "who": "jane"}, []),
    ({"since": "2026-03-03", "until": "2026-03-04"}, [6, 5]),
    ({"since": "2026-03-05", "kind": "user"}, [8, 7]),
    ({"until": "2026-02-28"}, [2, 1]),
    ({"since": "9999-12-31"}, []),
    ({"until": "0001-01-01"}, []),
    ({"up_to": "evt_6", "since": "2026-03-01"}, [6, 5, 4, 3]),
    ({"up_to": "evt_6", "kind": "user"}, [4, 3]),
    ({"after": "evt_4", "up_to": "evt_7"}, [5, 6, 7]),
    ({"after": "evt_3", "kind": "user"}, [4, 7, 8]),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
async def test_filters(team: Team, query: dict[str, str], expected: list[int]) -> None:
    """Each filter finds what it says, each word by its beginning, and counts it."""
    times = {name: query[name] for name in ("since", "until") if name in query}
    if not times and "after" not in query:
        query = {"since": "2026-03-01", **query}
    async with team.client() as api:
        with team.server.services.database.write() as connection:
            connection.execute(text("UPDATE events SET created_at = 0 WHERE seq <= 2"))
        assert await found(api, **query) == expected


async def test_days_are_the_organisations(team: Team) -> None:
    """Eleven in the morning UTC is midnight in Auckland: the next day has begun there."""
    with team.server.services.database.write() as connection:
        connection.execute(text("UPDATE subscriptions SET time_zone = 'Pacific/Auckland'"))
    async with team.client() as api:
        assert await found(api, since="2026-03-05", until="2026-03-05") == [6]
        assert await found(api, since="2026-03-07") == [8]


@pytest.mark.parametrize("query", [{}, {"kind": "user"}, {"who": "a"}, {"search": "a"}])
async def test_pages_fit_together(team: Team, query: dict[str, str]) -> None:
    """By cursor, by place from either end, and oldest first: the same events in the same order, none twice."""
    async with team.client() as api:
        everything = await found(api, **query)
        walked: list[int] = []
        page: dict[str, Any] = {"next_cursor": None, "has_more": True}
        while page["has_more"]:
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
            page = (await api.get("/v1/events", params={**query, **cursor, "limit": 2})).json()
            walked += [int(item["id"][4:]) for item in page["items"]]
        placed = [
            number for offset in range(len(everything)) for number in await found(api, **query, limit=1, offset=offset)
        ]
        assert walked == placed == everything
        assert await found(api, **query, after="evt_0") == everything[::-1]
        assert await found(api, **query, offset=len(everything)) == []


async def test_a_list_that_stands_still(team: Team) -> None:
    """`up_to` keeps places and total as they were, whatever happens meanwhile."""
    async with team.client() as api:
        before = (await api.get("/v1/events?up_to=evt_8&kind=user&count=true&limit=2&offset=2")).json()
        with team.server.services.database.write() as connection:
            events.append(connection, team.organisation_id, HISTORY)
        assert (await api.get("/v1/events?up_to=evt_8&kind=user&count=true&limit=2&offset=2")).json() == before
        assert await found(api, kind="user", after="evt_8") == [9, 10, 13, 14]


@pytest.mark.parametrize(
    "query",
    [
        "kind=transfers.x",
        "kind=nothing",
        "since=yesterday",
        "until=2026-13-01",
        "up_to=12",
        "since=2026-03-01T10:00:00Z",
    ],
)
async def test_what_is_no_filter(team: Team, query: str) -> None:
    """A kind there is not, a day that is none, a moment without its offset: refused with a pointer."""
    async with team.client() as api:
        answer = await api.get(f"/v1/events?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"/{query.partition('=')[0]}"


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.BILLING, Role.VIEWER])
async def test_who_may_read(team: Team, role: Role) -> None:
    """Every role that reads finds the same; nobody finds another organisation's by any word."""
    async with team.server.client(team.token_of(role)) as api:
        assert await found(api, who="jane") == [7, 5, 4]
        assert await found(api, object="silva") == [4, 3]


@pytest.fixture
def statements(team: Team) -> Iterator[list[str]]:
    """What is sent to the database."""
    sent: list[str] = []
    with team.server.services.database.read() as connection:
        engine = connection.engine

    def note(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    happening.listen(engine, "before_cursor_execute", note)
    yield sent
    happening.remove(engine, "before_cursor_execute", note)


async def test_statements_do_not_grow(team: Team, statements: list[str]) -> None:
    """A page costs as many statements with 6 events as with 1,200."""
    async with team.client() as api:
        costs: list[int] = []
        await found(api, limit=3)
        for _ in range(2):
            statements.clear()
            await found(api, since="2026-03-02", limit=3)
            costs.append(len(statements))
            with team.server.services.database.write() as connection:
                events.append(connection, team.organisation_id, HISTORY * 200)
        assert costs[0] == costs[1]
        plan = "EXPLAIN QUERY PLAN SELECT seq FROM events WHERE organisation_id = 'x' AND created_at < 5"
        with team.server.services.database.read() as connection:
            steps = connection.execute(text(f"{plan} ORDER BY created_at DESC, seq DESC LIMIT 1")).all()
    assert all("COVERING INDEX ix_events_moment" in row.detail for row in steps)
