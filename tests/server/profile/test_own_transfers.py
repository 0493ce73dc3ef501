"""An account decides offers, and asks to join without learning who exists (D22-D25)."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import httpx
import pytest
from account_desk import asks, code, move, offered, outsider, profile
from builders import NOW, RunningServer, Team, add_users, findings_in, make_organisation, running
from sqlalchemy import delete, update

from server.store.tables import asks as written
from server.store.tables import subscriptions
from server.store.tables import transfers as table

ANA = "ana@outside.example"
LABEL = "Professional, EUR 15.00 a month"


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


def put(team: Team, **values: Any) -> None:
    """Put the organisation's subscription into a state."""
    with team.server.services.database.write() as connection:
        connection.execute(update(subscriptions).where(subscriptions.c.id == team.subscription_id).values(**values))


async def test_an_offer_is_accepted(owner: httpx.AsyncClient, ana: httpx.AsyncClient, team: Team) -> None:
    """The account sees who asks, agrees, is a user at once, and both sides see it as accepted."""
    transfer = await offered(owner, message="Welcome aboard")
    (waiting,) = (await profile(ana))["waiting"]
    assert (waiting["id"], waiting["way"], waiting["organisation"]) == (transfer, "offer", "Tidewheel")
    assert waiting["message"] == "Welcome aboard"
    answer = (await move(ana, transfer, "accept")).json()
    assert (answer["state"], answer["version"]) == ("accepted", 2)
    found = await profile(ana)
    assert (found["uses"]["status"], found["entitlement"]["entitled"], found["waiting"]) == ("active", True, [])
    theirs = (await owner.get(f"/v1/transfers/{transfer}")).json()
    assert (theirs["state"], theirs["decided_by"], theirs["user_id"]) == ("accepted", ANA, found["uses"]["user_id"])
    assert code(await move(ana, transfer, "accept")) == (409, "transfer_not_pending")
    assert findings_in(team.server) == []


async def test_an_offer_without_a_free_seat_makes_a_user_who_waits(
    owner: httpx.AsyncClient, ana: httpx.AsyncClient, team: Team
) -> None:
    """Accepted by D15 like anybody else: NOT PAID while every seat is taken."""
    add_users(team, 2)
    await move(ana, await offered(owner), "accept")
    assert (await profile(ana))["entitlement"]["reason"] == "not_paid"


async def test_an_offer_is_declined_with_a_reason(owner: httpx.AsyncClient, ana: httpx.AsyncClient) -> None:
    """The owner reads why; nothing else happens, and it is over."""
    transfer = await offered(owner)
    assert (await move(ana, transfer, "decline", reason="No thanks")).json()["state"] == "declined"
    assert (await owner.get(f"/v1/transfers/{transfer}")).json()["reason"] == "No thanks"
    assert (await profile(ana))["uses"] is None
    assert code(await move(ana, transfer, "decline")) == (409, "transfer_not_pending")
    answer = await move(ana, await offered(owner), "decline", reason="\u202e")
    assert code(answer) == (422, "unsafe_text")


async def test_an_offer_waits_for_who_signs_up(server: RunningServer, owner: httpx.AsyncClient) -> None:
    """One sent to an address that nobody had is there once somebody has it, and can be accepted (D25)."""
    transfer = await offered(owner, "Late@outside.example")
    async with server.client(outsider(server, "late@outside.example")) as late:
        assert [each["id"] for each in (await profile(late))["waiting"]] == [transfer]
        assert (await move(late, transfer, "accept")).status_code == 200
        assert (await profile(late))["uses"]["organisation"] == "Tidewheel"


