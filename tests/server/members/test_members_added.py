"""Putting members on the subscription: seats by the rules, and nothing about anybody else is told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_desk import move, offered
from builders import Team, findings_in, make_organisation, running

from contract.people import Role


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with three seats and one user; at the end everything must verify."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=3, users=1)
        assert findings_in(server) == []


def join(team: Team, *names: str) -> None:
    """New members who use nothing yet."""
    for name in names:
        team.token_of(Role.MEMBER, email=f"{name}@b.example")


async def ids(api: httpx.AsyncClient, **query: Any) -> list[str]:
    """The members there are, by name."""
    return [each["id"] for each in (await api.get("/v1/members", params=query)).json()["items"]]


async def add(api: httpx.AsyncClient, members: list[str], **body: Any) -> list[str]:
    """Add many; each one's status or problem code."""
    answer = await api.post("/v1/members/add-to-subscription", json={"ids": members, **body})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert [each["index"] for each in report["results"]] == list(range(len(members)))
    assert report["done"] == sum(each["user"] is not None for each in report["results"])
    assert report["done"] + report["failed"] == len(members)
    return [each["user"]["status"] if each["user"] else each["problem"]["code"] for each in report["results"]]


async def test_one_member_becomes_a_user(team: Team) -> None:
    """D15, D17: on a free seat and active, by the way `member`; once more is `already_user`; an event tells of it."""
    join(team, "ann")
    async with team.client() as api:
        (ann,) = await ids(api, search="ann@")
        answer = await api.post(f"/v1/members/{ann}/add-to-subscription")
        assert answer.status_code == 201
        user = answer.json()
        assert (user["account_id"], user["status"], user["source"]) == (ann, "active", "member")
        again = await api.post(f"/v1/members/{ann}/add-to-subscription")
        assert (again.status_code, again.json()["code"]) == (409, "already_user")
        (event,) = (await api.get("/v1/events", params={"limit": 1})).json()["items"]
        assert (event["type"], event["object"]["id"]) == ("user.added", user["id"])
        assert event["object"]["attributes"]["source"] == "member"
        profile = (await api.get(f"/v1/members/{ann}")).json()
        assert profile["user"]["id"] == profile["user_id"] == user["id"]
        assert profile["user"]["added_by"] == "owner@example.example"
        assert (profile["status"], profile["role"], profile["transfer"]) == ("active", "member", None)


async def test_many_take_the_free_seats_in_order(team: Team) -> None:
    """D15: the first two find a seat, the others are not paid; who is a user, unknown or named twice is refused."""
    join(team, "a", "b", "c", "d")
    async with team.client() as api:
        new = await ids(api, search="@b.example", sort="email")
        (user,) = await ids(api, listed="yes")
        wanted = [new[3], user, new[0], "acc_nobody", new[1], new[0], new[2]]
        results = await add(api, wanted)
        expected = ["active", "already_user", "active", "not_found", "not_paid", "already_user", "not_paid"]
        assert results == expected
        assert await add(api, new) == ["already_user"] * 4


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("best_effort", ["active", "active", "not_paid"]),
        ("until_full", ["active", "active", "no_seat_available"]),
        ("atomic", ["active", "active", "not_paid"]),
    ],
)
async def test_modes(team: Team, mode: str, expected: list[str]) -> None:
    """`until_full` adds nobody without a free seat; the others do."""
    join(team, "a", "b", "c")
    async with team.client() as api:
        assert await add(api, await ids(api, search="@b.example"), mode=mode) == expected


async def test_all_or_nothing(team: Team) -> None:
    """`atomic`: one who can't be added keeps all the others out, and each is told which it was."""
    join(team, "a", "b")
    async with team.client() as api:
        new = await ids(api, search="@b.example")
        assert await add(api, [*new, "acc_nobody"], mode="atomic") == ["not_done", "not_done", "not_found"]
        assert await ids(api, listed="yes") == await ids(api, search="user0")


async def test_somebody_who_is_a_user_elsewhere_needs_a_transfer(team: Team) -> None:
    """D16: nobody is on two subscriptions; here they are a member without a status, whatever they use elsewhere."""
    join(team, "ann")
    other = make_organisation(team.server, "Other Ltd")
    async with team.client() as api, other.client() as theirs:
        (ann,) = await ids(api, search="ann@")
        other.token_of(Role.MEMBER, email="bo@b.example")
        with team.server.services.database.write() as connection:
            connection.exec_driver_sql(
                "INSERT INTO members (organisation_id, account_id, role, created_at) VALUES (?, ?, 'member', 0)",
                (other.organisation_id, ann),
            )
        assert await add(theirs, [ann]) == ["active"]
        assert await add(api, [ann]) == ["needs_transfer"]
        one = await api.post(f"/v1/members/{ann}/add-to-subscription")
        assert (one.status_code, one.json()["code"]) == (409, "needs_transfer")
        profile = (await api.get(f"/v1/members/{ann}")).json()
        assert (profile["status"], profile["user_id"], profile["user"]) == (None, None, None)
        assert ann in await ids(api, listed="no")
        assert ann in await ids(theirs, listed="yes")


