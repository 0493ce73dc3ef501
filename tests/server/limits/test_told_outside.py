"""Nothing tells who has an account, but for who is about to be added or asked: limited, and noted (D18, D25)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_desk import outsider
from builders import RunningServer, Team, findings_in, make_organisation, running
from import_desk import apply, plan, rows_of, sheet, still, verdicts

from contract.people import Role
from server.domain.outside import MOST_TOLD, TOLD_TIME


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server; at the end everything must verify."""
    async with running(tmp_path) as found:
        yield found
        assert findings_in(found) == []


@pytest.fixture
def team(server: RunningServer) -> Team:
    """An organisation with a hundred seats."""
    return make_organisation(server, seats=100, users=1)


@pytest.fixture
async def api(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Its owner."""
    async with team.client() as client:
        yield client


def elsewhere(server: RunningServer, count: int, start: int = 0) -> list[str]:
    """So many addresses of accounts outside."""
    found = [f"out{number}@outside.example" for number in range(start, start + count)]
    for each in found:
        outsider(server, each)
    return found


async def add(api: httpx.AsyncClient, *emails: str, **more: Any) -> list[str]:
    """Add many by hand; each one's code, or nothing."""
    report = (await api.post("/v1/users/batch", json={"add": [{"email": each} for each in emails], **more})).json()
    return [each["problem"]["code"] if each["problem"] else "" for each in report["results"]]


async def told_events(api: httpx.AsyncClient) -> list[str]:
    """The addresses that the history says somebody was told about, the newest first."""
    found = (await api.get("/v1/events", params={"limit": 100, "kind": "address.outside"})).json()["items"]
    return [each["object"]["label"] for each in found]


async def test_a_plan_does_not_tell_who_has_an_account(server: RunningServer, api: httpx.AsyncClient) -> None:
    """Rows of an account outside, of nobody, and of a member who uses another subscription read like new ones."""
    other = make_organisation(server, "Other Ltd", users=1)
    (out,) = elsewhere(server, 1)
    async with other.client() as theirs:
        (listed,) = (await theirs.get("/v1/users")).json()["items"]
    planned = await plan(api, sheet(f"{out},,,", "nobody@x.example,,,", f"{listed['email']},,,"))
    rows = await rows_of(api, planned["id"])
    assert {(row["verdict"], row["reason"], row["code"]) for row in rows} == {("create", "", "")}
    assert (planned["counts"]["create"], planned["counts"]["needs_transfer"], planned["remaining"]) == (3, 0, 3)
    mended = await api.patch(f"/v1/imports/{planned['id']}/rows", json={"number": rows[1]["number"], "email": out})
    assert mended.json()["row"]["verdict"] == "duplicate_in_file"
    assert await told_events(api) == []
    rejected = (await api.get(f"/v1/imports/{planned['id']}/rejected")).text
    assert listed["email"] not in rejected


async def test_applying_says_it_and_asks_when_that_was_chosen(
    server: RunningServer, team: Team, api: httpx.AsyncClient
) -> None:
    """Without `ask` a row needs a transfer, and is noted; with it, a request goes out, however many there are."""
    out = elsewhere(server, MOST_TOLD + 5)
    planned = await plan(api, sheet(f"{out[0]},,,", "nobody@x.example,,,"))
    done = await apply(team, api, planned)
    assert (done["applied"], done["counts"]["needs_transfer"]) == (1, 1)
    assert await told_events(api) == [out[0]]
    many = await plan(api, sheet(*(f"{each},,," for each in out), "new@x.example,,,"))
    body = {"version": many["version"], "ask": True, "message": "Welcome"}
    assert (await api.post(f"/v1/imports/{many['id']}/apply", json=body)).status_code == 200
    asked = await still(team, api, many["id"])
    assert (asked["status"], asked["applied"]) == ("applied", 1)
    rows = await rows_of(api, many["id"])
    assert all(row["transfer_id"] for row in rows[:-1])
    assert verdicts(rows)[-1] == "create"
    waiting = (await api.get("/v1/transfers", params={"limit": 1, "count": "true"})).json()
    assert (waiting["total"], waiting["items"][0]["message"]) == (len(out), "Welcome")
    assert await told_events(api) == [out[0]]


async def test_an_import_stops_before_it_tells_too_much(
    server: RunningServer, team: Team, api: httpx.AsyncClient
) -> None:
    """It stands still at the row that would be one too many, says what to do, and goes on once they were asked."""
    out = elsewhere(server, MOST_TOLD + 1)
    planned = await plan(api, sheet(*(f"{each},,," for each in out), "new@x.example,,,"))
    stopped = await apply(team, api, planned)
    assert (stopped["status"], stopped["stopped_because"], stopped["applied"]) == ("stopped", "refused", 0)
    assert "transfer requests" in stopped["stopped_detail"]
    assert stopped["counts"]["needs_transfer"] == MOST_TOLD
    report = (await api.post(f"/v1/imports/{planned['id']}/transfers", json={})).json()
    assert report["requested"] == MOST_TOLD
    done = await apply(team, api, report["current"])
    assert (done["status"], done["applied"]) == ("applied", 1)


async def test_by_hand_it_is_told_so_often_an_hour_and_noted(server: RunningServer, api: httpx.AsyncClient) -> None:
    """After that nothing is said of any new address, of nobody's neither; members and who was asked are as ever."""
    out = elsewhere(server, MOST_TOLD + 1)
    codes = await add(api, *out)
    assert codes == ["needs_transfer"] * MOST_TOLD + ["rate_limited"]
    assert sorted(await told_events(api)) == sorted(out[:MOST_TOLD])
    for address in (out[-1], "nobody@x.example"):
        refused = await api.post("/v1/users", json={"email": address})
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert 0 < int(refused.headers["Retry-After"]) <= TOLD_TIME.total_seconds()
    again = await api.post("/v1/users", json={"email": out[0].upper()})
    assert again.json()["code"] == "needs_transfer", "it was told before: nothing new"
    assert (await api.post("/v1/transfers", json={"email": out[0]})).status_code == 201
    assert await add(api, "nobody@x.example") == [""], "who was asked counts no more"
    server.clock.move_to(server.clock.now() + TOLD_TIME)
    assert await add(api, out[-1]) == ["needs_transfer"]


async def test_one_by_one_counts_as_many_do(server: RunningServer, api: httpx.AsyncClient) -> None:
    """A refused command is undone, but what it told is counted and noted all the same."""
    out = elsewhere(server, MOST_TOLD + 1)
    codes = [(await api.post("/v1/users", json={"email": each})).json()["code"] for each in out]
    assert codes == ["needs_transfer"] * MOST_TOLD + ["rate_limited"]
    assert len(await told_events(api)) == MOST_TOLD


@pytest.mark.parametrize("mode", ["until_full", "atomic", "best_effort"])
async def test_no_other_refusal_tells_it(server: RunningServer, mode: str) -> None:
    """Where nobody could be added anyway, an account outside and nobody's address get the same answer, and no event."""
    full = make_organisation(server, "Full Ltd", plan="professional", seats=1, users=1)
    (out,) = elsewhere(server, 1)
    async with server.client(full.token_of(Role.ADMIN)) as admin, full.client() as owner:
        answers = set()
        for address in (out, "nobody@x.example"):
            batch = await admin.post("/v1/users/batch", json={"add": [{"email": address}], "mode": mode})
            one = await admin.post("/v1/users", json={"email": address})
            found = {name: each for name, each in batch.json().items() if name != "request_id"}
            answers.add((str(found).replace(address, ""), one.json()["code"], one.json()["detail"]))
        assert len(answers) == 1
        assert "needs_transfer" not in str(answers)
        mixed = {"add": [{"email": out}, {"email": "new@x.example"}, {"email": "no address"}], "mode": "atomic"}
        results = (await owner.post("/v1/users/batch", json=mixed)).json()["results"]
        assert [each["problem"]["code"] for each in results] == ["not_done", "not_done", "invalid_email"]
        assert await told_events(owner) == []


async def test_all_or_none_does_not_tell_whose_it_is(server: RunningServer, api: httpx.AsyncClient) -> None:
    """Of many, that some are outside is said, not which; each time counts as one, and is noted."""
    (out,) = elsewhere(server, 1)
    body = {"add": [{"email": out}, {"email": "nobody@x.example"}], "mode": "atomic"}
    for number in range(MOST_TOLD):
        refused = await api.post("/v1/users/batch", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_done"), number
        assert out not in refused.text
    assert (await api.post("/v1/users/batch", json=body)).json()["code"] == "rate_limited"
    assert await told_events(api) == ["one of 2 addresses"] * MOST_TOLD


async def test_what_else_knows_addresses_tells_nothing(server: RunningServer, api: httpx.AsyncClient) -> None:
    """A request, its list and entry, an entitlement, a search and a token say the same of a stranger and of nobody."""
    (out,) = elsewhere(server, 1)
    said = []
    for address in (out, "nobody@x.example"):
        sent = (await api.post("/v1/transfers", json={"email": address})).json()
        seen = (await api.get(f"/v1/transfers/{sent['id']}")).json()
        told = {name: value for name, value in seen.items() if name not in {"id", "email"}}
        entitled = (await api.get(f"/v1/entitlements/{address}")).json()
        found = (await api.get("/v1/members", params={"search": address, "count": "true"})).json()["total"]
        token = (await api.post("/v1/tokens", json={"email": address})).json()
        said.append((told, entitled, found, token["code"], token["detail"]))
    assert said[0] == said[1]
