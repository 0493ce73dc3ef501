"""Idempotency keys: the same command twice is once (D30)."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders import NOW, Team, make_organisation, running

from contract.people import Role
from server.app import do_chores, load_areas
from server.http.idempotency import KEPT
from server.store import users

SECOND = dt.timedelta(seconds=1)
KEY = {"Idempotency-Key": "k-1"}
ADA = {"email": "ada@b.example", "first_name": "Ada"}


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """One organisation."""
    async with running(tmp_path) as server:
        yield make_organisation(server)


async def test_the_same_again_is_replayed(team: Team) -> None:
    """Same key, same payload (in any spelling): the same bytes, marked as replayed, and one user."""
    async with team.client() as api:
        first = await api.post("/v1/users", json=ADA, headers=KEY)
        raw = b'  {"first_name":"\\u0041da",   "email":"ada@b.example"}'
        again = await api.post("/v1/users", content=raw, headers={**KEY, "Content-Type": "application/json"})
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
        assert (again.status_code, again.content, again.headers["etag"]) == (201, first.content, first.headers["etag"])
        assert (await api.get("/v1/users?count=true")).json()["total"] == 1


async def test_another_payload_is_refused(team: Team) -> None:
    """A key belongs to one payload."""
    async with team.client() as api:
        await api.post("/v1/users", json=ADA, headers=KEY)
        answer = await api.post("/v1/users", json={"email": "bob@b.example"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_is_scoped(team: Team) -> None:
    """Another account, another method and path: the same key is another key."""
    admin = team.token_of(Role.ADMIN)
    async with team.client() as api, team.server.client(admin) as other:
        made = (await api.post("/v1/users", json=ADA, headers=KEY)).json()
        assert (await other.post("/v1/users", json={"email": "bob@b.example"}, headers=KEY)).status_code == 201
        assert (await api.delete(f"/v1/users/{made['id']}", headers=KEY)).json()["status"] == "removed"
        assert (await api.post(f"/v1/users/{made['id']}/restore", headers=KEY)).json()["status"] == "active"


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 256, "a\tb"])
async def test_a_key_is_visible_ascii(team: Team, key: str) -> None:
    """1 to 255 visible ASCII characters, or 400."""
    async with team.client() as api:
        answer = await api.post("/v1/users", json=ADA, headers={b"Idempotency-Key": key.encode()})
    assert answer.json()["code"] == "bad_request"


async def test_a_refusal_is_not_kept(team: Team) -> None:
    """What was refused before anything happened may be sent again with the same key, and then works."""
    async with team.client() as api:
        user = (await api.post("/v1/users", json=ADA)).json()
        assert (await api.post("/v1/users", json=ADA, headers=KEY)).status_code == 409
        await api.delete(f"/v1/users/{user['id']}")
        assert (await api.post("/v1/users", json=ADA, headers=KEY)).status_code == 201


async def test_a_crash_is_kept(team: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the server is the answer to its key, and left nothing behind."""

    def fail(*_: object) -> None:
        message = "disk on fire: secret"
        raise RuntimeError(message)

    async with team.client() as api:
        with monkeypatch.context() as patch:
            patch.setattr(users, "add", fail)
            first = await api.post("/v1/users", json=ADA, headers=KEY)
        again = await api.post("/v1/users", json=ADA, headers=KEY)
        assert (first.status_code, first.json()["code"]) == (500, "internal_error")
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"
        assert "secret" not in first.text
        assert "disk on fire" in caplog.text
        assert (await api.get("/v1/users?count=true")).json()["total"] == 0
        assert (await api.post("/v1/users", json=ADA, headers={"Idempotency-Key": "k-2"})).status_code == 201


@pytest.mark.parametrize(("later", "replayed"), [(KEPT - SECOND, True), (KEPT, False)])
async def test_a_key_ends(tmp_path: Path, later: dt.timedelta, *, replayed: bool) -> None:
    """For a day a key answers what it answered, over a restart and a midnight; then it is forgotten."""
    async with running(tmp_path, sandbox=False) as server:
        team = make_organisation(server)
        async with team.client() as api:
            user = (await api.post("/v1/users", json=ADA, headers=KEY)).json()
            await api.delete(f"/v1/users/{user['id']}")
    async with running(tmp_path, now=NOW + later, sandbox=False) as server, server.client(team.token) as api:
        answer = await api.post("/v1/users", json=ADA, headers=KEY)
    assert answer.status_code == 201
    assert ("idempotency-replayed" in answer.headers) is replayed


@pytest.mark.parametrize("step", [{"advance": "P1M"}, {"now": "2026-01-14T00:00:00Z"}])
async def test_a_moved_clock_ends_no_key(team: Team, step: dict[str, str]) -> None:
    """A move of the clock sent again with its key moves it once, however far it went; other keys stay good too."""
    async with team.client() as api:
        user = await api.post("/v1/users", json=ADA, headers=KEY)
        moved = await api.post("/v1/sandbox/clock", json=step, headers=KEY)
        do_chores(load_areas(), team.server.services)
        again = await api.post("/v1/sandbox/clock", json=step, headers=KEY)
        assert (again.status_code, again.content) == (200, moved.content)
        assert (await api.post("/v1/users", json=ADA, headers=KEY)).content == user.content


@pytest.mark.parametrize("half", ["INSERT ON events", "UPDATE ON idempotency_keys"])
async def test_a_change_its_event_and_its_answer_are_one(team: Team, half: str) -> None:
    """A change whose event or whose answer can't be written is not made: all of it is one transaction (D29, D30)."""
    with team.server.services.database.write() as connection:
        connection.exec_driver_sql(f"CREATE TRIGGER full BEFORE {half} BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    async with team.client() as api:
        assert (await api.post("/v1/users", json=ADA, headers=KEY)).status_code == 500
        assert (await api.get("/v1/users?count=true")).json()["total"] == 0
        with team.server.services.database.write() as connection:
            connection.exec_driver_sql("DROP TRIGGER full")
        assert (await api.post("/v1/users", json=ADA, headers={"Idempotency-Key": "k-2"})).status_code == 201


async def test_money_needs_a_key(team: Team) -> None:
    """Where money moves, a key is required."""
    async with team.client() as api:
        answer = await api.post("/v1/quotes/quo_1/confirm")
    assert answer.json()["code"] == "idempotency_key_required"


async def test_events_name_the_key(team: Team) -> None:
    """The events of a command are found by its key."""
    async with team.client(**{"X-Request-Id": "mine"}) as api:
        await api.post("/v1/users", json=ADA, headers=KEY)
        await api.post("/v1/users", json={"email": "bob@b.example"})
        found = (await api.get("/v1/events?idempotency_key=k-1&count=true")).json()
    assert found["total"] == 1
    assert found["items"][0]["request"] == {"id": "mine", "idempotency_key": "k-1"}