async def test_another_organisations_members_are_not_there(team: Team) -> None:
    """D28: their profile and adding them are 404, alone and among many, and no list names them."""
    other = make_organisation(team.server, "Other Ltd", users=2)
    async with team.client() as api, other.client() as theirs:
        for stranger in await ids(theirs):
            for method, path in (("GET", ""), ("POST", "/add-to-subscription")):
                answer = await api.request(method, f"/v1/members/{stranger}{path}")
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert await add(api, [stranger]) == ["not_found"]
            assert stranger not in await ids(api)


@pytest.mark.parametrize("role", [Role.BILLING, Role.VIEWER, Role.MEMBER])
async def test_who_may_not_add(team: Team, role: Role) -> None:
    """D28: they are told which role it takes, and nothing happens."""
    token = team.token_of(role)
    join(team, "ann")
    async with team.client() as api, team.server.client(token) as theirs:
        (ann,) = await ids(api, search="ann@")
        for path, body in (
            (f"/v1/members/{ann}/add-to-subscription", None),
            ("/v1/members/add-to-subscription", [ann]),
        ):
            answer = await theirs.post(path, json={"ids": body} if body else None)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
        assert (await theirs.get("/v1/members")).status_code == (403 if role is Role.MEMBER else 200)
        assert ann in await ids(api, listed="no")


async def test_a_plan_without_sub_accounts_takes_nobody(tmp_path: Path) -> None:
    """D17: refused as a whole, one or many."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan="non-commercial", seats=1)
        async with team.client() as api:
            (owner,) = await ids(api)
            one = await api.post(f"/v1/members/{owner}/add-to-subscription")
            many = await api.post("/v1/members/add-to-subscription", json={"ids": [owner]})
            for answer in (one, many):
                assert answer.json()["code"] == "plan_has_no_sub_accounts"


async def test_a_contract_takes_its_number(tmp_path: Path) -> None:
    """D15: active at once up to the contract's maximum, then refused."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan="contract", seats=2)
        join(team, "a", "b", "c", "d")
        async with team.client() as api:
            new = await ids(api, search="@b.example", sort="email")
            assert await add(api, new[:3]) == ["active", "active", "user_limit_reached"]
            last = await api.post(f"/v1/members/{new[3]}/add-to-subscription")
            assert last.json()["code"] == "user_limit_reached"


async def test_nobody_joins_what_has_ended(team: Team) -> None:
    """D12: after the end adding is refused."""
    join(team, "ann")
    async with team.client() as api:
        (ann,) = await ids(api, search="ann@")
        with team.server.services.database.write() as connection:
            connection.exec_driver_sql("UPDATE subscriptions SET status = 'ended'")
        answer = await api.post(f"/v1/members/{ann}/add-to-subscription")
        assert answer.json()["code"] == "subscription_not_active"
        many = await api.post("/v1/members/add-to-subscription", json={"ids": [ann]})
        assert many.json()["code"] == "subscription_not_active"


async def test_a_repeated_command_happens_once(team: Team) -> None:
    """D30: the same key answers the same; the seats are counted once."""
    join(team, "a", "b")
    async with team.client() as api:
        body = {"ids": await ids(api, search="@b.example")}
        headers = {"Idempotency-Key": "once"}
        first = await api.post("/v1/members/add-to-subscription", json=body, headers=headers)
        again = await api.post("/v1/members/add-to-subscription", json=body, headers=headers)
        assert again.headers["idempotency-replayed"] == "true"
        assert again.json() == first.json()
        assert (await api.get("/v1/subscription")).json()["users_active"] == 3


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": "all"}, {"ids": ["acc_1"], "mode": "some"}, {"ids": ["../users"]}, {"add": []}]
)
async def test_what_can_not_be_meant_is_refused(team: Team, body: dict[str, Any]) -> None:
    """A body of another shape is 422 with a pointer."""
    async with team.client() as api:
        answer = await api.post("/v1/members/add-to-subscription", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"]


async def test_a_profile_tells_of_the_request_that_waits(team: Team) -> None:
    """A pending transfer is there with state and expiry, and gone when it was decided: of one who uses another's."""
    token = team.token_of(Role.MEMBER, email="ann@b.example")
    other = make_organisation(team.server, "Other Ltd")
    async with team.client() as api, other.client() as theirs, team.server.client(token) as herself:
        await move(herself, await offered(theirs, "ann@b.example"), "accept")
        (ann,) = await ids(api, search="ann@")
        await api.post("/v1/transfers", json={"email": "ann@b.example"})
        waiting = (await api.get(f"/v1/members/{ann}")).json()["transfer"]
        assert (waiting["email"], waiting["state"], waiting["direction"]) == ("ann@b.example", "pending", "outgoing")
        await api.post(f"/v1/transfers/{waiting['id']}/cancel")
        assert (await api.get(f"/v1/members/{ann}")).json()["transfer"] is None
