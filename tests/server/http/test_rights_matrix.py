"""`tests/rights_matrix.py` put to the test: two organisations with everything, and every call with the other's ids."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from account_desk import asks, outsider
from builders import NOW, Team, make_organisation, running
from import_desk import plan, sheet, still
from rights_matrix import NO_TOKEN, SEEDED, WHO, Line, lines
from sqlalchemy import Table, or_, select

from contract.operation import Operation
from contract.operations import OPERATIONS
from contract.people import Role
from server.http.tokens import make_token
from server.operations.provisioning import give_token
from server.operations.verify import findings
from server.store import tokens
from server.store.tables import members, metadata

ONE_LOOP = pytest.mark.asyncio(loop_scope="module")

LINES = lines()
CALLS = {each.name: each for each in OPERATIONS}
THEIRS, OURS = "Zqtheirs", "Zqours"
"""Stand in every text of an organisation that is its own: names, positions, codes, reasons, messages, addresses."""


NAMELESS = frozenset({"get_quote", "get_invoice", "get_selection", "list_deliveries", "entitlement"})
"""What says nothing in words."""


@dataclass(frozen=True)
class House:
    """An organisation with everything in it, by the names that the table uses."""

    team: Team
    ids: dict[str, str]


@dataclass(frozen=True)
class World:
    """Ours with its callers' tokens, and theirs; what their lists' next pages are called."""

    ours: House
    theirs: House
    tokens: dict[str, str]
    cursors: dict[str, str]

    def client(self, who: str) -> httpx.AsyncClient:
        """One of the callers."""
        return self.ours.team.server.client(self.tokens[who])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Both, made once: no test changes what the others look at."""
    async with running(tmp_path_factory.mktemp("rights")) as server:
        ours, theirs = await make_house(server, OURS), await make_house(server, THEIRS)
        yield World(ours, theirs, await make_callers(ours), await cursors_of(theirs))
        with server.services.database.read() as connection:
            assert list(findings(connection)) == []


async def make_house(server: Any, mark: str) -> House:
    """An organisation with one of everything, each with the mark in it."""
    team = make_organisation(server, f"{mark} plc", seats=4, owner=f"owner@{mark.lower()}.example")
    domain = f"{mark.lower()}.example"
    async with team.client() as api:

        async def post(path: str, body: Any = None, **headers: str) -> Any:
            answer = await api.post(f"/v1/{path}", json=body, headers=headers)
            assert answer.is_success, (path, answer.text)
            return answer.json()

        soon = (NOW + dt.timedelta(days=3)).isoformat()
        code = await post("invitation-codes", {"code": f"{mark} code", "expires_at": soon, "max_uses": 9})
        off = await post("invitation-codes", {"code": f"{mark} off"})
        assert (await api.patch(f"/v1/invitation-codes/{off['id']}", json={"enabled": False})).is_success
        async with server.client(outsider(server, f"guest@{domain}")) as guest:
            assert (await guest.post("/v1/profile/redeem-code", json={"code": code["code"]})).is_success
        people = [
            {"email": f"user{number}@{domain}", "first_name": f"{mark}{number}", "position": f"{mark} post"}
            for number in range(5)
        ]
        users = (await post("users/batch", {"add": people}))["results"]
        user, removed, waiting = (users[place]["user"] for place in (0, 1, 4))
        assert (await api.delete(f"/v1/users/{removed['id']}")).is_success
        assert (await api.get(f"/v1/users/{waiting['id']}")).json()["status"] == "not_paid"
        for name in ("first", "second"):
            async with server.client(outsider(server, f"{name}@outside.{domain}")) as account:
                await account.patch("/v1/profile", json={"first_name": f"{mark} {name}", "position": mark})
                assert (await asks(account, f"owner@{domain}", message=f"{mark} asks")).is_success
        second, first = (await api.get("/v1/transfers", params={"state": "pending"})).json()["items"]
        declined = {"decline": [{"id": first["id"], "version": 1}], "reason": f"{mark} reason"}
        decision = await post("transfers/decisions", declined)
        outgoing = await post("transfers", {"email": f"invited@{domain}", "message": f"{mark} invites"})
        bought = await post("quotes", {"seats": 5})
        await post(f"quotes/{bought['id']}/confirm", **{"Idempotency-Key": "buys"})
        planned = await plan(api, sheet(f"file@{domain},{mark},{mark},{mark}", f"no,{mark},{mark},"), f"{mark}.csv")
        await still(team, api, planned["id"])
        former, heir = (users[place]["user"]["account_id"] for place in (1, 2))
        assert (await api.delete(f"/v1/members/{former}")).is_success
        offered = await post("ownership", {"to": heir})
        hook = {"url": f"https://hooks.example.com/{mark}", "description": mark, "enabled": False}
        waiting_now = (await post("users", {"email": f"wait@{domain}", "first_name": mark}))["id"]
        return House(
            team,
            {
                "user": user["id"],
                "removed": removed["id"],
                "waiting": waiting_now,
                "account": user["account_id"],
                "former": former,
                "ownership": offered["id"],
                "email": user["email"],
                "asked": "",
                "quote": (await post("quotes", {"seats": 9}))["id"],
                "invoice": (await api.get("/v1/invoices")).json()["items"][0]["id"],
                "selection": (await post("users/selections", {"ids": [user["id"]]}))["id"],
                "incoming": second["id"],
                "outgoing": outgoing["id"],
                "decision": decision["id"],
                "import": planned["id"],
                "code": code["id"],
                "off": off["code"],
                "token": (await post("tokens", {"email": user["email"], "label": mark}))["id"],
                "webhook": (await post("webhooks", hook))["id"],
                "organisation": team.organisation_id,
            },
        )