async def test_somebody_elses_request_is_nobodys(
    server: RunningServer, team: Team, owner: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    """404 for every verb, the same as for what never was; not even the owner decides an offer of its own here (D25)."""
    transfer = await offered(owner, "someone@outside.example")
    async with server.client(outsider(server, "other@outside.example")) as other:
        asked = (await asks(other, "Tidewheel")).json()["id"]
    for api in (ana, owner):
        for found in (transfer, asked, "trf_nothing"):
            for verb in ("accept", "decline", "cancel"):
                assert code(await move(api, found, verb)) == (404, "not_found")
        assert (await api.get("/v1/profile/transfers")).json()["items"] == []
    del team


async def test_each_side_moves_its_own(owner: httpx.AsyncClient, ana: httpx.AsyncClient) -> None:
    """Who asked can't accept, who was asked can't cancel; of asks that found nobody the same is said (D22)."""
    offer = await offered(owner)
    assert code(await move(ana, offer, "cancel")) == (409, "transfer_wrong_side")
    answers = [await move(ana, (await asks(ana, name)).json()["id"], "accept") for name in ("Tidewheel", "Nowhere")]
    assert [code(each) for each in answers] == [(409, "transfer_wrong_side")] * 2
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


# D24: accepting rechecks everything.


async def test_an_own_subscription_ends_only_when_it_was_named(
    server: RunningServer, team: Team, owner: httpx.AsyncClient
) -> None:
    """Who pays for one is told what ends and must name it; then it ends without refund, and the owner reads it."""
    own = make_organisation(server, "Ana freelance", owner=ANA, plan="professional", seats=1)
    transfer = await offered(owner)
    async with own.client() as api:
        assert (await profile(api))["owns"][0]["label"] == LABEL
        refused = await move(api, transfer, "accept")
        assert code(refused) == (409, "own_subscription_ends")
        assert refused.json()["data"] == {"ends": [own.subscription_id], "label": LABEL}
        assert code(await move(api, transfer, "accept", ends="sub_other")) == (409, "own_subscription_ends")
        answer = await move(api, transfer, "accept", ends=own.subscription_id)
        assert answer.json()["state"] == "accepted", answer.text
        assert (await api.get("/v1/subscription")).json()["status"] == "ended"
        assert (await api.get("/v1/invoices")).json()["items"] == []
        found = await profile(api)
        assert (found["owns"], found["uses"]["organisation"]) == ([], "Tidewheel")
    assert (await owner.get(f"/v1/transfers/{transfer}")).json()["gives_up"] == LABEL
    assert findings_in(team.server) == []


async def test_whoever_is_elsewhere_leaves_first(
    server: RunningServer, owner: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    """A user of one organisation can't be taken by another (D16), and can once it has left."""
    other = make_organisation(server, "Other plc")
    async with other.client() as theirs:
        await move(ana, await offered(theirs), "accept")
    transfer = await offered(owner)
    answer = await move(ana, transfer, "accept")
    assert code(answer) == (409, "account_not_available")
    assert "leave it first" in answer.json()["detail"]
    await ana.post("/v1/profile/leave")
    assert (await move(ana, transfer, "accept")).status_code == 200


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"status": "ended"}, "subscription_not_active"),
        ({"plan": "non-commercial"}, "plan_has_no_sub_accounts"),
    ],
)
async def test_the_house_is_rechecked(
    team: Team, owner: httpx.AsyncClient, ana: httpx.AsyncClient, values: dict[str, Any], expected: str
) -> None:
    """A subscription that has ended meanwhile, or whose plan takes nobody, takes nobody."""
    transfer = await offered(owner)
    put(team, **values)
    assert code(await move(ana, transfer, "accept"))[1] == expected
    assert (await profile(ana))["uses"] is None


async def test_a_full_contract_takes_nobody(server: RunningServer, ana: httpx.AsyncClient) -> None:
    """The contract's number of users holds for those who come by themselves too."""
    house = make_organisation(server, "Contract", plan="contract", seats=1, users=1)
    async with house.client() as api:
        assert code(await move(ana, await offered(api), "accept")) == (409, "user_limit_reached")


async def test_an_offer_ends_after_its_time(server: RunningServer, owner: httpx.AsyncClient) -> None:
    """After fourteen days it says so and can't be accepted, whether or not the server has written it down."""
    transfer = await offered(owner)
    answer = await owner.post("/v1/sandbox/clock", json={"now": (NOW + dt.timedelta(days=14)).isoformat()})
    assert answer.status_code == 200
    async with server.client(outsider(server)) as late:
        assert code(await move(late, transfer, "accept")) == (409, "transfer_not_pending")
        assert (await late.get("/v1/profile/transfers")).json()["items"][0]["state"] == "expired"


# D25: asking to join.


async def test_asking_reaches_the_owner(owner: httpx.AsyncClient, ana: httpx.AsyncClient, team: Team) -> None:
    """By the owner's address or the exact name, in any case: the request waits at the owner's, who may accept it."""
    for wanted in ("TIDEWHEEL", "owner@Tidewheel.example"):
        answer = await asks(ana, wanted, message="It's me")
        assert answer.status_code == 201, answer.text
        (seen,) = (await owner.get("/v1/transfers?state=pending")).json()["items"]
        assert (seen["email"], seen["message"], seen["direction"]) == (ANA, "It's me", "incoming")
        assert (await move(ana, answer.json()["id"], "cancel")).json()["state"] == "cancelled"
        assert (await owner.get(f"/v1/transfers/{seen['id']}")).json()["state"] == "cancelled"
    await asks(ana, "tidewheel")
    (seen,) = (await owner.get("/v1/transfers?state=pending")).json()["items"]
    await owner.post(f"/v1/transfers/{seen['id']}/accept")
    assert (await profile(ana))["uses"]["organisation"] == "Tidewheel"
    assert findings_in(team.server) == []


def bare(found: dict[str, Any]) -> dict[str, Any]:
    """A request without its random id and without what was typed."""
    return {**found, "id": "", "organisation": ""}


