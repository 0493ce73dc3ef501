"""Nobody becomes somebody else: whose an account is, and what takes the person's own sign-in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_desk import code, move, offered, outsider, profile
from builders import NOW, Team, make_organisation, running
from import_desk import apply, plan, sheet
from sqlalchemy import Connection, text

from contract.events import Actor, EventKind, EventObject
from contract.operations import OPERATIONS
from contract.people import Permission, Role
from server.operations.authentication import Wanted, sign_in
from server.platform.transaction import Unit
from server.store import schema, sqlite
from server.store.tables import members

REFUSED = (403, "own_sign_in_needed")
ANA, BO = "ana@outside.example", "bo@team.example"


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation that made Bo's account, by hand."""
    async with running(tmp_path) as server:
        found = make_organisation(server, "Tidewheel")
        async with found.client() as owner:
            bo = {"email": BO, "first_name": "Bo", "last_name": "Berg"}
            assert (await owner.post("/v1/users", json=bo)).status_code == 201
        yield found


@pytest.fixture
async def owner(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Its owner."""
    async with team.client() as client:
        yield client


async def create_token(owner: httpx.AsyncClient, email: str) -> httpx.Response:
    """Hand a token out."""
    return await owner.post("/v1/tokens", json={"email": email})


async def user(owner: httpx.AsyncClient, email: str) -> dict[str, Any]:
    """The user with an address."""
    found: dict[str, Any] = (await owner.get("/v1/users", params={"search": email})).json()["items"][0]
    return found


async def events(owner: httpx.AsyncClient, kind: str) -> list[dict[str, Any]]:
    """What happened of a kind, the newest first."""
    found: list[dict[str, Any]] = (await owner.get("/v1/events", params={"kind": kind})).json()["items"]
    return found


async def test_who_came_in_by_a_request_stays_themselves(team: Team, owner: httpx.AsyncClient) -> None:
    """Of an account from outside the owner gets no token, before and after it joined, and changes no name."""
    token = outsider(team.server)
    async with team.server.client(token) as ana:
        assert (await ana.patch("/v1/profile", json={"first_name": "Ana"})).status_code == 200
        offer = await offered(owner)
        assert (await create_token(owner, ANA)).status_code == 404
        assert (await move(ana, offer, "accept")).status_code == 200
        refused = await create_token(owner, ANA)
        assert code(refused) == REFUSED
        assert "only that sign-in creates tokens" in refused.json()["detail"]
        listed = await user(owner, ANA)
        renamed = await owner.patch(f"/v1/users/{listed['id']}", json={"first_name": "Eve", "position": "Spy"})
        assert code(renamed) == REFUSED
        assert "its own name and position" in renamed.json()["detail"]
        assert await user(owner, ANA) == listed
        assert (await profile(ana))["me"]["account"]["first_name"] == "Ana"
    assert not await events(owner, "token.created")


@pytest.mark.parametrize("way", ["hand", "batch", "import"])
async def test_adding_a_member_again_takes_the_name_they_have(team: Team, owner: httpx.AsyncClient, way: str) -> None:
    """By hand, many at once or by a file: what was typed names only accounts that are the organisation's."""
    team.token_of(Role.MEMBER, email="cy@team.example")
    await owner.delete(f"/v1/users/{(await user(owner, BO))['id']}")
    people = [{"email": each, "first_name": "Typed", "last_name": "Name"} for each in ("cy@team.example", BO)]
    if way == "hand":
        for each in people:
            assert (await owner.post("/v1/users", json=each)).status_code == 201
    elif way == "batch":
        assert (await owner.post("/v1/users/batch", json={"add": people})).json()["done"] == 2
    else:
        await apply(team, owner, await plan(owner, sheet(*(f"{each['email']},Typed,Name," for each in people))))
    names = {each["email"]: each["first_name"] for each in (await owner.get("/v1/users")).json()["items"]}
    assert names["cy@team.example"] == ""
    assert names[BO] == "Typed"


async def test_a_token_handed_out_works_in_the_organisation_alone(team: Team, owner: httpx.AsyncClient) -> None:
    """What waits for the account is not told, and each of its own affairs is refused, with nothing done."""
    other = make_organisation(team.server, "Other plc")
    async with other.client() as theirs:
        offer = await offered(theirs, BO)
    made = (await create_token(owner, BO)).json()
    assert made["made_by"] == "owner@tidewheel.example"
    async with team.server.client(made["token"]) as bo:
        own = await profile(bo)
        assert (own["me"]["own_sign_in"], own["waiting"], own["uses"]["organisation"]) == (False, [], "Tidewheel")
        assert "Other plc" not in str(own)
        asked = [each for each in OPERATIONS if each.permission is Permission.OWN_ACCOUNT]
        refused = {each.name for each in asked if each.own_sign_in}
        assert {each.name for each in asked} - refused == {"me", "profile"}
        for each in asked:
            answer = await bo.request(each.method, each.path.format(id=offer))
            assert code(answer) == REFUSED if each.own_sign_in else answer.status_code == 200, each.name
            assert "Other plc" not in answer.text


async def test_the_first_own_sign_in_ends_what_others_made(team: Team, owner: httpx.AsyncClient) -> None:
    """From then on the token is refused, its end is in the history once, and no other is made."""
    made = (await create_token(owner, BO)).json()
    async with team.server.client(made["token"]) as handed:
        assert (await handed.get("/v1/me")).status_code == 200
        with team.server.services.database.write() as connection:
            own = sign_in(connection, Wanted(BO), team.server.clock.now()).token
        assert (await handed.get("/v1/me")).status_code == 401
    ended = await events(owner, "token.revoked")
    assert [(each["object"]["id"], each["object"]["attributes"]["because"]) for each in ended] == [
        (made["id"], "signed_in")
    ]
    assert code(await create_token(owner, BO)) == REFUSED
    async with team.server.client(own) as bo:
        assert (await profile(bo))["me"]["own_sign_in"] is True
        assert (await bo.patch("/v1/profile", json={"first_name": "Bob"})).status_code == 200
        assert (await user(owner, BO))["first_name"] == "Bob"
    assert code(await owner.patch(f"/v1/users/{(await user(owner, BO))['id']}", json={"first_name": "Bo"})) == REFUSED


async def test_a_token_ends_with_the_ownership_of_who_made_it(team: Team, owner: httpx.AsyncClient) -> None:
    """Whoever is no owner any more keeps nobody's token; the list says so."""
    made = (await create_token(owner, BO)).json()
    with team.server.services.database.write() as connection:
        connection.execute(members.update().where(members.c.account_id == team.account_id).values(role="viewer"))
    async with team.server.client(made["token"]) as handed:
        assert (await handed.get("/v1/me")).status_code == 401
    async with team.server.client(team.token_of(Role.OWNER)) as second:
        listed = (await second.get("/v1/tokens")).json()["items"]
        assert {each["id"]: each["state"] for each in listed}[made["id"]] == "revoked"


async def test_what_a_handed_out_token_makes_is_handed_out_too(team: Team, owner: httpx.AsyncClient) -> None:
    """A second owner whose token somebody made does not get an own sign-in out of it; who has one gets more."""
    team.member(Role.OWNER, email="second@team.example")
    first = (await create_token(owner, "second@team.example")).json()["token"]
    async with team.server.client(first) as second:
        made = (await create_token(second, "second@team.example")).json()
        assert made["made_by"] == "owner@tidewheel.example"
    async with team.server.client(made["token"]) as again:
        assert code(await again.post("/v1/profile/leave")) == REFUSED
    own = (await create_token(owner, "owner@tidewheel.example")).json()
    assert own["made_by"] == ""
    async with team.server.client(own["token"]) as me:
        assert (await me.patch("/v1/profile", json={"position": "Owner"})).status_code == 200


def _before(connection: Connection) -> None:
    """An owner who handed out tokens to Ana from outside, to Bo and Cy whom it added, and one more to itself."""
    put = connection.exec_driver_sql
    put("INSERT INTO organisations (id, name, name_key, created_at) VALUES ('org_1', 'A', 'a', 0)")
    for name, made in {"owner": 0, "ana": 5, "bo": 5, "cy": 6}.items():
        put(
            "INSERT INTO accounts (id, email, email_key, created_at) VALUES (?, ?, ?, ?)",
            (f"acc_{name}", f"{name}@b.example", f"{name}@b.example", made),
        )
        put("INSERT INTO members VALUES ('org_1', ?, ?, 0, 0)", (f"acc_{name}", "member" if made else "owner"))
    put(
        "INSERT INTO subscriptions (id, organisation_id, owner_account_id, plan, billing_cycle, status, currency,"
        " time_zone, anchor_day, period_start, period_end, created_at)"
        " VALUES ('sub_1', 'org_1', 'acc_owner', 'business', 'monthly', 'active', 'EUR', 'UTC', 1,"
        " '2025-11-01', '2025-12-01', 0)"
    )
    for name, source in {"ana": "transfer", "bo": "hand", "cy": "import"}.items():
        put(
            "INSERT INTO users (id, subscription_id, account_id, email, email_key, name_key, search_key, status,"
            " source, added_at) SELECT 'usr_' || ?, 'sub_1', id, email, email_key, '', '', 'active', ?, created_at"
            " FROM accounts WHERE id = ?",
            (name, source, f"acc_{name}"),
        )
    handed = {"ana": "ana", "bo": "bo", "cy": "cy", "gone": "ana", "more": "owner"}
    for token, holder in {**handed, "owner": "owner", "cyown": "cy"}.items():
        made = 1 if token == "owner" else 7
        put(
            "INSERT INTO tokens (id, organisation_id, account_id, secret_hash, created_at, revoked_at)"
            " VALUES (?, 'org_1', ?, x'00', ?, ?)",
            (f"tok_{token}", f"acc_{holder}", made, 8 if token == "gone" else None),
        )
    unit = Unit(connection=connection, organisation_id="org_1", subscription_id="sub_1", now=NOW)
    unit.actor = Actor(account_id="acc_owner", label="owner@b.example")
    for token in handed:
        unit.emit(EventKind.TOKEN_CREATED, EventObject(type="token", id=f"tok_{token}", label="for somebody"))
    unit.record()


def test_tokens_that_break_the_rule_end_with_the_migration() -> None:
    """What is certain is filled in; each token that may not be is ended, once, in its organisation's history."""
    engine = sqlite.make_engine(None)
    schema.run_migrations(engine, "0014")
    with engine.begin() as connection:
        _before(connection)
    schema.run_migrations(engine)
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT id, made_by, revoked_at IS NOT NULL AS ended FROM tokens ORDER BY id"))
        assert [tuple(row) for row in rows] == [
            ("tok_ana", "acc_owner", 1),
            ("tok_bo", "acc_owner", 0),
            ("tok_cy", "acc_owner", 1),
            ("tok_cyown", None, 0),
            ("tok_gone", "acc_owner", 1),
            ("tok_more", None, 0),
            ("tok_owner", None, 0),
        ]
        bodies = connection.execute(text("SELECT body FROM events WHERE kind = 'token.revoked' ORDER BY seq")).scalars()
        assert [each.split('"id":"tok_')[1].split('"')[0] for each in bodies] == ["ana", "cy"]
        accounts = connection.execute(
            text("SELECT id, created_by_organisation, signed_in_at FROM accounts ORDER BY id")
        )
        assert [tuple(row) for row in accounts] == [
            ("acc_ana", None, None),
            ("acc_bo", "org_1", None),
            ("acc_cy", "org_1", 7),
            ("acc_owner", None, 1),
        ]
    engine.dispose()
