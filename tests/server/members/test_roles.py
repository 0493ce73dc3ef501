"""Roles and limits that an owner gives: at once, with events, by version, and never without an owner."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_desk import code
from builders import Team, findings_in, make_organisation, running
from role_desk import eur, give, member, person, told

from contract.people import Role
from server.operations.provisioning import give_token
from server.store import organisations


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation."""
    async with running(tmp_path) as server:
        yield make_organisation(server, users=1)
        assert findings_in(server) == []


@pytest.fixture
async def owner(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Its owner, the main account."""
    async with team.client() as client:
        yield client


@asynccontextmanager
async def busy(team: Team) -> AsyncIterator[None]:
    """The database is busy with a long write: whoever wants to write waits."""
    done = threading.Event()
    writing = asyncio.ensure_future(team.server.services.database.write_aside(lambda _: done.wait(10)))
    await asyncio.sleep(0.01)
    try:
        yield
    finally:
        done.set()
        await writing


async def test_a_role_holds_from_the_next_request_on(team: Team, owner: httpx.AsyncClient) -> None:
    """A member becomes an admin with a limit, then a viewer: each time at once, with what was before."""
    bo = person(team, "bo")
    async with team.server.client(bo.token) as api:
        assert code(await api.get("/v1/users")) == (403, "not_allowed")
        made = await give(owner, bo.id, "admin", spending_limit=eur(5000))
        assert (made.status_code, made.headers["etag"]) == (200, '"2"')
        assert {"role": "admin", "spending_limit": eur(5000), "version": 2}.items() <= made.json().items()
        me = (await api.get("/v1/me")).json()
        assert (me["role"], me["spending_limit"]) == ("admin", eur(5000))
        assert (await api.post("/v1/users", json={"email": "new@team.example"})).status_code == 201
        assert (await give(owner, bo.id, "viewer")).json()["spending_limit"] is None
        assert code(await api.post("/v1/users", json={"email": "two@team.example"})) == (403, "not_allowed")
    lowered, raised = await told(owner, "member.role_changed")
    assert lowered["object"]["attributes"] == {"email": bo.email, "role": "viewer"}
    assert lowered["previous"] == {"role": "admin", "spending_limit": "EUR 50.00 a month"}
    assert raised["previous"] == {"role": "member"}


async def test_a_limit_is_an_admins_and_can_be_none(team: Team, owner: httpx.AsyncClient) -> None:
    """Without one named an admin may spend nothing; null is no limit at all, and it binds nobody then."""
    bo = person(team, "bo")
    assert (await give(owner, bo.id, "admin")).json()["spending_limit"] == eur(0)
    async with team.server.client(bo.token) as api:
        await api.post("/v1/users/batch", json={"add": [{"email": f"u{each}@team.example"} for each in range(8)]})
        quote = (await api.post("/v1/quotes", json={"seats": 11})).json()
        paying = {"Idempotency-Key": "one"}
        refused = await api.post(f"/v1/quotes/{quote['id']}/confirm", headers=paying)
        assert code(refused) == (403, "spending_limit_reached")
        assert "An owner can raise it, or do this: Olga Owner (owner@example.example)." in refused.json()["detail"]
        assert refused.json()["data"]["owners"] == ["owner@example.example"]
        assert (await give(owner, bo.id, spending_limit=None)).json()["spending_limit"] is None
        assert (await api.get("/v1/me")).json()["spending_limit"] is None
        assert (await api.post(f"/v1/quotes/{quote['id']}/confirm", headers={"Idempotency-Key": "two"})).is_success
    (changed,) = await told(owner, "member.changed")
    assert (changed["object"]["attributes"]["spending_limit"], changed["previous"]["spending_limit"]) == (
        "none",
        "EUR 0.00 a month",
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "viewer", "spending_limit": eur(1)}, "/spending_limit"),
        ({"role": "admin", "spending_limit": eur(-1)}, "/spending_limit"),
        ({"role": "admin", "spending_limit": {"amount": 1, "currency": "JPY"}}, "/spending_limit"),
        ({"role": "admin", "spending_limit": eur(10**30)}, "/spending_limit"),
        ({"role": "king"}, "/role"),
        ({"limit": 3}, "/limit"),
    ],
)
async def test_what_can_be_no_role_or_limit_is_refused(
    team: Team, owner: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    """Each by its pointer, and nothing is changed; a limit of a token too high to be kept is refused as well."""
    bo = person(team, "bo")
    refused = await owner.patch(f"/v1/members/{bo.id}", json=body)
    assert code(refused) == (422, "validation_failed")
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert (await member(owner, bo.id))["version"] == 1


@pytest.mark.parametrize(("currency", "said"), [("EUR", "EUR 12.34"), ("JPY", "JPY 1,234"), ("KWD", "KWD 1.234")])
async def test_limits_are_minor_units(tmp_path: Path, currency: str, said: str) -> None:
    """D1: the same number is twelve euros, a thousand yen or one dinar, in the answer and in the event."""
    async with running(tmp_path) as server:
        team = make_organisation(server, currency=currency)
        bo = person(team, "bo")
        async with team.client() as owner:
            limit = {"amount": 1234, "currency": currency}
            assert (await give(owner, bo.id, "admin", spending_limit=limit)).json()["spending_limit"] == limit
            (event,) = await told(owner, "member.role_changed")
            assert event["object"]["attributes"]["spending_limit"] == f"{said} a month"


async def test_nobody_overwrites_a_role_blindly(team: Team, owner: httpx.AsyncClient) -> None:
    """Of two who read the same version one changes it; the other is shown what it is now. The same is no change."""
    bo = person(team, "bo")
    first = await give(owner, bo.id, "admin", headers={"If-Match": '"1"'})
    second = await give(owner, bo.id, "viewer", headers={"If-Match": '"1"'})
    assert (first.status_code, code(second)) == (200, (412, "version_conflict"))
    assert second.json()["data"]["current"]["role"] == "admin"
    gone = await owner.delete(f"/v1/members/{bo.id}", headers={"If-Match": '"1"'})
    assert code(gone) == (412, "version_conflict")
    assert (await give(owner, bo.id, "admin", headers={"If-Match": '"2"'})).json()["version"] == 2
    assert len(await told(owner, "member.role_changed")) == 1


async def test_a_role_given_twice_with_one_key_is_given_once(team: Team, owner: httpx.AsyncClient) -> None:
    """D30: null and nothing are not the same request."""
    bo = person(team, "bo", Role.ADMIN, limit=500)
    key = {"Idempotency-Key": "raise"}
    first = await give(owner, bo.id, spending_limit=None, headers=key)
    again = await give(owner, bo.id, spending_limit=None, headers=key)
    other = await owner.patch(f"/v1/members/{bo.id}", json={}, headers=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.json(), code(other)) == (first.json(), (422, "idempotency_key_reused"))
    assert len(await told(owner, "member.changed")) == 1


async def test_there_always_is_an_owner_who_pays(team: Team, owner: httpx.AsyncClient) -> None:
    """The main account is no less than an owner, whoever asks, and its refusal says how it could be otherwise."""
    ann = person(team, "ann")
    assert (await give(owner, ann.id, "owner")).status_code == 200
    async with team.server.client(ann.token) as api:
        for refused in (
            await give(api, team.account_id, "admin"),
            await give(owner, team.account_id, "member"),
            await api.delete(f"/v1/members/{team.account_id}"),
            await owner.delete(f"/v1/members/{team.account_id}"),
        ):
            assert code(refused) == (409, "main_account_stays")
            assert refused.json()["detail"] == "The main account pays, so it always is an owner."
        owners = (await api.get("/v1/ownership")).json()["owners"]
        assert [(each["email"], each["main_account"]) for each in owners] == [
            ("owner@example.example", True),
            (ann.email, False),
        ]
        assert (await give(api, ann.id, "viewer")).status_code == 200
        assert code(await give(api, ann.id, "owner")) == (403, "not_allowed")


async def test_two_owners_who_lower_each_other_at_once(team: Team, owner: httpx.AsyncClient) -> None:
    """One is first; the other is no owner by the time it is their turn, though they were when they asked."""
    ann, bo = person(team, "ann", Role.OWNER), person(team, "bo", Role.OWNER)
    async with team.server.client(ann.token) as one, team.server.client(bo.token) as two:
        async with busy(team):
            racing = [asyncio.ensure_future(give(api, who.id, "member")) for api, who in ((one, bo), (two, ann))]
            await asyncio.sleep(0.1)
        answers = sorted([(await each).status_code for each in racing])
    assert answers == [200, 403]
    assert len((await owner.get("/v1/ownership")).json()["owners"]) == 2


async def test_who_is_removed_while_waiting_does_nothing(team: Team, owner: httpx.AsyncClient) -> None:
    """A command that waits for the database when its sender is removed is not done."""
    bo = person(team, "bo", Role.ADMIN, limit=None)
    async with team.server.client(bo.token) as api:
        async with busy(team):
            removing = asyncio.ensure_future(owner.delete(f"/v1/members/{bo.id}"))
            await asyncio.sleep(0.05)
            adding = asyncio.ensure_future(api.post("/v1/users", json={"email": "late@team.example"}))
            await asyncio.sleep(0.05)
        assert (await removing).status_code == 200
        assert code(await adding) == (401, "not_authenticated")
    assert (await owner.get("/v1/users", params={"search": "late"})).json()["items"] == []


async def test_nobody_pays_once_they_were_lowered(team: Team, owner: httpx.AsyncClient) -> None:
    """A confirmation that waits when its sender is lowered charges nothing, and its key can be used again."""
    bo = person(team, "bo", Role.BILLING)
    async with team.server.client(bo.token) as api:
        quote = (await api.post("/v1/quotes", json={"seats": 11})).json()
        path, key = f"/v1/quotes/{quote['id']}/confirm", {"Idempotency-Key": "pay"}
        async with busy(team):
            lowering = asyncio.ensure_future(give(owner, bo.id, "viewer"))
            await asyncio.sleep(0.05)
            paying = asyncio.ensure_future(api.post(path, headers=key))
            await asyncio.sleep(0.05)
        assert (await lowering).status_code == 200
        assert code(await paying) == (403, "not_allowed")
        assert (await owner.get("/v1/payments")).json()["items"] == []
        await give(owner, bo.id, "billing")
        assert (await api.post(path, headers=key)).is_success


async def test_tokens_an_owner_made_end_with_the_role_for_good(team: Team, owner: httpx.AsyncClient) -> None:
    """They don't come back to life when their maker becomes an owner again."""
    ann = person(team, "ann", Role.OWNER)
    user = (await owner.get("/v1/users")).json()["items"][0]
    async with team.server.client(ann.token) as api:
        handed = (await api.post("/v1/tokens", json={"email": user["email"]})).json()
        async with team.server.client(handed["token"]) as robot:
            assert (await robot.get("/v1/me")).status_code == 200
            await give(owner, ann.id, "admin")
            assert (await robot.get("/v1/me")).status_code == 401
            await give(owner, ann.id, "owner")
            assert (await robot.get("/v1/me")).status_code == 401
        assert (await api.get("/v1/me")).json()["role"] == "owner"
    (ended,) = await told(owner, "token.revoked")
    assert ended["object"]["attributes"]["because"] == "maker_no_owner"


async def test_a_token_with_a_limit_gets_nobody_round_it(team: Team, owner: httpx.AsyncClient) -> None:
    """An owner's token that may spend little gives no roles, removes nobody and hands nothing over."""
    user = (await owner.get("/v1/users")).json()["items"][0]
    await give(owner, user["account_id"], "owner")
    made = await owner.post("/v1/tokens", json={"email": user["email"], "spending_limit": eur(100)})
    bo = person(team, "bo")
    async with team.server.client(made.json()["token"]) as robot:
        for refused in (
            await give(robot, bo.id, "owner"),
            await robot.delete(f"/v1/members/{bo.id}"),
            await robot.post(f"/v1/members/{bo.id}/restore"),
        ):
            assert code(refused) == (403, "not_allowed")
            assert "This token has a spending limit" in refused.json()["detail"]
    too_much = await owner.post("/v1/tokens", json={"email": user["email"], "spending_limit": eur(10**20)})
    assert code(too_much) == (422, "validation_failed")


async def test_a_refusal_names_who_gives_the_role(team: Team) -> None:
    """Whoever reads here is told the owners by name; a member, who may read nothing, is not."""
    viewer, nobody = person(team, "vi", Role.VIEWER), person(team, "no")
    async with team.server.client(viewer.token) as one, team.server.client(nobody.token) as two:
        named, plain = [(await give(api, viewer.id, "owner")).json() for api in (one, two)]
    assert named["detail"] == (
        "You are viewer here; this needs owner. An owner can give you that role: Olga Owner (owner@example.example)."
    )
    assert plain["detail"] == "You are member here; this needs owner."
    assert "owners" not in plain["data"]


async def test_one_who_is_in_two_organisations_has_a_role_in_each(team: Team, owner: httpx.AsyncClient) -> None:
    """What one organisation makes of an account is nothing to the other, nor is taking it out."""
    bo = person(team, "bo")
    other = make_organisation(team.server, "Other Ltd")
    services = team.server.services
    with services.database.write() as connection:
        now = services.clock.now()
        organisations.add_member(
            connection, organisation_id=other.organisation_id, account_id=bo.id, role=Role.VIEWER, now=now
        )
        there = give_token(connection, other.organisation_id, bo.id, now)
    async with team.server.client(there) as api:
        await give(owner, bo.id, "owner")
        assert (await api.get("/v1/me")).json()["role"] == "viewer"
        assert (await owner.delete(f"/v1/members/{bo.id}")).json()["tokens_revoked"] == 1
        assert (await api.get("/v1/me")).json()["role"] == "viewer"