async def test_no_answer_tells_whether_somebody_exists(
    server: RunningServer, ana: httpx.AsyncClient, team: Team
) -> None:
    """Asked, asked twice, listed, taken back, decided by the wrong side: byte for byte alike, found or not (D25)."""
    make_organisation(server, "Alone", plan="non-commercial")
    put(make_organisation(server, "Gone"), status="ended")
    wanted = ["Tidewheel", "Nowhere", "Alone", "Gone", "owner@alone.example", "nobody@else.example"]
    seen: dict[str, list[Any]] = {}
    for name in wanted:
        asked, twice = await asks(ana, name), await asks(ana, name)
        found = asked.json()
        listed = (await ana.get("/v1/profile/transfers")).json()["items"]
        moved = [await move(ana, found["id"], verb) for verb in ("accept", "cancel", "cancel")]
        refusals = [
            (each.status_code, each.json()["code"], each.json()["detail"]) for each in (twice, moved[0], moved[2])
        ]
        alike = next(bare(each) for each in listed if each["id"] == found["id"])
        seen[name] = [asked.status_code, bare(found), alike, bare(moved[1].json()), refusals]
        lengths = len(asked.content) - len(name.encode()), len(moved[1].content) - len(name.encode())
        seen[name].append(lengths)
    assert all(seen[name] == seen[wanted[0]] for name in wanted), seen
    del team


@pytest.mark.clock
async def test_whoever_exists_is_not_told_by_the_time_it_takes(ana: httpx.AsyncClient, team: Team) -> None:
    """Asking where there is somebody takes about as long as asking where there is nobody."""
    took: dict[str, list[float]] = {"Tidewheel": [], "Nowhere": []}
    for _ in range(25):
        for name, times in took.items():
            start = process_time()
            answer = await asks(ana, name)
            times.append(process_time() - start)
            await move(ana, answer.json()["id"], "cancel")
    assert median(took["Tidewheel"]) < 3 * median(took["Nowhere"])
    del team


async def test_an_ask_that_found_nobody_expires_like_any_other(
    server: RunningServer, ana: httpx.AsyncClient, team: Team
) -> None:
    """After fourteen days both say so with the same words, and both may be asked again."""
    for name in ("Tidewheel", "Nowhere"):
        await asks(ana, name)
    async with team.client() as owner:
        await owner.post("/v1/sandbox/clock", json={"now": (NOW + dt.timedelta(days=15)).isoformat()})
    async with server.client(outsider(server)) as later:
        listed = (await later.get("/v1/profile/transfers")).json()["items"]
        without = [{**each, "id": "", "organisation": ""} for each in listed]
        assert without[0] == without[1]
        assert without[0]["state"] == "expired"
        assert (await asks(later, "Nowhere")).status_code == 201


async def test_who_pays_names_what_would_end_before_asking(server: RunningServer, owner: httpx.AsyncClient) -> None:
    """Both sides are told before they agree: the account by the refusal, the owner by the request (D24)."""
    own = make_organisation(server, "Ana freelance", owner=ANA, plan="professional", seats=1)
    async with own.client() as api:
        for name in ("Tidewheel", "Nowhere"):
            assert code(await asks(api, name)) == (409, "own_subscription_ends")
            assert (await asks(api, name, ends=own.subscription_id)).status_code == 201
        (seen,) = (await owner.get("/v1/transfers?state=pending")).json()["items"]
        assert seen["gives_up"] == LABEL
        assert (await owner.post(f"/v1/transfers/{seen['id']}/accept")).status_code == 200
        assert (await profile(api))["owns"] == []


async def test_asking_without_end_is_stopped(ana: httpx.AsyncClient, team: Team) -> None:
    """At most twenty requests of one account wait at a time, found or not."""
    for number in range(20):
        assert (await asks(ana, f"Company {number}")).status_code == 201
    answer = await asks(ana, "Tidewheel")
    assert code(answer) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) > 13 * 24 * 3600
    assert code(await asks(ana, " ")) == (422, "validation_failed")
    assert code(await asks(ana, "\u202eTidewheel")) == (422, "unsafe_text")
    del team


async def test_the_list_has_pages(owner: httpx.AsyncClient, ana: httpx.AsyncClient) -> None:
    """Every request once, the newest first, however they are cut into pages."""
    for number in range(4):
        await asks(ana, f"Company {number}")
    offer = await offered(owner)
    seen: list[str] = []
    cursor = ""
    while True:
        query = {"limit": "2", "count": "true"} | ({"cursor": cursor} if cursor else {})
        page = (await ana.get("/v1/profile/transfers", params=query)).json()
        assert page["total"] == 5
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert len(seen) == len(set(seen)) == 5
    assert offer in seen
    bad = await ana.get("/v1/profile/transfers", params={"cursor": "x" * 40})
    assert bad.status_code == 422


async def test_a_request_that_nobody_wrote_as_an_ask_is_seen_too(
    server: RunningServer, team: Team, ana: httpx.AsyncClient
) -> None:
    """One that came in by another way is shown with the organisation's name, and can be taken back."""
    asked = (await asks(ana, "Tidewheel")).json()["id"]
    with server.services.database.write() as connection:
        connection.execute(delete(written).where(written.c.id == asked))
        connection.execute(update(table).where(table.c.id == asked).values(message="old"))
    (seen,) = (await profile(ana))["waiting"]
    assert (seen["way"], seen["organisation"], seen["message"]) == ("ask", "Tidewheel", "old")
    assert (await move(ana, asked, "cancel")).json()["state"] == "cancelled"
    del team
