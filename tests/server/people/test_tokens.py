"""`/v1/tokens`: the owner hands out tokens, sees them without their secrets, and takes them back at once."""

import datetime as dt
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import NOW, Team, make_organisation, running
from live import live_server

from contract.people import Role
from server.store.tables import idempotency_keys, tokens

VIEWER = "viewer@team.example"


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with a viewer, whose account it made."""
    async with running(tmp_path) as server:
        found = make_organisation(server, "Tidewheel")
        found.member(Role.VIEWER, email=VIEWER)
        yield found


@pytest.fixture
async def owner(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Its owner."""
    async with team.client() as client:
        yield client


async def made(owner: httpx.AsyncClient, key: str = "", **body: Any) -> httpx.Response:
    """Hand a token out."""
    headers = {"Idempotency-Key": key} if key else {}
    return await owner.post("/v1/tokens", json={"email": VIEWER, **body}, headers=headers)


async def test_a_token_signs_its_member_in(team: Team, owner: httpx.AsyncClient) -> None:
    """It opens what the member's role opens; the list has it with its use, without its secret."""
    answer = await made(owner, label="laptop")
    assert answer.status_code == 201, answer.text
    found = answer.json()
    async with team.server.client(found["token"]) as api:
        assert (await api.get("/v1/me")).json()["role"] == "viewer"
        assert (await api.get("/v1/tokens")).status_code == 403
    listed = await owner.get("/v1/tokens")
    token = next(each for each in listed.json()["items"] if each["id"] == found["id"])
    assert (token["label"], token["email"], token["role"], token["state"]) == ("laptop", VIEWER, "viewer", "active")
    assert token["last_used_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert found["token"] not in listed.text


async def test_a_secret_is_nowhere_but_in_its_one_answer(
    team: Team, owner: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the database, nor in the log, nor in the answer told again for the same key, nor in an event."""
    with caplog.at_level(logging.DEBUG):
        first = await made(owner, "k")
        again = await made(owner, "k")
    secret = first.json()["token"]
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**first.json(), "token": ""}
    assert secret not in caplog.text
    assert secret not in (await owner.get("/v1/events")).text
    with team.server.services.database.read() as connection:
        for table in (tokens, idempotency_keys):
            assert all(secret not in str(row) for row in connection.execute(table.select()))
    file = Path(team.server.services.settings.database.removeprefix("sqlite:///"))
    for path in file.parent.iterdir():
        assert secret.encode() not in path.read_bytes(), path


async def test_a_token_ends(team: Team, owner: httpx.AsyncClient) -> None:
    """Not before its end, and from then on; an end in the past is refused."""
    late = await made(owner, expires_at=(NOW - dt.timedelta(days=1)).isoformat())
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (422, "/expires_at")
    found = (await made(owner, expires_at=(NOW + dt.timedelta(hours=1)).isoformat())).json()
    async with team.server.client(found["token"]) as api:
        assert (await api.get("/v1/me")).status_code == 200
        await owner.post("/v1/sandbox/clock", json={"advance": "PT1H"})
        assert (await api.get("/v1/me")).status_code == 401
    listed = (await owner.get("/v1/tokens")).json()["items"]
    assert {each["id"]: each["state"] for each in listed}[found["id"]] == "expired"


async def test_only_members_get_one(team: Team, owner: httpx.AsyncClient) -> None:
    """Somebody outside is not found, whether or not there is such an account; a text is refused if it is unsafe."""
    make_organisation(team.server, "Other plc")
    for email in ("owner@other.example", "nobody@other.example"):
        answer = await made(owner, email=email)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await made(owner, email="no address")).json()["code"] == "invalid_email"
    assert (await made(owner, label="\u202e")).json()["code"] == "unsafe_text"


async def test_another_organisations_token_is_nobodys(team: Team, owner: httpx.AsyncClient) -> None:
    """Its id is not found, and it goes on working."""
    other = make_organisation(team.server, "Other plc")
    async with other.client() as theirs:
        token = (await theirs.get("/v1/tokens")).json()["items"][0]["id"]
        assert (await owner.delete(f"/v1/tokens/{token}")).status_code == 404
        assert (await theirs.get("/v1/me")).status_code == 200


async def test_a_token_is_taken_back_at_once(team: Team, owner: httpx.AsyncClient) -> None:
    """The next request with it is refused; taking it back twice does no harm, and the history says it once."""
    found = (await made(owner, label="lost")).json()
    async with team.server.client(found["token"]) as api:
        assert (await api.get("/v1/me")).status_code == 200
        for _ in range(2):
            answer = await owner.delete(f"/v1/tokens/{found['id']}")
            assert (answer.status_code, answer.json()["state"]) == (200, "revoked")
        assert (await api.get("/v1/me")).status_code == 401
    events = [each["type"] for each in (await owner.get("/v1/events")).json()["items"]]
    assert events.count("token.revoked") == 1


async def test_the_list_has_pages(owner: httpx.AsyncClient) -> None:
    """Every token once, the newest first."""
    made_ids = {(await made(owner)).json()["id"] for _ in range(4)}
    seen: list[str] = []
    query = {"limit": "2", "count": "true"}
    while True:
        page = (await owner.get("/v1/tokens", params=query)).json()
        seen += [each["id"] for each in page["items"]]
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) == page["total"]
    assert made_ids < set(seen)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
async def test_only_the_owner_hands_out(team: Team, role: Role) -> None:
    """No other role sees, makes or takes back tokens (D28)."""
    async with team.server.client(team.token_of(role)) as api:
        for method, path in (("GET", "/v1/tokens"), ("POST", "/v1/tokens"), ("DELETE", "/v1/tokens/tok_1")):
            answer = await api.request(method, path)
            assert (answer.status_code, answer.json()["data"]["needed_role"]) == (403, "owner")


def test_an_open_stream_ends_at_once(tmp_path: Path) -> None:
    """Whoever follows the events with a token that is taken back is cut off then, long before the next heartbeat."""
    with live_server(tmp_path, heartbeat=60.0) as live:
        team = live.call(make_organisation, live.running)
        live.call(lambda: team.member(Role.VIEWER, email=VIEWER))
        with httpx.Client(base_url=live.url, headers={"Authorization": f"Bearer {team.token}"}, timeout=10) as api:
            found = api.post("/v1/tokens", json={"email": VIEWER}).json()
            headers = {"Authorization": f"Bearer {found['token']}"}
            with httpx.stream("GET", f"{live.url}/v1/events/stream", headers=headers, timeout=10) as stream:
                lines = stream.iter_lines()
                assert next(lines) == ": welcome"
                assert api.delete(f"/v1/tokens/{found['id']}").status_code == 200
                assert "token.revoked" not in "".join(lines)