async def make_callers(house: House) -> dict[str, str]:
    """A token of everybody in the table, and of those whose token opens nothing any more."""
    team, services = house.team, house.team.server.services
    found = {"owner": team.token, "out": outsider(team.server, "nobody@else.example"), "none": ""}
    for role in (Role.ADMIN, Role.BILLING, Role.VIEWER):
        found[role.value] = team.token_of(role, spending_limit=1_000_000)
    expired, revoked = make_token(), make_token()
    account = await account_of(team, "user2")
    with services.database.write() as connection:
        for made, end in ((expired, NOW), (revoked, None)):
            tokens.add(
                connection,
                token_id=made.id,
                secret_hash=made.secret_hash,
                organisation_id=team.organisation_id,
                account_id=team.account_id,
                label="",
                now=NOW - dt.timedelta(days=1),
                expires_at=end,
            )
        tokens.revoke(connection, revoked.id, NOW)
        found["self"] = give_token(connection, team.organisation_id, account, NOW)
    async with team.client() as api:
        handed = {"email": house.ids["email"].replace("user0", "user3")}
        found["handed"] = (await api.post("/v1/tokens", json=handed)).json()["token"]
    return found | {"expired": expired.token, "revoked": revoked.token}


async def account_of(team: Team, name: str) -> str:
    """The account of one of the users."""
    async with team.client() as api:
        listed = (await api.get("/v1/users", params={"search": name})).json()["items"]
    return str(listed[0]["account_id"])


async def cursors_of(house: House) -> dict[str, str]:
    """The cursor of the second page of each list that has one."""
    found = {}
    async with house.team.client() as api:
        for each in OPERATIONS:
            if each.query and "cursor" in each.query.model_fields:
                path = each.path.format(id=LINES[each.name].of(house.ids)[0])
                cursor = (await api.get(path, params={"limit": "1"})).json()["next_cursor"]
                if cursor:
                    found[each.name] = cursor
    return found


async def ask(api: httpx.AsyncClient, call: Operation, path: str, body: Any, **query: str) -> httpx.Response:
    """One request of the table."""
    url = call.path.format(id=path)
    if call.stream:
        return await stream(api, url)
    if call.upload:
        return await api.post(url, files={"file": ("p.csv", sheet(f"{body['file']},Eve,Eve,"))})
    headers = {"Idempotency-Key": "asked"} if call.key.value == "required" else {}
    return await api.request(call.method, url, json=body, headers=headers, params=query)


