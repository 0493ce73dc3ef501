"""A token may have a monthly limit of its own, whoever it belongs to: the server keeps to it at every door (D28)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import RunningServer, Team, make_organisation, running
from import_desk import apply, plan, sheet

PRICE = 1500
"""A month of a user on Professional, whose renewal pays for every user listed."""

Door = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server."""
    async with running(tmp_path) as found:
        yield found


@pytest.fixture
def team(server: RunningServer) -> Team:
    """Three users on as many seats, each paid for again by the renewal."""
    return make_organisation(server, plan="professional", seats=3, users=3)


async def limited(team: Team, cents: int, **more: Any) -> httpx.AsyncClient:
    """The owner, with a token that may spend so much."""
    async with team.client() as owner:
        email = (await owner.get("/v1/me")).json()["account"]["email"]
        limit = {"amount": cents, "currency": "EUR"}
        answer = await owner.post("/v1/tokens", json={"email": email, "spending_limit": limit, **more})
        assert answer.status_code == 201, answer.text
        assert answer.json()["spending_limit"] == limit
        return team.server.client(answer.json()["token"])


async def by_hand(api: httpx.AsyncClient) -> httpx.Response:
    """One, typed."""
    return await api.post("/v1/users", json={"email": "new@x.example"})


async def by_batch(api: httpx.AsyncClient) -> httpx.Response:
    """All or none."""
    return await api.post("/v1/users/batch", json={"add": [{"email": "new@x.example"}], "mode": "atomic"})


async def by_asking(api: httpx.AsyncClient) -> httpx.Response:
    """A request, whose answer alone would make a user."""
    return await api.post("/v1/transfers", json={"email": "somebody@y.example"})


@pytest.mark.parametrize("door", [by_hand, by_batch, by_asking])
async def test_a_token_spends_no_more_than_its_limit_at_any_door(team: Team, door: Door) -> None:
    """An owner has no limit, the token has: a cent too little is refused, saying whose it is and who can raise it."""
    async with await limited(team, PRICE - 1) as api:
        refused = await door(api)
        assert refused.json()["code"] == "spending_limit_reached", refused.text
        assert refused.json()["data"]["limit_of"] == "token"
        assert "headcount tokens create EMAIL --limit AMOUNT" in refused.json()["detail"]
    async with await limited(team, PRICE) as api:
        assert (await door(api)).is_success
    async with team.client() as owner:
        assert (await owner.get("/v1/me")).json()["spending_limit"] is None


async def test_what_one_token_has_spent_counts_against_it_and_no_other(team: Team) -> None:
    """It is told what is left before it bites, in `/v1/me` and with each preview; the owner's other token is free."""
    async with await limited(team, 2 * PRICE) as api:
        assert (await by_hand(api)).status_code == 201
        me = (await api.get("/v1/me")).json()
        assert (me["spending_left"]["amount"], me["may_list"], me["limit_of"]) == (PRICE, 1, "token")
        preview = (await api.get("/v1/users/joining", params={"people": 3})).json()
        assert (preview["not_paid"], preview["refused"]) == (1, 2)
        assert preview["spending"]["left"]["amount"] == PRICE
        async with team.client() as owner:
            for number in range(3):
                assert (await owner.post("/v1/users", json={"email": f"u{number}@x.example"})).status_code == 201
        assert (await api.get("/v1/me")).json()["spending_left"]["amount"] == PRICE
    async with await limited(team, 2 * PRICE) as other:
        assert (await other.get("/v1/me")).json()["spending_left"]["amount"] == 2 * PRICE


async def test_an_import_goes_on_in_the_background_within_the_limit_of_its_token(team: Team) -> None:
    """Best effort takes those who fit; then it stands still and says why."""
    async with await limited(team, PRICE) as api:
        done = await apply(team, api, await plan(api, sheet("one@x.example,,,", "two@x.example,,,")))
        assert (done["applied"], done["remaining"]) == (1, 1)
        assert "The limit of this token" in done["stopped_detail"]


async def test_a_token_with_a_limit_makes_no_other(team: Team) -> None:
    """Else a limit would be got round by a token without one."""
    async with await limited(team, PRICE) as api:
        email = (await api.get("/v1/me")).json()["account"]["email"]
        refused = await api.post("/v1/tokens", json={"email": email})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("limit", [{"amount": 100, "currency": "JPY"}, {"amount": -1, "currency": "EUR"}])
async def test_a_limit_is_an_amount_in_the_subscriptions_currency(team: Team, limit: dict[str, Any]) -> None:
    """Anything else is refused at the field."""
    async with team.client() as owner:
        email = (await owner.get("/v1/me")).json()["account"]["email"]
        answer = await owner.post("/v1/tokens", json={"email": email, "spending_limit": limit})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"].startswith("/spending_limit")
