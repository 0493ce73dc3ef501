"""`/v1/profile`: what an account is told about itself, what it may edit, and how it leaves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from account_desk import move, offered, outsider, profile, token_for
from builders import NOW, RunningServer, Team, add_users, findings_in, make_organisation, running

from contract.operations import OPERATIONS
from contract.people import Permission, Role
from server.store import organisations

HOSTILE = "[red]\u2066Ana[/]"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server."""
    async with running(tmp_path) as found:
        yield found


@pytest.fixture
def team(server: RunningServer) -> Team:
    """One organisation with three seats."""
    return make_organisation(server, "Tidewheel", seats=3)


async def test_an_account_of_no_organisation_signs_in(server: RunningServer, team: Team) -> None:
    """It sees itself, belongs nowhere, uses nothing, and everything but its own account is refused."""
    async with server.client(outsider(server)) as api:
        me = (await api.get("/v1/me")).json()
        assert (me["organisation"], me["role"], me["may"]) == (None, "member", ["own_account"])
        found = await profile(api)
        assert found["me"] == me
        assert (found["uses"], found["owns"], found["waiting"], found["undoable"]) == (None, [], [], [])
        assert found["entitlement"] == {"entitled": False, "reason": "not_listed", "until": None}
        for operation in OPERATIONS:
            if operation.permission is not Permission.OWN_ACCOUNT:
                path = operation.path.replace("{id}", "usr_1")
                assert (await api.request(operation.method, path)).status_code == 403, operation.name
    assert team.organisation_id not in str(found)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
async def test_every_role_has_a_profile(team: Team, role: Role) -> None:
    """Whatever somebody is in an organisation, their own account is theirs to see."""
    async with team.server.client(team.token_of(role)) as api:
        found = await profile(api)
        assert found["me"]["role"] == role
        assert found["me"]["organisation"]["name"] == "Tidewheel"


async def test_a_user_is_told_what_it_uses(team: Team) -> None:
    """Organisation, plan, status, and until when: somebody without a seat is told so."""
    users = add_users(team, 4)
    async with team.server.client(token_for(team, users[0].account_id)) as api:
        found = await profile(api)
        assert found["uses"]["organisation"] == "Tidewheel"
        assert (found["uses"]["plan"], found["uses"]["status"]) == ("Business", "active")
        assert found["entitlement"] == {"entitled": True, "reason": "active", "until": "2025-12-14T00:00:00Z"}
    async with team.server.client(token_for(team, users[3].account_id)) as api:
        found = await profile(api)
        assert (found["uses"]["status"], found["entitlement"]["reason"]) == ("not_paid", "not_paid")


async def test_everybody_reads_where_they_belong(server: RunningServer, team: Team) -> None:
    """Each organisation with role, plan, since when, the seat there, and its main account; also after a code."""
    other = make_organisation(server, "Northpoint", seats=1)
    token = outsider(server)
    async with server.client(token) as api, team.client() as owner, other.client() as elsewhere:
        assert (await profile(api))["memberships"] == []
        await owner.post("/v1/invitation-codes", json={"code": "COME-IN-27"})
        joined = await api.post("/v1/profile/redeem-code", json={"code": "come in 27"})
        assert joined.status_code == 200, joined.text
        (house,) = (await profile(api))["memberships"]
        assert house.pop("since") == house.pop("listed_at") == "2025-11-14T09:30:00Z"
        assert house == {
            "organisation": {"id": team.organisation_id, "name": "Tidewheel"},
            "role": "member",
            "plan": "Business",
            "status": "active",
            "contact": "owner@tidewheel.example",
            "contact_name": "Olga Owner",
        }
        await api.post("/v1/profile/leave")
        (house,) = (await profile(api))["memberships"]
        assert (house["status"], house["listed_at"]) == (None, None)
        offer = await offered(elsewhere)
        assert (await move(api, offer, "accept")).status_code == 200
        found = {each["organisation"]["name"]: each["status"] for each in (await profile(api))["memberships"]}
        assert found == {"Tidewheel": None, "Northpoint": "active"}


async def test_an_issued_token_reads_of_its_own_organisation_alone(server: RunningServer, team: Team) -> None:
    """What others know of somebody is no matter of the organisation that made the token."""
    other = make_organisation(server, "Northpoint", seats=1)
    account = team.member(email="bo@team.example")
    with server.services.database.write() as connection:
        organisations.add_member(
            connection, organisation_id=other.organisation_id, account_id=account, role=Role.VIEWER, now=NOW
        )
    async with team.client() as owner:
        made = (await owner.post("/v1/tokens", json={"email": "bo@team.example"})).json()
    async with server.client(made["token"]) as api:
        assert [each["organisation"]["name"] for each in (await profile(api))["memberships"]] == ["Tidewheel"]


