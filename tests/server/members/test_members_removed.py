"""Taking a member out of the organisation and bringing them back: role, limit, seat, tokens, requests."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_desk import asks, code, offered, token_for
from builders import Team, add_users, findings_in, make_organisation, running
from role_desk import eur, give, member, person, told

from contract.people import Role


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with two seats."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=2)
        assert findings_in(server) == []


@pytest.fixture
async def owner(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Its owner."""
    async with team.client() as client:
        yield client


async def listed(api: httpx.AsyncClient, who: str) -> dict[str, Any]:
    """Put a member on the list."""
    answer = await api.post(f"/v1/members/{who}/add-to-subscription")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_a_member_was_comes_back(team: Team, owner: httpx.AsyncClient) -> None:
    """Out: no member, no user, no token. Back: role, limit, since when, the same user; the tokens stay revoked."""
    bo = person(team, "bo", Role.ADMIN, limit=4200)
    user = await listed(owner, bo.id)
    before = await member(owner, bo.id)
    async with team.server.client(bo.token) as api:
        gone = (await owner.delete(f"/v1/members/{bo.id}")).json()
        assert (gone["role"], gone["spending_limit"], gone["was_user"]) == ("admin", eur(4200), True)
        assert (gone["tokens_revoked"], gone["removed_by"]) == (1, "owner@example.example")
        assert gone["restorable_until"] == "2025-12-14T00:00:00Z"
        assert (await api.get("/v1/me")).status_code == 401
        assert (await owner.get(f"/v1/members/{bo.id}")).status_code == 404
        assert code(await owner.delete(f"/v1/members/{bo.id}")) == (404, "not_found")
        assert (await owner.get("/v1/users")).json()["items"] == []
        (shown,) = (await owner.get("/v1/members/removed", params={"count": "true"})).json()["items"]
        assert shown["id"] == bo.id
        back = (await owner.post(f"/v1/members/{bo.id}/restore")).json()
        assert (back["user"]["id"], back["status"]) == (user["id"], "active")
        assert {**await member(owner, bo.id), "version": 0, "user": 0} == {**before, "version": 0, "user": 0}
        assert (await api.get("/v1/me")).status_code == 401
    assert code(await owner.post(f"/v1/members/{bo.id}/restore")) == (409, "already_member")
    kinds = [each["type"] for each in (await owner.get("/v1/events")).json()["items"][:5]]
    assert kinds == ["user.restored", "member.restored", "member.removed", "token.revoked", "user.removed"]
    (removed,) = await told(owner, "member.removed")
    assert removed["previous"] == {"role": "admin", "spending_limit": "EUR 42.00 a month", "state": "member"}


async def test_without_a_free_seat_they_are_not_paid(team: Team, owner: httpx.AsyncClient) -> None:
    """D15: their seat went to somebody else meanwhile; the next payment says what it adds."""
    bo = person(team, "bo")
    await listed(owner, bo.id)
    await owner.delete(f"/v1/members/{bo.id}")
    add_users(team, 2)
    back = (await owner.post(f"/v1/members/{bo.id}/restore")).json()
    assert back["status"] == "not_paid"
    assert (back["next_payment"]["before"], back["next_payment"]["after"]) == (eur(1200), eur(1800))


async def test_a_place_on_the_list_comes_back_with_the_member_alone(team: Team, owner: httpx.AsyncClient) -> None:
    """Undoing the user's removal, one or many, makes no user of somebody who is no member."""
    bo = person(team, "bo")
    user = await listed(owner, bo.id)
    selected = (await owner.post("/v1/users/selections", json={"ids": [user["id"]]})).json()
    assert (await owner.post(f"/v1/users/selections/{selected['id']}/remove", json={"count": 1})).is_success
    await owner.delete(f"/v1/members/{bo.id}")
    refused = await owner.post(f"/v1/users/{user['id']}/restore")
    assert code(refused) == (409, "not_restorable")
    assert "removed from the organisation" in refused.json()["detail"]
    after = (await owner.post(f"/v1/users/selections/{selected['id']}/restore")).json()
    assert (after["restored"], after["not_restorable"]) == (0, 1)
    assert (await owner.get("/v1/users")).json()["items"] == []
    assert (await owner.post(f"/v1/members/{bo.id}/restore")).json()["status"] is None


