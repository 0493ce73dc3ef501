"""The sandbox: a clock that goes forward and a gateway that can decline."""

from pathlib import Path

import pytest
from builders import NOW, findings_in, make_organisation, running


async def test_a_real_server_has_none(tmp_path: Path) -> None:
    """Without `--sandbox` there is nothing to move."""
    async with running(tmp_path, sandbox=False) as server, make_organisation(server).client() as api:
        assert (await api.post("/v1/sandbox/clock", json={"advance": "P1D"})).status_code == 404
        assert (await api.post("/v1/sandbox/payments", json={"next": "decline"})).status_code == 404
        assert (await api.get("/v1/overview")).json()["sandbox"] is False


async def test_the_clock_goes_forward(tmp_path: Path) -> None:
    """To an instant or by a duration; all answers follow, and a restart keeps the time."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            moved = (await api.post("/v1/sandbox/clock", json={"advance": "P1DT2H"})).json()
            assert moved["now"] == "2025-11-15T11:30:00Z"
            moved = (await api.post("/v1/sandbox/clock", json={"now": "2025-11-16T00:00:00+01:00"})).json()
            assert moved == {"now": "2025-11-15T23:00:00Z", "events": 0}
            assert (await api.get("/v1/overview")).json()["as_of"] == "2025-11-15T23:00:00Z"
            event = (await api.get("/v1/events?limit=1")).json()["items"][0]
            assert (event["type"], event["previous"]) == ("sandbox.clock_moved", {"now": "2025-11-15T11:30:00Z"})
    async with running(tmp_path) as server:
        assert (server.clock.now() - NOW).total_seconds() == 37.5 * 3600


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": "2025-11-14T09:29:59Z"},
        {"now": "2025-11-14"},
        {"now": "2025-11-14T10:00:00"},
        {"now": "0001-01-01T00:00:00+14:00"},
        {"now": "9999-12-31T23:59:59-14:00"},
        {"now": "2199-01-01T00:00:00Z"},
        {"advance": "P"},
        {"advance": "PT"},
        {"advance": "P0D"},
        {"advance": "P9999Y"},
        {"advance": "P11Y"},
        {"advance": "P1D", "now": "2026-01-01T00:00:00Z"},
    ],
)
async def test_an_odd_move_is_refused(tmp_path: Path, body: dict[str, str]) -> None:
    """Back, nowhere, too far, or not a time at all: refused, and the clock stays."""
    async with running(tmp_path) as server, make_organisation(server).client() as api:
        answer = await api.post("/v1/sandbox/clock", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert server.clock.now() == NOW


async def test_moving_twice_with_one_key_moves_once(tmp_path: Path) -> None:
    """The clock's command is idempotent like any other."""
    async with running(tmp_path) as server, make_organisation(server).client(**{"Idempotency-Key": "k"}) as api:
        first = await api.post("/v1/sandbox/clock", json={"advance": "P1D"})
        again = await api.post("/v1/sandbox/clock", json={"advance": "P1D"})
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"
        assert (server.clock.now() - NOW).days == 1


async def test_what_falls_due_happens_on_the_way(tmp_path: Path) -> None:
    """Two months later there were two renewals, in order, before the clock's own event."""
    async with running(tmp_path) as server:
        async with make_organisation(server, seats=2, users=3).client() as api:
            moved = (await api.post("/v1/sandbox/clock", json={"advance": "P2M"})).json()
            assert moved["events"] >= 2
            row = (await api.get("/v1/subscription")).json()
            assert (row["period_start"], row["users_active"], row["seats"]) == ("2026-01-14", 3, 3)
            kinds = [each["type"] for each in (await api.get("/v1/events")).json()["items"]]
            assert kinds[0] == "sandbox.clock_moved"
            assert kinds.count("subscription.renewed") == 2
        assert findings_in(server) == []


async def test_the_next_payment_can_decline(tmp_path: Path) -> None:
    """What was said is answered."""
    async with running(tmp_path) as server, make_organisation(server).client() as api:
        assert (await api.post("/v1/sandbox/payments", json={"next": "decline"})).json() == {
            "next": "decline",
            "times": 1,
        }
        assert (await api.post("/v1/sandbox/payments", json={"next": "later"})).status_code == 422


async def test_a_decline_is_for_ones_own_organisation(tmp_path: Path) -> None:
    """The renewal of somebody else in the same sandbox does not use it up: ours is declined, theirs is paid."""
    async with running(tmp_path) as server:
        ours, theirs = make_organisation(server, name="Ours"), make_organisation(server, name="Theirs")
        async with ours.client() as api, theirs.client() as other:
            await other.post("/v1/sandbox/payments", json={"next": "accept"})
            await api.post("/v1/sandbox/payments", json={"next": "decline"})
            assert (await api.post("/v1/sandbox/clock", json={"advance": "P32D"})).status_code == 200
            mine, yours = [(await each.get("/v1/payments")).json()["items"] for each in (api, other)]
        assert mine[-1]["status"] == "declined"
        assert [each["status"] for each in yours] == ["succeeded"]
