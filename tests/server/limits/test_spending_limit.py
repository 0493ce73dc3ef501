"""An admin's monthly limit counts what a command adds to the next renewal, whichever door it goes through (D28)."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_desk import outsider
from builders import RunningServer, Team, findings_in, make_organisation, running
from import_desk import apply, begin, plan, sheet
from sqlalchemy import event
from transfer_desk import ask_to_join

from contract.people import Role

PRICE = 1500
"""A month of a user on Professional, whose renewal pays for every user listed."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server."""
    async with running(tmp_path) as found:
        yield found


@pytest.fixture
def team(server: RunningServer) -> Team:
    """Three users on as many seats, each paid for again by the renewal."""
    return make_organisation(server, plan="professional", seats=3, users=3)


def admin(team: Team, limit: int, **who: Any) -> httpx.AsyncClient:
    """A client of an admin with this limit, in cents."""
    return team.server.client(team.token_of(Role.ADMIN, spending_limit=limit, **who))


async def renewal(team: Team) -> int:
    """What the next renewal charges."""
    async with team.client() as owner:
        amount: int = (await owner.get("/v1/subscription")).json()["next_payment"]["amount"]["amount"]
        return amount


async def left(api: httpx.AsyncClient) -> tuple[int, int | None]:
    """What is left of the limit, and how many more users it takes."""
    me = (await api.get("/v1/me")).json()
    return me["spending_left"]["amount"], me["may_list"]


Door = Callable[[Team, httpx.AsyncClient], Awaitable[httpx.Response]]


async def by_hand(_: Team, api: httpx.AsyncClient) -> httpx.Response:
    """One, typed."""
    return await api.post("/v1/users", json={"email": "new@x.example"})


async def by_batch(_: Team, api: httpx.AsyncClient) -> httpx.Response:
    """All or none."""
    return await api.post("/v1/users/batch", json={"add": [{"email": "new@x.example"}], "mode": "atomic"})


async def by_member(team: Team, api: httpx.AsyncClient) -> httpx.Response:
    """One from the directory."""
    team.token_of(Role.MEMBER, email="mem@x.example")
    (found,) = (await api.get("/v1/members", params={"search": "mem@"})).json()["items"]
    return await api.post(f"/v1/members/{found['id']}/add-to-subscription")


async def by_members(team: Team, api: httpx.AsyncClient) -> httpx.Response:
    """Many from the directory."""
    team.token_of(Role.MEMBER, email="mem@x.example")
    (found,) = (await api.get("/v1/members", params={"search": "mem@"})).json()["items"]
    return await api.post("/v1/members/add-to-subscription", json={"ids": [found["id"]], "mode": "atomic"})


async def by_file(_: Team, api: httpx.AsyncClient) -> httpx.Response:
    """A file, all or none."""
    return await begin(api, await plan(api, sheet("new@x.example,,,")), "atomic")


async def by_acceptance(team: Team, api: httpx.AsyncClient) -> httpx.Response:
    """Somebody asks to join."""
    (request,) = ask_to_join(team, "One")
    return await api.post(f"/v1/transfers/{request}/accept")


async def by_asking(_: Team, api: httpx.AsyncClient) -> httpx.Response:
    """An account is asked, whose answer alone makes it a user."""
    return await api.post("/v1/transfers", json={"email": "ana@outside.example"})


async def by_restoring(team: Team, api: httpx.AsyncClient) -> httpx.Response:
    """Somebody the owner removed comes back."""
    async with team.client() as owner:
        user = (await owner.get("/v1/users")).json()["items"][0]["id"]
        await owner.delete(f"/v1/users/{user}")
    return await api.post(f"/v1/users/{user}/restore")


async def by_restoring_many(team: Team, api: httpx.AsyncClient) -> httpx.Response:
    """A whole selection the owner removed comes back."""
    async with team.client() as owner:
        selection = (await owner.post("/v1/users/selections", json={"filter": {"search": "user0"}})).json()
        await owner.post(f"/v1/users/selections/{selection['id']}/remove", json={"count": selection["count"]})
    return await api.post(f"/v1/users/selections/{selection['id']}/restore")


DOORS = (by_hand, by_batch, by_member, by_members, by_file, by_acceptance, by_asking, by_restoring, by_restoring_many)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_every_door_counts_what_the_renewal_will_charge(team: Team, door: Door) -> None:
    """With too little left it is refused with the sums, and nothing is different; a cent more, and it is done."""
    async with admin(team, PRICE - 1, email="poor@x.example") as poor:
        refused = await door(team, poor)
        assert (refused.status_code, refused.json()["code"]) == (403, "spending_limit_reached"), refused.text
        data = refused.json()["data"]
        assert (data["limit"]["amount"], data["spent"]["amount"], data["left"]["amount"]) == (1499, 0, 1499)
        assert (data["due_now"]["amount"], data["renewal_adds"]["amount"], data["needed_role"]) == (0, PRICE, "owner")
        assert await left(poor) == (1499, 0)
        before = await renewal(team)
    async with admin(team, PRICE, email="rich@x.example") as rich:
        done = await rich.post("/v1/users", json={"email": "other@x.example"})
        assert done.status_code == 201
        assert await left(rich) == (0, 0)
    assert await renewal(team) == before + PRICE
    assert findings_in(team.server) == []