async def test_what_was_asked_of_them_is_withdrawn(team: Team, owner: httpx.AsyncClient) -> None:
    """The organisation's own request ends with the member; what they ask of it is still somebody's to decide."""
    other = make_organisation(team.server, "Other Ltd", seats=2)
    bo, ann = person(team, "bo"), person(team, "ann")
    for each in (bo, ann):
        async with other.client() as theirs, team.server.client(each.token) as api:
            request = await offered(theirs, each.email)
            assert (await api.post(f"/v1/profile/transfers/{request}/accept")).is_success
    request = await offered(owner, bo.email)
    async with team.server.client(ann.token) as api:
        assert (await asks(api, "owner@example.example")).status_code == 201
    assert [(await owner.delete(f"/v1/members/{each.id}")).json()["requests_cancelled"] for each in (bo, ann)] == [1, 0]
    assert (await owner.get(f"/v1/transfers/{request}")).json()["state"] == "cancelled"
    (waiting,) = (await owner.get("/v1/transfers", params={"state": "pending"})).json()["items"]
    assert waiting["email"] == ann.email


async def test_the_time_for_it_ends(team: Team, owner: httpx.AsyncClient) -> None:
    """After the period nobody comes back this way; who came back otherwise is a plain member, and not brought back."""
    bo, ann = person(team, "bo", Role.VIEWER), person(team, "ann", Role.ADMIN)
    for each in (bo, ann):
        await owner.delete(f"/v1/members/{each.id}")
    await owner.post("/v1/invitation-codes", json={"code": "come in all"})
    async with team.server.client(token_for_nobody(team, ann.id)) as api:
        assert (await api.post("/v1/profile/redeem-code", json={"code": "come in all"})).is_success
    assert (await member(owner, ann.id))["role"] == "member"
    assert code(await owner.post(f"/v1/members/{ann.id}/restore")) == (409, "already_member")
    assert [each["id"] for each in (await owner.get("/v1/members/removed")).json()["items"]] == [bo.id]
    team.server.clock.move_to(dt.datetime(2025, 12, 14, tzinfo=dt.UTC))
    assert code(await owner.post(f"/v1/members/{bo.id}/restore")) == (409, "not_restorable")
    assert (await owner.get("/v1/members/removed")).json()["items"] == []


def token_for_nobody(team: Team, account_id: str) -> str:
    """A token of an account that says of no organisation."""
    from server.operations.provisioning import give_token

    with team.server.services.database.write() as connection:
        return give_token(connection, None, account_id, team.server.services.clock.now())


async def test_an_owner_who_leaves_takes_their_tokens_along(team: Team, owner: httpx.AsyncClient) -> None:
    """Oneself can be taken out, too; what one issued to others ends, and does not come back with one."""
    ann = person(team, "ann", Role.OWNER)
    (user,) = add_users(team, 1)
    async with team.server.client(ann.token) as api:
        handed = (await api.post("/v1/tokens", json={"email": user.email})).json()
        assert (await api.delete(f"/v1/members/{ann.id}")).json()["tokens_revoked"] == 2
        assert (await api.get("/v1/me")).status_code == 401
    assert (await owner.post(f"/v1/members/{ann.id}/restore")).json()["role"] == "owner"
    async with team.server.client(handed["token"]) as robot, team.server.client(token_for(team, ann.id)) as api:
        assert (await robot.get("/v1/me")).status_code == 401
        assert (await api.get("/v1/me")).json()["role"] == "owner"
    assert (await give(owner, ann.id, "member")).status_code == 200
