"""What an account decided in its profile can be taken back by it, and a link leads to the request it came with."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from account_desk import asks, code, move, offered, outsider, profile
from billing_desk import advance, buy, confirm, invoices_of, tell_gateway
from builders import RunningServer, Team, add_users, findings_in, make_organisation, running
from link_post import caught_links
from sqlalchemy import select, update
from transfer_desk import ask_to_join, decide

from contract.people import Role
from server.operations.provisioning import give_token
from server.store.tables import events, members, subscriptions

ANA = "ana@outside.example"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server."""
    async with running(tmp_path) as found:
        yield found


@pytest.fixture
def team(server: RunningServer) -> Team:
    """The organisation that takes people in: two seats."""
    return make_organisation(server, "Tidewheel", seats=2)


@pytest.fixture
async def owner(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Its owner."""
    async with team.client() as client:
        yield client


@pytest.fixture
async def ana(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody outside, with an account."""
    async with server.client(outsider(server)) as client:
        yield client


async def emails(owner: httpx.AsyncClient) -> set[str]:
    """Who is in the organisation's directory."""
    return {each["email"] for each in (await owner.get("/v1/members")).json()["items"]}


# Undo (D27).


@pytest.mark.parametrize("verb", ["accept", "decline"])
async def test_a_decision_is_taken_back(
    server: RunningServer, team: Team, owner: httpx.AsyncClient, ana: httpx.AsyncClient, verb: str
) -> None:
    """The offer is pending again as if nothing had been said, and can be decided anew; both sides see it."""
    transfer = await offered(owner)
    done = (await move(ana, transfer, verb)).json()
    assert dt.datetime.fromisoformat(done["undo_until"]) == server.clock.now() + 10 * MINUTE
    assert [each["id"] for each in (await profile(ana))["undoable"]] == [transfer]
    (listed,) = (await ana.get("/v1/profile/transfers")).json()["items"]
    assert listed["undo_until"] == done["undo_until"]
    undone = (await move(ana, transfer, "undo")).json()
    assert (undone["state"], undone["version"], undone["undo_until"]) == ("pending", 3, None)
    found = await profile(ana)
    assert (found["uses"], found["undoable"], [each["id"] for each in found["waiting"]]) == (None, [], [transfer])
    theirs = (await owner.get(f"/v1/transfers/{transfer}")).json()
    assert (theirs["state"], theirs["decided_by"], theirs["reason"], theirs["user_id"]) == ("pending", "", "", None)
    kinds = [each["type"] for each in (await owner.get("/v1/events", params={"limit": 2})).json()["items"]]
    assert kinds == ["transfer.reopened", f"transfer.{'accepted' if verb == 'accept' else 'declined'}"]
    assert (await move(ana, transfer, "accept")).json()["state"] == "accepted"
    assert (await move(ana, transfer, "undo")).status_code == 200
    assert findings_in(team.server) == []


async def test_a_decision_is_taken_back_only_by_whoever_made_it(
    server: RunningServer, team: Team, owner: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    """Neither the organisation takes back what the account decided, nor the account what the organisation did."""
    offer = await offered(owner)
    assert code(await move(ana, offer, "undo")) == (409, "undo_not_possible")
    await move(ana, offer, "decline")
    assert (await owner.get("/v1/transfers/decisions")).json()["items"] == []
    ask = (await asks(ana, "Tidewheel")).json()["id"]
    await decide(owner, [], [ask])
    assert code(await move(ana, ask, "undo")) == (409, "undo_not_possible")
    async with server.client(outsider(server, "other@outside.example")) as other:
        for transfer in (offer, ask, "trf_nothing"):
            assert code(await move(other, transfer, "undo")) == (404, "not_found")
    del team


async def test_it_is_too_late_after_ten_minutes_or_twice(
    server: RunningServer, owner: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    """Then it stays as it was decided."""
    transfer = await offered(owner)
    await move(ana, transfer, "decline")
    server.clock.move_to(server.clock.now() + 10 * MINUTE)
    assert (await profile(ana))["undoable"] == []
    assert code(await move(ana, transfer, "undo")) == (409, "undo_not_possible")
    other = await offered(owner)
    await move(ana, other, "accept")
    await move(ana, other, "undo")
    assert code(await move(ana, other, "undo")) == (409, "undo_not_possible")


async def test_what_was_paid_on_its_strength_stays(
    team: Team, owner: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    """A seat bought for whoever accepted is not given back by a change of mind."""
    add_users(team, 2)
    transfer = await offered(owner)
    await move(ana, transfer, "accept")
    assert (await profile(ana))["entitlement"]["reason"] == "not_paid"
    await buy(owner, 3)
    assert code(await move(ana, transfer, "undo")) == (409, "undo_not_possible")
    assert (await profile(ana))["entitlement"]["entitled"]
    assert findings_in(team.server) == []


# Coming in is being a member (D18), as long as it stands.


async def test_whoever_comes_in_is_in_the_directory(
    server: RunningServer, team: Team, owner: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    """By an offer or by asking, as by every other way in; taking it back takes it back: consent is asked for again."""
    await move(ana, await offered(owner), "accept")
    assert ANA in await emails(owner)
    transfer = (await ana.get("/v1/profile/transfers")).json()["items"][0]["id"]
    await move(ana, transfer, "undo")
    assert ANA not in await emails(owner)
    refused = await owner.post("/v1/users", json={"email": ANA})
    assert code(refused) == (409, "needs_transfer")
    (asked,) = ask_to_join(team, "Bo")
    report = await decide(owner, [asked])
    assert "bo@outside.example" in await emails(owner)
    await owner.post(f"/v1/transfers/decisions/{report['id']}/undo")
    assert "bo@outside.example" not in await emails(owner)
    assert findings_in(server) == []


async def test_a_member_from_before_stays_one(server: RunningServer, team: Team, owner: httpx.AsyncClient) -> None:
    """Undo takes out of the directory only whom the decision brought in, and nobody who was given a token since."""
    transfer = await offered(owner, "mia@team.example")
    token = team.token_of(Role.MEMBER, email="mia@team.example")
    async with server.client(token) as mia:
        await move(mia, transfer, "accept")
        await move(mia, transfer, "undo")
    assert "mia@team.example" in await emails(owner)
    async with server.client(outsider(server)) as ana:
        transfer = await offered(owner)
        await move(ana, transfer, "accept")
        account = (await profile(ana))["me"]["account"]["id"]
        with server.services.database.write() as connection:
            give_token(connection, team.organisation_id, account, server.clock.now())
        await move(ana, transfer, "undo")
    assert ANA in await emails(owner)
    with server.services.database.read() as connection:
        assert len(connection.execute(select(members)).all()) == 3


# What each side gives up (D24).


async def test_all_that_one_pays_for_ends_and_comes_back(
    server: RunningServer, team: Team, owner: httpx.AsyncClient
) -> None:
    """Somebody who pays for two is told of both and names both; undo brings both back."""
    one = make_organisation(server, "Ana freelance", owner=ANA, plan="professional", seats=1)
    two = make_organisation(server, "Ana and Co", owner=ANA, seats=4)
    transfer = await offered(owner)
    async with one.client() as ana, two.client() as also:
        owns = (await profile(ana))["owns"]
        ends = [each["id"] for each in owns]
        assert set(ends) == {one.subscription_id, two.subscription_id}
        refused = await move(ana, transfer, "accept", ends=one.subscription_id)
        assert code(refused) == (409, "own_subscription_ends")
        assert refused.json()["data"]["ends"] == ends
        assert (await move(ana, transfer, "accept", ends=ends)).status_code == 200
        theirs = (await owner.get(f"/v1/transfers/{transfer}")).json()
        assert theirs["gives_up"] == "; ".join(each["label"] for each in owns)
        for api in (ana, also):
            assert (await api.get("/v1/subscription")).json()["status"] == "ended"
        assert (await move(ana, transfer, "undo")).status_code == 200
        for api in (ana, also):
            assert (await api.get("/v1/subscription")).json()["status"] == "active"
    assert findings_in(server) == []
    del team


@pytest.mark.parametrize("invoiced", [False, True])
async def test_it_comes_back_whatever_became_of_its_users(
    server: RunningServer, owner: httpx.AsyncClient, team: Team, *, invoiced: bool
) -> None:
    """A user who was taken off meanwhile stays off, and the subscription runs again; one started anew stays."""
    own = make_organisation(server, "Ana and Co", owner=ANA, seats=4, invoiced=invoiced)
    (user,) = add_users(own, 1)
    async with own.client() as ana:
        transfer = await offered(owner)
        for anew in (False, True):
            await advance(ana, "PT1M")
            assert (await move(ana, transfer, "accept", ends=own.subscription_id)).status_code == 200
            if anew:
                quote = (await ana.post("/v1/quotes", json={"start": {"plan": "business", "seats": 2}})).json()
                assert (await confirm(ana, quote["id"])).status_code == 200
            else:
                assert (await ana.delete(f"/v1/users/{user.id}")).status_code == 200
            before = (await ana.get("/v1/subscription")).json()
            assert (await move(ana, transfer, "undo")).status_code == 200
            after = (await ana.get("/v1/subscription")).json()
            assert (after["status"], after["users_active"]) == ("active", 0)
            assert (after == before) == anew
    assert findings_in(server) == []
    del team


async def test_who_joins_elsewhere_while_past_due_owes_the_days_used(
    server: RunningServer, team: Team, owner: httpx.AsyncClient
) -> None:
    """They stay an open invoice of what ended; taken back, the whole renewal is asked for and nothing else is owed."""
    own = make_organisation(server, "Ana and Co", owner=ANA, seats=4)
    async with own.client() as ana:
        await tell_gateway(ana, "decline")
        await advance(ana, "P1M")
        transfer = await offered(owner)
        assert (await move(ana, transfer, "accept", ends=own.subscription_id)).status_code == 200
        ended = (await ana.get("/v1/subscription")).json()
        assert (ended["status"], ended["overdue"]["amount"]) == ("ended", 77)
        assert [(each["status"], each["total"]["amount"]) for each in await invoices_of(ana)] == [
            ("void", 4 * 600),
            ("open", 77),
        ]
        assert (await move(ana, transfer, "undo")).status_code == 200
        await advance(ana, "PT1M")
        after = (await ana.get("/v1/subscription")).json()
        assert (after["status"], after["overdue"], after["ended_at"]) == ("active", None, None)
        assert [each["status"] for each in await invoices_of(ana)] == ["void", "void", "paid"]
    assert findings_in(server) == []
    del team


async def test_nothing_ends_that_was_not_told(server: RunningServer, team: Team, owner: httpx.AsyncClient) -> None:
    """Somebody who asked when they paid for one, and pays for another now, is not accepted unawares."""
    one = make_organisation(server, "Ana freelance", owner=ANA, plan="professional", seats=1)
    async with one.client() as ana:
        ask = (await asks(ana, "Tidewheel", ends=one.subscription_id)).json()["id"]
        two = make_organisation(server, "Ana and Co", owner=ANA, seats=4)
        report = await decide(owner, [ask])
        assert report["results"][0]["problem"]["code"] == "account_not_available"
        async with two.client() as also:
            assert (await also.get("/v1/subscription")).json()["status"] == "active"
        assert (await ana.get("/v1/subscription")).json()["status"] == "active"
    del team


@pytest.mark.parametrize("status", ["suspended", "ended"])
async def test_nobody_comes_into_what_does_not_run(
    team: Team, owner: httpx.AsyncClient, ana: httpx.AsyncClient, status: str
) -> None:
    """Accepted by either side: refused while the subscription is suspended or has ended; declining is possible."""
    transfer = await offered(owner)
    asked, other = ask_to_join(team, "Bo", "Cy")
    with team.server.services.database.write() as connection:
        mine = subscriptions.c.id == team.subscription_id
        connection.execute(update(subscriptions).where(mine).values(status=status))
    assert code(await move(ana, transfer, "accept")) == (409, "subscription_not_active")
    report = await decide(owner, [asked], [other])
    assert [each["problem"] and each["problem"]["code"] for each in report["results"]] == [
        "subscription_not_active",
        None,
    ]
    assert (await move(ana, transfer, "decline")).status_code == 200


# Links (D23).


async def test_a_link_leads_to_its_request_until_it_is_sent_again(
    server: RunningServer, owner: httpx.AsyncClient, ana: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only for the account it was sent to; one that was sent before opens nothing, as one that never was."""
    sent = caught_links(monkeypatch)
    transfer = await offered(owner)

    async def opened(api: httpx.AsyncClient, link: str) -> httpx.Response:
        return await api.post("/v1/profile/transfers/open", json={"link": link})

    assert (await opened(ana, sent[0])).json()["id"] == transfer
    assert code(await opened(owner, sent[0])) == (404, "not_found")
    async with server.client(outsider(server, "other@outside.example")) as other:
        assert code(await opened(other, sent[0])) == (404, "not_found")
    assert code(await opened(ana, "nothing")) == (404, "not_found")
    server.clock.move_to(server.clock.now() + 60 * MINUTE)
    assert (await owner.post(f"/v1/transfers/{transfer}/resend")).status_code == 200
    assert code(await opened(ana, sent[0])) == (404, "not_found")
    assert (await opened(ana, sent[1])).json()["state"] == "pending"
    await move(ana, transfer, "decline")
    assert (await opened(ana, sent[1])).json()["state"] == "declined"
    with server.services.database.read() as connection:
        told = "\n".join(str(each) for each in connection.execute(select(events.c.body)).scalars())
    assert not any(secret in told for secret in sent)