async def test_taking_off_gives_back_what_was_not_charged(team: Team) -> None:
    """What an admin added and took off again is free once more; a user may be replaced with a limit of nothing."""
    async with admin(team, PRICE) as api:
        user = (await by_hand(team, api)).json()
        assert await left(api) == (0, 0)
        await api.delete(f"/v1/users/{user['id']}")
        assert await left(api) == (PRICE, 1)
    async with admin(team, 0, email="none@x.example") as api:
        leaver = (await api.get("/v1/users")).json()["items"][0]
        await api.delete(f"/v1/users/{leaver['id']}")
        assert (await api.post("/v1/users", json={"email": "joiner@x.example"})).status_code == 201
        assert (await api.post("/v1/users", json={"email": "one.more@x.example"})).status_code == 403
    assert await renewal(team) == 3 * PRICE


async def test_the_undo_of_an_acceptance_gives_back(team: Team) -> None:
    """And a second acceptance, once the first is taken back, is as good as the first."""
    one, other = ask_to_join(team, "One", "Other")
    async with admin(team, PRICE) as api:
        decided = (await api.post(f"/v1/transfers/{one}/accept")).json()
        assert (await api.post(f"/v1/transfers/{other}/accept")).status_code == 403
        await api.post(f"/v1/transfers/decisions/{decided['decision']}/undo")
        assert (await api.post(f"/v1/transfers/{other}/accept")).status_code == 200


async def test_many_at_once_are_done_as_far_as_the_limit_goes(team: Team) -> None:
    """The first that fit come in, in the order asked; each of the others says why. Nobody is skipped for a cheaper."""
    async with admin(team, 2 * PRICE) as api:
        people = [{"email": f"p{number}@x.example"} for number in range(4)]
        report = (await api.post("/v1/users/batch", json={"add": people})).json()
        assert [bool(each["user"]) for each in report["results"]] == [True, True, False, False]
        assert {each["problem"]["code"] for each in report["results"][2:]} == {"spending_limit_reached"}
        requests = ask_to_join(team, "One", "Other")
        seen = [{"id": each, "version": 1} for each in requests]
        decided = (await api.post("/v1/transfers/decisions", json={"accept": seen})).json()
        assert (decided["accepted"], decided["failed"]) == (0, 2)
        assert decided["results"][0]["problem"]["code"] == "spending_limit_reached"
    assert await renewal(team) == 5 * PRICE


async def test_an_import_stops_where_the_limit_ends_and_the_owner_goes_on(team: Team) -> None:
    """The plan says it beforehand; the rows that fit are done; whoever may spend more takes it up again."""
    async with admin(team, PRICE) as api, team.client() as owner:
        planned = await plan(api, sheet("a@x.example,,,", "b@x.example,,,"))
        assert (planned["spending"]["allowed"], planned["spending"]["renewal_adds"]["amount"]) == (False, 2 * PRICE)
        stopped = await apply(team, api, planned)
        assert (stopped["status"], stopped["stopped_because"], stopped["applied"]) == ("stopped", "refused", 1)
        assert "limit" in stopped["stopped_detail"]
        assert (await apply(team, owner, stopped))["applied"] == 2


async def test_two_at_once_cannot_both_pass(team: Team) -> None:
    """Ten requests of one admin at the same moment: the one that fits is done, the others are refused."""
    async with admin(team, PRICE) as api:
        asked = [api.post("/v1/users", json={"email": f"p{number}@x.example"}) for number in range(10)]
        statuses = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert statuses == [201] + [403] * 9


async def test_a_code_counts_against_who_vouches_for_it(team: Team) -> None:
    """A code takes free paid seats, which here the renewal pays again: above the limit of who made it, none is free."""
    async with admin(team, PRICE) as api, team.client() as owner:
        for user in (await owner.get("/v1/users")).json()["items"][:2]:
            await owner.delete(f"/v1/users/{user['id']}")
        code = (await api.post("/v1/invitation-codes", json={"code": "come in all"})).json()
        answers = []
        for name in ("ana", "ben"):
            async with team.server.client(outsider(team.server, f"{name}@outside.example")) as guest:
                answers.append(await guest.post("/v1/profile/redeem-code", json={"code": "come in all"}))
        assert [each.status_code for each in answers] == [200, 409]
        assert answers[1].json()["code"] == "no_seat_available"
        assert (await left(api))[0] == 0
        etag = {"If-Match": "*"}
        await owner.patch(f"/v1/invitation-codes/{code['id']}", json={"max_uses": 9}, headers=etag)
        await owner.patch(f"/v1/invitation-codes/{code['id']}", json={"max_uses": 10}, headers=etag)
        async with team.server.client(outsider(team.server, "cid@outside.example")) as guest:
            answer = await guest.post("/v1/profile/redeem-code", json={"code": "come in all"})
            assert answer.status_code == 200, "the owner has widened it, and answers for it"