async def stream(api: httpx.AsyncClient, url: str) -> httpx.Response:
    """What the stream says at once of everything that has happened."""
    said: list[dict[str, Any]] = []
    asked = api.build_request("GET", url, headers={"Last-Event-ID": "evt_0"})
    headers = [(name.lower(), value) for name, value in asked.headers.raw]
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": url, "raw_path": url.encode()}
    scope |= {"query_string": b"", "root_path": "", "scheme": "http", "headers": headers}
    scope |= {"server": ("server", 80), "client": ("127.0.0.1", 1)}
    enough = asyncio.Event()

    async def send(message: Any) -> None:
        said.append(message)
        if b"data:" in message.get("body", b"") or (len(said) > 1 and not message.get("more_body")):
            enough.set()

    async def receive() -> dict[str, Any]:
        await enough.wait()
        return {"type": "http.disconnect"}

    transport: Any = api._transport
    running = asyncio.ensure_future(transport.app(scope, receive, send))
    await asyncio.wait_for(enough.wait(), 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return httpx.Response(said[0]["status"], content=b"".join(each.get("body", b"") for each in said[1:]))


def state_of(house: House) -> dict[str, list[str]]:
    """Every row that is an organisation's: its own, its people's, and what hangs on them."""
    team = house.team
    with team.server.services.database.read() as connection:
        people = select(members.c.account_id).where(members.c.organisation_id == team.organisation_id)
        known: dict[Table, set[Any]] = {metadata.tables["accounts"]: set(connection.execute(people).scalars())}
        known[metadata.tables["organisations"]] = {team.organisation_id}
        found = {}
        for table in metadata.sorted_tables:
            owner = {"organisation_id": team.organisation_id, "subscription_id": team.subscription_id}
            mine = [table.c[name] == value for name, value in owner.items() if name in table.c]
            mine = mine[:1] or [
                key.parent.in_(known[key.column.table]) for key in table.foreign_keys if key.column.table in known
            ]
            if table in known:
                mine = [table.c.id.in_(known[table])]
            rows = connection.execute(select(table).where(or_(*mine))).mappings().all() if mine else []
            key = next(iter(table.primary_key), None)
            known.setdefault(table, {row[key.name] for row in rows} if key is not None else set())
            found[table.name] = sorted(
                str({name: value for name, value in row.items() if name != "last_used_at"}) for row in rows
            )
    return found


def since(before: dict[str, list[str]], house: House) -> list[str]:
    """Rows that are not as they were."""
    return [f"{name}: {row}" for name, rows in state_of(house).items() for row in {*rows} ^ {*before[name]}]


def told(answer: httpx.Response) -> str:
    """What an answer came to, in the table's words."""
    if answer.is_success:
        return "own"
    code = str(answer.json()["code"])
    named = {"not_found": "none", "not_allowed": "role", "own_sign_in_needed": "hand", "not_authenticated": "who"}
    return named.get(code, code)


def test_every_call_is_placed() -> None:
    """A call that is new in the contract needs its line, before anything else is said of it."""
    assert set(LINES) == set(CALLS)


@ONE_LOOP
async def test_the_ids_are_real(world: World) -> None:
    """Each stands for something: their own owner reads it, and finds their mark in it."""
    assert set(world.theirs.ids) == SEEDED | {"asked"}
    async with world.theirs.team.client() as api:
        for name, line in LINES.items():
            if CALLS[name].method != "GET" or CALLS[name].stream:
                continue
            answer = await ask(api, CALLS[name], *line.of(world.theirs.ids))
            assert answer.status_code == 200, name
            if line.path != "-" and name not in NAMELESS:
                assert THEIRS in answer.text or THEIRS.lower() in answer.text, name


@ONE_LOOP
@pytest.mark.parametrize("who", [*NO_TOKEN, *reversed(WHO)])
async def test_nothing_of_theirs_is_seen_or_touched(world: World, who: str) -> None:
    """Each call with their ids, and each of their lists' pages: the cell, no text of theirs, nothing changed there."""
    before = state_of(world.theirs)
    wrong = []
    async with world.client(who) as api:
        for name, line in LINES.items():
            call = CALLS[name]
            asked = world.theirs.ids["email"].replace("user0", "user2" if who == "owner" else "user3")
            answer = await ask(api, call, *line.of(world.theirs.ids | {"asked": asked}))
            got, expected = told(answer), "who" if who in NO_TOKEN else line.cells[who]
            if got != expected:
                wrong.append(f"{name}: {got} instead of {expected}: {answer.text[:200]}")
            if got == "role":
                assert answer.json()["data"]["needed_role"] in {"owner", "admin", "billing", "viewer"}, name
            said = [answer.text, *[each async for each in searches(api, world, call, line)]]
            wrong += [f"{name}: their text in {each[:300]}" for each in said if THEIRS in each]
    assert not wrong, "\n".join(wrong)
    assert since(before, world.theirs) == []


async def searches(api: httpx.AsyncClient, world: World, call: Operation, line: Line) -> AsyncIterator[str]:
    """The same list searched for their words, and turned to where their second page begins."""
    fields = call.query.model_fields if call.query else {}
    path, body = line.of(world.theirs.ids)
    for name in {"search", "who", "object"} & set(fields):
        yield (await ask(api, call, path, body, **{name: THEIRS.lower()})).text
    if call.name in world.cursors:
        yield (await ask(api, call, path, body, cursor=world.cursors[call.name])).text


@ONE_LOOP
@pytest.mark.parametrize("who", WHO)
async def test_codes_are_masked_for_who_does_not_make_them(world: World, who: str) -> None:
    """Owner and admin read our codes in lists, events and on the first screen; nobody else does, nor finds them."""
    code = f"{OURS} code"
    found = set()
    async with world.client(who) as api:
        for name, line in LINES.items():
            call = CALLS[name]
            if call.method != "GET" or line.cells[who] == "role":
                continue
            path, body = line.of(world.ours.ids)
            texts = [(await ask(api, call, path, body)).text]
            for field in {"search", "object"} & set(call.query.model_fields if call.query else ()):
                answer = await ask(api, call, path, body, **{field: "zqours code", "count": "true"})
                if name in {"list_codes", "list_events"} and who in {"billing", "viewer"}:
                    assert answer.json()["total"] == 0, name
                texts.append(answer.text)
            found |= {name for text in texts if code in text or "Zqours off" in text}
    expected = {"list_codes", "get_code", "list_events", "stream_events", "overview"}
    assert found == (expected if who in {"owner", "admin"} else set())


@ONE_LOOP
@pytest.mark.parametrize("who", [*NO_TOKEN, *reversed(WHO)])
async def test_who_may_not_changes_nothing_at_home(world: World, who: str) -> None:
    """With the ids of our own organisation, each call that is refused to a role is refused, and leaves no trace."""
    before = state_of(world.ours)
    async with world.client(who) as api:
        for name, line in LINES.items():
            expected = "who" if who in NO_TOKEN else line.cells[who]
            if expected in {"who", "role", "hand"}:
                answer = await ask(api, CALLS[name], *line.of(world.ours.ids))
                assert told(answer) == expected, name
                assert OURS not in answer.text, name
    assert since(before, world.ours) == []
