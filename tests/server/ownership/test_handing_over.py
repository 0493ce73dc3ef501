"""Handing the subscription over: both agree, who pays changes with the roles, and it can be undone."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_desk import code, outsider, profile
from builders import Team, findings_in, make_organisation, running
from role_desk import Person, eur, give, member, person, told

from contract.people import Role
from server.app import do_chores, load_areas


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation whose main account is Olga."""
    async with running(tmp_path) as server:
        made = make_organisation(server, users=1, seats=3, invoiced=True)
        server.clock.move_to(server.clock.now() + dt.timedelta(minutes=1))
        yield made
        assert findings_in(server) == []


@pytest.fixture
async def owner(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Olga."""
    async with team.client() as client:
        yield client


@pytest.fixture
def ann(team: Team) -> Person:
    """An admin with a limit, who is to take over."""
    return person(team, "ann", Role.ADMIN, limit=700)


@pytest.fixture
async def heir(team: Team, ann: Person) -> AsyncIterator[httpx.AsyncClient]:
    """Ann, signed in."""
    async with team.server.client(ann.token) as client:
        yield client


async def offer(owner: httpx.AsyncClient, to: str, then: str = "owner") -> dict[str, Any]:
    """Offer it; the offer."""
    answer = await owner.post("/v1/ownership", json={"to": to, "then": then})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def move(api: httpx.AsyncClient, identity: str, verb: str, **body: Any) -> httpx.Response:
    """Accept, decline or undo it in one's profile."""
    return await api.post(f"/v1/profile/ownership/{identity}/{verb}", json=body or None)


async def pays(api: httpx.AsyncClient) -> tuple[str, bool]:
    """Who pays, and whether that account uses a seat."""
    found = (await api.get("/v1/ownership")).json()
    assert found["main_account"]["email"] in {each["email"] for each in found["owners"]}
    return str(found["main_account"]["email"]), bool(found["uses_seat"])


OLGA = "owner@example.example"


async def test_both_agree_and_who_pays_changes(
    team: Team, owner: httpx.AsyncClient, heir: httpx.AsyncClient, ann: Person
) -> None:
    """Offered, nothing is changed; accepted, Ann pays and is an owner, and Olga is what she said she would be."""
    offered = await offer(owner, ann.id, then="viewer")
    assert (offered["state"], offered["sender"]["email"], offered["recipient"]["email"]) == ("pending", OLGA, ann.email)
    assert await pays(owner) == (OLGA, False)
    (waiting,) = (await profile(heir))["ownership"]
    assert (waiting["id"], waiting["organisation"], waiting["then"]) == (offered["id"], "Example Ltd", "viewer")
    accepted = (await move(heir, offered["id"], "accept")).json()
    assert (accepted["state"], accepted["recipient"]["main_account"]) == ("accepted", True)
    assert await pays(heir) == (ann.email, False)
    assert {(await member(heir, each))["role"] for each in (team.account_id, ann.id)} == {"viewer", "owner"}
    assert code(await owner.get("/v1/tokens")) == (403, "not_allowed")
    assert code(await give(heir, ann.id, "viewer")) == (409, "main_account_stays")
    assert (await owner.get("/v1/invoices")).json()["items"]
    assert [each["type"] for each in await told(heir, "ownership")] == ["ownership.accepted", "ownership.offered"]
    assert len(await told(heir, "member.role_changed")) == 2


async def test_accepting_is_undone_with_what_both_were(
    team: Team, owner: httpx.AsyncClient, heir: httpx.AsyncClient, ann: Person
) -> None:
    """Ten minutes, by who accepted, with role and limit as before: the offer is pending again."""
    offered = await offer(owner, ann.id, then="member")
    await move(heir, offered["id"], "accept")
    assert code(await move(owner, offered["id"], "undo")) == (404, "not_found")
    undone = (await move(heir, offered["id"], "undo")).json()
    assert (undone["state"], undone["undo_until"], undone["decided_at"]) == ("pending", None, None)
    assert await pays(owner) == (OLGA, False)
    kept = await member(owner, ann.id)
    assert (kept["role"], kept["spending_limit"]) == ("admin", eur(700))
    assert code(await move(heir, offered["id"], "undo")) == (409, "undo_not_possible")
    await move(heir, offered["id"], "accept")
    clock = team.server.clock
    clock.move_to(clock.now() + dt.timedelta(minutes=10))
    late = await move(heir, offered["id"], "undo")
    assert (code(late), late.json()["detail"]) == ((409, "undo_not_possible"), "The ten minutes are over.")


async def test_what_was_paid_keeps_it_from_being_undone(
    owner: httpx.AsyncClient, heir: httpx.AsyncClient, ann: Person
) -> None:
    """Ann has bought a seat as who pays: she can't give that back, nor while she offers it to somebody else."""
    offered = await offer(owner, ann.id)
    await move(heir, offered["id"], "accept")
    quote = (await heir.post("/v1/quotes", json={"seats": 4})).json()
    assert (await heir.post(f"/v1/quotes/{quote['id']}/confirm", headers={"Idempotency-Key": "buy"})).is_success
    undone = await move(heir, offered["id"], "undo")
    assert (code(undone), undone.json()["detail"]) == ((409, "undo_not_possible"), "Something was paid since.")
    invoices = (await owner.get("/v1/invoices")).json()["items"]
    assert len(invoices) == 2


async def test_an_offer_is_one_and_the_main_accounts(
    team: Team, owner: httpx.AsyncClient, heir: httpx.AsyncClient, ann: Person
) -> None:
    """One at a time, to a member, by who pays and by nobody else; the one who offered withdraws it."""
    await give(owner, ann.id, "owner")
    for to, expected in (
        (team.account_id, (422, "validation_failed")),
        ("acc_nobody", (404, "not_found")),
    ):
        assert code(await owner.post("/v1/ownership", json={"to": to})) == expected
    refused = await heir.post("/v1/ownership", json={"to": team.account_id})
    assert code(refused) == (409, "main_account_decides")
    assert OLGA in refused.json()["detail"]
    offered = await offer(owner, ann.id)
    assert code(await owner.post("/v1/ownership", json={"to": ann.id})) == (409, "ownership_pending")
    assert code(await heir.post(f"/v1/ownership/{offered['id']}/cancel")) == (409, "main_account_decides")
    assert (await owner.post(f"/v1/ownership/{offered['id']}/cancel")).json()["state"] == "cancelled"
    for verb in ("accept", "decline"):
        assert code(await move(heir, offered["id"], verb)) == (409, "ownership_not_pending")
    assert (await profile(heir))["ownership"] == []
    async with team.server.client(outsider(team.server)) as stranger:
        assert code(await move(stranger, offered["id"], "accept")) == (404, "not_found")


async def test_declined_with_a_reason(owner: httpx.AsyncClient, heir: httpx.AsyncClient, ann: Person) -> None:
    """The reason is read by the other side; afterwards a new offer can be made."""
    offered = await offer(owner, ann.id)
    assert code(await move(heir, offered["id"], "decline", reason="\x1b[2J")) == (422, "unsafe_text")
    assert (await move(heir, offered["id"], "decline", reason="Not me.")).json()["state"] == "declined"
    (declined,) = await told(owner, "ownership.declined")
    assert (declined["object"]["attributes"]["reason"], declined["actor"]["label"]) == ("Not me.", ann.email)
    assert await pays(owner) == (OLGA, False)
    await offer(owner, ann.id)


async def test_it_expires_on_its_own(
    team: Team, owner: httpx.AsyncClient, heir: httpx.AsyncClient, ann: Person
) -> None:
    """After 14 days nothing can be accepted, whether or not the server has noted the end; it notes it once."""
    offered = await offer(owner, ann.id)
    clock = team.server.clock
    clock.move_to(clock.now() + dt.timedelta(days=14))
    assert code(await move(heir, offered["id"], "accept")) == (409, "ownership_not_pending")
    assert (await owner.get("/v1/ownership")).json()["offer"] is None
    do_chores(load_areas(), team.server.services)
    do_chores(load_areas(), team.server.services)
    (expired,) = await told(owner, "ownership.expired")
    assert (expired["actor"]["account_id"], expired["created_at"][:10]) == (None, "2025-11-28")
    await offer(owner, ann.id)


async def test_who_is_removed_takes_nothing_over(
    owner: httpx.AsyncClient, heir: httpx.AsyncClient, ann: Person
) -> None:
    """Removing the one who was asked withdraws the offer, and says so."""
    offered = await offer(owner, ann.id)
    removed = (await owner.delete(f"/v1/members/{ann.id}")).json()
    assert (removed["requests_cancelled"], removed["tokens_revoked"]) == (1, 1)
    assert (await heir.get("/v1/profile")).status_code == 401
    (cancelled,) = await told(owner, "ownership.cancelled")
    assert cancelled["object"]["id"] == offered["id"]


async def test_the_seat_of_who_pays_is_theirs(
    team: Team, owner: httpx.AsyncClient, heir: httpx.AsyncClient, ann: Person
) -> None:
    """D15: whether the main account uses a seat is told of the account that is it, through handing over and undoing."""
    assert (await owner.post(f"/v1/members/{ann.id}/add-to-subscription")).status_code == 201
    assert await pays(owner) == (OLGA, False)
    offered = await offer(owner, ann.id)
    await move(heir, offered["id"], "accept")
    assert await pays(heir) == (ann.email, True)
    assert code(await owner.patch("/v1/subscription/own-seat", json={"uses": True})) == (409, "main_account_decides")
    assert (await owner.post(f"/v1/members/{team.account_id}/add-to-subscription")).status_code == 201
    await move(heir, offered["id"], "undo")
    assert await pays(owner) == (OLGA, True)


async def test_a_half_done_handover_is_none(
    team: Team, owner: httpx.AsyncClient, heir: httpx.AsyncClient, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks off between the two roles leaves neither: all of it is one transaction."""
    offered = await offer(owner, ann.id, then="member")

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("server.ownership.accepting.end", broken)
        assert code(await move(heir, offered["id"], "accept")) == (500, "internal_error")
    assert await pays(owner) == (OLGA, False)
    assert (await member(owner, team.account_id))["role"] == "owner"
    assert (await member(owner, ann.id))["version"] == 1
    assert not await told(owner, "member.role_changed")
    assert json.dumps((await profile(heir))["ownership"]).count(offered["id"]) == 1
