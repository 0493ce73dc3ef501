"""A request has two ends: nobody asks themselves, their own subscription, or who is with them already (D22)."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from account_desk import asks, code, move, offered, outsider, profile, token_for
from builders import RunningServer, Team, findings_in, make_organisation, running
from import_desk import apply, plan, sheet
from sqlalchemy import update
from transfer_desk import ask_to_join

from contract.people import Role
from server.store.tables import subscriptions, transfers

OWNER = "owner@tidewheel.example"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server; at the end everything must verify."""
    async with running(tmp_path) as found:
        yield found
        assert findings_in(found) == []


@pytest.fixture
def team(server: RunningServer) -> Team:
    """An organisation with five seats."""
    return make_organisation(server, "Tidewheel", seats=5)


@pytest.fixture
async def owner(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Its owner."""
    async with team.client() as client:
        yield client


@pytest.mark.parametrize("written", [OWNER, "  OWNER@Tidewheel.Example ", "Owner@TIDEWHEEL.example"])
async def test_the_main_account_cannot_be_asked(team: Team, owner: httpx.AsyncClient, written: str) -> None:
    """By itself or by an admin, however the address is written; nothing waits afterwards."""
    async with team.server.client(team.token_of(Role.ADMIN, spending_limit=9999)) as admin:
        for api in (owner, admin):
            assert code(await api.post("/v1/transfers", json={"email": written})) == (409, "transfer_to_oneself")
    assert (await profile(owner))["waiting"] == []


async def test_an_address_of_another_spelling_is_the_same(server: RunningServer) -> None:
    """NFC and IDN: the owner of a domain with an umlaut is found under its other spelling too."""
    team = make_organisation(server, "Other Ltd", owner="zo\u00eb@b\u00fccher.example")
    async with team.client() as api:
        for written in ("zoe\u0308@b\u00fccher.example", "ZO\u00cb@xn--bcher-kva.example"):
            assert code(await api.post("/v1/transfers", json={"email": written})) == (409, "transfer_to_oneself")


async def test_a_member_is_added_directly(team: Team, owner: httpx.AsyncClient) -> None:
    """Not asked; oneself neither; who uses another organisation's subscription has to be asked all the same (D16)."""
    token = team.token_of(Role.ADMIN, email="mem@x.example", spending_limit=9999)
    assert code(await owner.post("/v1/transfers", json={"email": "MEM@x.example"})) == (409, "already_member")
    async with team.server.client(token) as member:
        assert code(await member.post("/v1/transfers", json={"email": "mem@x.example"})) == (
            409,
            "transfer_to_oneself",
        )
        other = make_organisation(team.server, "Other Ltd")
        async with other.client() as theirs:
            await move(member, await offered(theirs, "mem@x.example"), "accept")
    assert code(await owner.post("/v1/users", json={"email": "mem@x.example"})) == (409, "needs_transfer")
    assert (await owner.post("/v1/transfers", json={"email": "mem@x.example"})).status_code == 201


@pytest.mark.parametrize("asked", [OWNER, "OWNER@tidewheel.example", "Tidewheel", " tidewheel "])
async def test_an_owner_does_not_ask_its_own_organisation(owner: httpx.AsyncClient, asked: str) -> None:
    """It is told so before anything else: its own subscription is not said to end, and nothing is written down."""
    refused = await asks(owner, asked)
    assert code(refused) == (409, "transfer_to_oneself")
    assert "refund" not in refused.text
    assert (await owner.get("/v1/profile/transfers")).json()["items"] == []


async def test_a_user_does_not_ask_where_it_is_one(server: RunningServer, owner: httpx.AsyncClient) -> None:
    """What it knows of itself is said; somebody else hears nothing of the kind."""
    token = outsider(server)
    async with server.client(token) as ana, server.client(outsider(server, "ben@outside.example")) as ben:
        await move(ana, await offered(owner), "accept")
        assert code(await asks(ana, "Tidewheel")) == (409, "already_user")
        assert (await asks(ben, "Tidewheel")).status_code == 201


async def test_nobody_accepts_themselves(team: Team, owner: httpx.AsyncClient) -> None:
    """An admin who asked to join leaves the decision to another; many at once, and one by one."""
    (request,) = ask_to_join(team, "Ann")
    ann = (await owner.get(f"/v1/transfers/{request}")).json()["email"]
    with team.server.services.database.write() as connection:
        from server.store import organisations

        account = organisations.account_by_email(connection, ann)
        assert account is not None
        values = {"organisation_id": team.organisation_id, "account_id": account.id, "now": team.server.clock.now()}
        organisations.add_member(connection, role=Role.ADMIN, spending_limit=9999, **values)
    async with team.server.client(token_for(team, account.id)) as api:
        assert code(await api.post(f"/v1/transfers/{request}/accept")) == (409, "transfer_to_oneself")
        many = await api.post("/v1/transfers/decisions", json={"accept": [{"id": request, "version": 1}]})
        assert many.json()["results"][0]["problem"]["code"] == "transfer_to_oneself"
    assert (await owner.post(f"/v1/transfers/{request}/accept")).status_code == 200


async def test_ends_are_compared_again_when_it_is_answered(team: Team, owner: httpx.AsyncClient) -> None:
    """An offer from before the rule, to the main account or opened by who is asked, is accepted by nobody."""
    server = team.server
    async with server.client(outsider(server)) as ana:
        offer = await offered(owner)
        account = (await profile(ana))["me"]["account"]["id"]
        with server.services.database.write() as connection:
            connection.execute(update(transfers).values(opened_by_account=account))
        assert code(await move(ana, offer, "accept")) == (409, "transfer_to_oneself")
        with server.services.database.write() as connection:
            connection.execute(update(transfers).values(opened_by_account=team.account_id))
            connection.execute(update(subscriptions).values(owner_account_id=account))
        assert code(await move(ana, offer, "accept")) == (409, "transfer_to_oneself")
        assert (await move(ana, offer, "decline")).status_code == 200
        with server.services.database.write() as connection:
            connection.execute(update(subscriptions).values(owner_account_id=team.account_id))


async def test_a_request_is_not_sent_again_to_who_came_in_otherwise(server: RunningServer, team: Team) -> None:
    """Sending again compares the ends too: a member by now is added, a user is one."""
    async with team.client() as owner, server.client(outsider(server)) as ana:
        offer = await offered(owner)
        await owner.post("/v1/invitation-codes", json={"code": "come in all"})
        await ana.post("/v1/profile/redeem-code", json={"code": "come in all"})
        server.clock.move_to(server.clock.now().replace(hour=12))
        assert code(await owner.post(f"/v1/transfers/{offer}/resend")) == (409, "already_user")
        await ana.post("/v1/profile/leave")
        assert code(await owner.post(f"/v1/transfers/{offer}/resend")) == (409, "already_member")


async def test_the_main_account_alone_takes_its_seat(team: Team, owner: httpx.AsyncClient) -> None:
    """D15: by hand, from the directory, by a file or a code it is a user by its own deed, and is said to use a seat."""
    member = f"/v1/members/{team.account_id}/add-to-subscription"
    async with team.server.client(team.token_of(Role.ADMIN, spending_limit=9999)) as admin:
        assert code(await admin.post("/v1/users", json={"email": OWNER})) == (409, "main_account_decides")
        assert code(await admin.post(member)) == (409, "main_account_decides")
        planned = await plan(admin, sheet(f"{OWNER},,,"))
        assert planned["counts"]["invalid"] == 1
        user = (await owner.post("/v1/users", json={"email": OWNER})).json()
        assert (await owner.get("/v1/subscription")).json()["main_account_uses_seat"] is True
        await admin.delete(f"/v1/users/{user['id']}")
        assert code(await admin.post(f"/v1/users/{user['id']}/restore")) == (409, "main_account_decides")
    assert (await owner.get("/v1/subscription")).json()["main_account_uses_seat"] is False
    for way in ("member", "file", "code"):
        if way == "member":
            assert (await owner.post(member)).status_code == 201
        elif way == "file":
            assert (await apply(team, owner, await plan(owner, sheet(f"{OWNER},,,"))))["applied"] == 1
        else:
            await owner.post("/v1/invitation-codes", json={"code": "come in all"})
            assert (await owner.post("/v1/profile/redeem-code", json={"code": "come in all"})).status_code == 200
        assert (await owner.get("/v1/subscription")).json()["main_account_uses_seat"] is True
        await owner.post("/v1/profile/leave")
        assert (await owner.get("/v1/subscription")).json()["main_account_uses_seat"] is False
