"""The main account's own seat: a free one or NOT PAID like anybody's, and nobody else's to decide (D15)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_desk import code
from builders import Team, findings_in, make_organisation, running
from role_desk import eur, give, person

from contract.people import Role


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """One seat, and nobody on it."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=1)
        assert findings_in(server) == []


async def own_seat(api: httpx.AsyncClient, *, uses: bool) -> httpx.Response:
    """Take it, or leave it."""
    return await api.patch("/v1/subscription/own-seat", json={"uses": uses})


async def state(api: httpx.AsyncClient) -> tuple[Any, ...]:
    """Whether the main account uses a seat, and how many are active and not paid."""
    found = (await api.get("/v1/subscription")).json()
    return found["main_account_uses_seat"], found["users_active"], found["users_not_paid"]


async def test_on_and_off_and_twice(team: Team) -> None:
    """A free seat is taken at once; the same again does nothing; left, the user it was is answered."""
    async with team.client() as owner:
        taken = (await own_seat(owner, uses=True)).json()
        assert (taken["uses"], taken["user"]["status"]) == (True, "active")
        again = (await own_seat(owner, uses=True)).json()
        assert (again["user"]["id"], again["next_payment"]) == (taken["user"]["id"], None)
        assert await state(owner) == (True, 1, 0)
        left = (await own_seat(owner, uses=False)).json()
        assert (left["uses"], left["user"]["status"]) == (False, "removed")
        assert (await own_seat(owner, uses=False)).json()["user"] is None
        assert await state(owner) == (False, 0, 0)


async def test_without_a_free_seat_it_is_not_paid(team: Team) -> None:
    """Then the next payment says what it adds, and paying for it is a quote like for anybody."""
    async with team.client() as owner:
        assert (await owner.post("/v1/users", json={"email": "bo@team.example"})).status_code == 201
        taken = (await own_seat(owner, uses=True)).json()
        assert taken["user"]["status"] == "not_paid"
        assert (taken["next_payment"]["before"], taken["next_payment"]["after"]) == (eur(600), eur(1200))
        quote = (await owner.post("/v1/quotes", json={"pay_users": [taken["user"]["id"]]})).json()
        paid = await owner.post(f"/v1/quotes/{quote['id']}/confirm", headers={"Idempotency-Key": "pay"})
        assert paid.is_success
        assert await state(owner) == (True, 2, 0)


async def test_nobody_else_decides_and_the_rules_hold(team: Team) -> None:
    """Another owner is told who does; a plan for one account has no list to be on."""
    ann = person(team, "ann", Role.OWNER)
    async with team.server.client(ann.token) as api:
        refused = await own_seat(api, uses=True)
        assert code(refused) == (409, "main_account_decides")
        assert refused.json()["detail"] == "Only the main account itself decides this: owner@example.example."
    alone = make_organisation(team.server, "Alone", plan="non-commercial", seats=1)
    async with alone.client() as owner:
        assert code(await own_seat(owner, uses=True)) == (422, "plan_has_no_sub_accounts")
        assert (await own_seat(owner, uses=False)).status_code == 200
        assert code(await give(owner, alone.account_id, "member")) == (409, "main_account_stays")