async def test_names_are_ones_own(team: Team) -> None:
    """A change shows in the profile, in the owner's list and in the history; what is absent or the same stays."""
    (user,) = add_users(team, 1)
    async with team.server.client(token_for(team, user.account_id)) as api, team.client() as owner:
        answer = await api.patch("/v1/profile", json={"first_name": " Zoë ", "position": "Diver"})
        account = answer.json()["me"]["account"]
        assert (account["first_name"], account["last_name"], account["position"]) == ("Zoë", user.last_name, "Diver")
        assert (await owner.get("/v1/users", params={"search": "zoe diver"})).json()["items"][0]["id"] == user.id
        newest = (await owner.get("/v1/events")).json()["items"][0]
        assert (newest["type"], newest["actor"]["account_id"]) == ("user.changed", user.account_id)
        await api.patch("/v1/profile", json={"first_name": "Zoë"})
        assert (await owner.get("/v1/events")).json()["items"][0]["id"] == newest["id"]
        assert (await profile(api))["me"]["account"] == account


async def test_hostile_names_are_refused(server: RunningServer) -> None:
    """Control and direction-changing characters are refused with their place; markup is text."""
    async with server.client(outsider(server)) as api:
        answer = await api.patch("/v1/profile", json={"first_name": HOSTILE})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/first_name")
        answer = await api.patch("/v1/profile", json={"first_name": "[red]Ana[/]"})
        assert answer.json()["me"]["account"]["first_name"] == "[red]Ana[/]"
        assert (await api.patch("/v1/profile", json={"email": "x@y.example"})).status_code == 422


async def test_leaving_frees_the_seat(team: Team) -> None:
    """Whoever waits longest gets it at once, the leaver uses nothing, stays a member, and leaves once."""
    users = add_users(team, 4)
    async with team.server.client(token_for(team, users[0].account_id)) as api, team.client() as owner:
        answer = await api.post("/v1/profile/leave")
        assert answer.json() == {"organisation": "Tidewheel", "left_at": NOW.isoformat().replace("+00:00", "Z")}
        found = await profile(api)
        assert (found["uses"], found["me"]["organisation"]["name"]) == (None, "Tidewheel")
        assert found["entitlement"] == {"entitled": False, "reason": "removed", "until": None}
        assert found["entitlement"] == (await owner.get(f"/v1/entitlements/{users[0].account_id}")).json()
        assert (await owner.get(f"/v1/users/{users[3].id}")).json()["status"] == "active"
        again = await api.post("/v1/profile/leave")
        assert (again.status_code, again.json()["code"]) == (409, "not_a_user")
        events = (await owner.get("/v1/events")).json()["items"]
        left = next(each for each in events if each["type"] == "user.removed")
        assert left["actor"]["account_id"] == users[0].account_id
    assert findings_in(team.server) == []


async def test_leaving_twice_with_one_key_is_leaving_once(team: Team) -> None:
    """The answer that got lost is told again (D30), also to somebody who belongs nowhere."""
    async with team.client() as owner, team.server.client(outsider(team.server)) as api:
        transfer = await offered(owner)
        assert (await api.post(f"/v1/profile/transfers/{transfer}/accept")).status_code == 200
        first = await api.post("/v1/profile/leave", headers={"Idempotency-Key": "k"})
        again = await api.post("/v1/profile/leave", headers={"Idempotency-Key": "k"})
        assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")


async def test_a_code_is_used_from_the_profile(team: Team) -> None:
    """An account of no organisation takes a free seat with a code, and sees where it is then."""
    async with team.client() as owner, team.server.client(outsider(team.server)) as api:
        await owner.post("/v1/invitation-codes", json={"code": "WELCOME-26"})
        answer = await api.post("/v1/profile/redeem-code", json={"code": "welcome 26"})
        assert (answer.status_code, answer.json()["status"]) == (200, "active"), answer.text
        assert (await profile(api))["uses"]["source"] == "code"
        wrong = await api.post("/v1/profile/redeem-code", json={"code": "nothing"})
        assert wrong.status_code == 409
    assert findings_in(team.server) == []


async def test_the_plan_for_one_is_its_owners(server: RunningServer) -> None:
    """The main account of a plan without sub-accounts may use the service without being listed."""
    alone = make_organisation(server, "Alone", plan="non-commercial")
    async with alone.client() as api:
        found = await profile(api)
        assert (found["entitlement"]["entitled"], found["uses"], found["owns"]) == (True, None, [])