async def test_an_account_that_was_asked_counts_against_who_asked(team: Team) -> None:
    """Each that waits counts as if it came; one that can't any more learns no sum of the organisation's."""
    async with admin(team, PRICE) as api:
        sent = await api.post("/v1/transfers", json={"email": "ana@outside.example"})
        assert sent.status_code == 201
        again = await api.post("/v1/transfers", json={"email": "ben@outside.example"})
        assert (again.status_code, again.json()["data"]["renewal_adds"]["amount"]) == (403, 2 * PRICE)
        await by_hand(team, api)
        async with team.server.client(outsider(team.server)) as ana:
            refused = await ana.post(f"/v1/profile/transfers/{sent.json()['id']}/accept")
            assert (refused.status_code, refused.json()["code"]) == (409, "account_not_available")
            assert "limit" not in refused.text
            assert "EUR" not in refused.text


async def test_a_quote_says_what_it_counts_and_is_held_to_it(server: RunningServer) -> None:
    """Now and at the renewal both; a payment that is refused gives both back; a viewer's quote has no limit to show."""
    team = make_organisation(server, seats=10)
    async with admin(team, 1200) as api, team.client() as owner:
        quote = (await api.post("/v1/quotes", json={"seats": 11})).json()
        check = quote["spending"]
        assert (check["due_now"]["amount"], check["renewal_adds"]["amount"], check["allowed"]) == (600, 600, True)
        await owner.post("/v1/sandbox/payments", json={"next": "decline"})
        key = {"Idempotency-Key": "one"}
        assert (await api.post(f"/v1/quotes/{quote['id']}/confirm", headers=key)).status_code == 402
        assert (await left(api))[0] == 1200
        key = {"Idempotency-Key": "two"}
        assert (await api.post(f"/v1/quotes/{quote['id']}/confirm", headers=key)).status_code == 200
        assert (await left(api))[0] == 0
        lower = (await owner.post("/v1/quotes", json={"seats": 5})).json()
        assert lower["spending"] is None
        await owner.post(f"/v1/quotes/{lower['id']}/confirm", headers={"Idempotency-Key": "three"})
        kept = (await api.post("/v1/quotes", json={"seats": 11})).json()
        assert (kept["due_now"]["amount"], kept["spending"]["allowed"]) == (0, False)
        refused = await api.post(f"/v1/quotes/{kept['id']}/confirm", headers={"Idempotency-Key": "four"})
        assert (refused.status_code, refused.json()["data"]["renewal_adds"]["amount"]) == (403, 3600)


async def test_a_month_is_one_of_the_subscriptions_time_zone(team: Team) -> None:
    """What was added counts until the month is over there; the next begins with all of the limit."""
    async with admin(team, PRICE) as api:
        await by_hand(team, api)
        team.server.clock.move_to(dt.datetime(2025, 11, 30, 23, 59, tzinfo=dt.UTC))
        assert (await left(api))[0] == 0
        team.server.clock.move_to(dt.datetime(2025, 12, 1, tzinfo=dt.UTC))
        assert (await left(api))[0] == PRICE


async def test_free_seats_cost_nothing_and_count_nothing(server: RunningServer) -> None:
    """Where seats are bought as a number, users on paid seats add nothing: any limit lets them in, also of nothing."""
    team = make_organisation(server, seats=5, users=3)
    async with admin(team, 0) as api:
        assert await left(api) == (0, 2)
        for number in range(2):
            assert (await api.post("/v1/users", json={"email": f"p{number}@x.example"})).status_code == 201
        assert (await api.post("/v1/users", json={"email": "p2@x.example"})).status_code == 403


async def test_a_thousand_are_counted_as_one_is(team: Team) -> None:
    """Counts statements: the limit of a batch takes as many questions to the database for one as for a thousand."""
    engine = team.server.services.database.engine
    told: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: told.append(args[2]))
    counts = []
    async with admin(team, 10**7) as api:
        for many, name in ((1, "a"), (1000, "b")):
            people = [{"email": f"{name}{number}@x.example"} for number in range(many)]
            told.clear()
            assert (await api.post("/v1/users/batch", json={"add": people})).json()["done"] == many
            counts.append(sum("renewal_additions" in each or "spending_limit" in each for each in told))
    assert counts[0] == counts[1] <= 8
    assert await renewal(team) == 1004 * PRICE
