"""The list of events, and its chain (D29)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders import Team, findings_in, make_organisation, running
from sqlalchemy import text


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with twelve events: two of its founding, ten users."""
    async with running(tmp_path) as server:
        yield make_organisation(server, users=10)


async def test_newest_first_and_back_to_the_beginning(team: Team) -> None:
    """Without `after` the newest come first; the cursor goes back to the first event without a hole."""
    async with team.client() as api:
        page = (await api.get("/v1/events?limit=5&count=true")).json()
        assert page["total"] == 12
        ids = [each["id"] for each in page["items"]]
        while page["has_more"]:
            page = (await api.get("/v1/events", params={"limit": 5, "cursor": page["next_cursor"]})).json()
            ids += [each["id"] for each in page["items"]]
        assert (await api.get("/v1/events?limit=2&offset=10")).json()["items"][1]["id"] == "evt_1"
    assert ids == [f"evt_{number}" for number in range(12, 0, -1)]


async def test_after_one_oldest_first(team: Team) -> None:
    """`after` lists what came after it, oldest first, page by page."""
    async with team.client() as api:
        page = (await api.get("/v1/events?after=evt_3&limit=4&count=true")).json()
        assert (page["total"], page["items"][0]["id"]) == (9, "evt_4")
        query = {"after": "evt_3", "cursor": page["next_cursor"]}
        rest = (await api.get("/v1/events", params=query)).json()
        assert (rest["items"][0]["id"], rest["has_more"]) == ("evt_8", False)
        assert (await api.get("/v1/events?after=evt_12")).json()["items"] == []
        for odd in ("12", "evt_x", "evt_99999999999999999999", "trf_1"):
            assert (await api.get("/v1/events", params={"after": odd})).status_code == 422


async def test_a_cursor_belongs_to_its_direction(team: Team) -> None:
    """A cursor of the newest-first list does not continue the other."""
    async with team.client() as api:
        cursor = (await api.get("/v1/events?limit=1")).json()["next_cursor"]
        assert (await api.get("/v1/events", params={"after": "evt_1", "cursor": cursor})).status_code == 422


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE events SET body = replace(body, 'User 3', 'User 4') WHERE seq = 6",
        "DELETE FROM events WHERE seq = 5",
        "DELETE FROM events WHERE seq = 12",
        "UPDATE events SET kind = 'user.removed' WHERE seq = 5",
        "UPDATE events SET idempotency_key = 'x' WHERE seq = 5",
        "UPDATE events SET hash = prev_hash WHERE seq = 5",
        "UPDATE organisations SET event_seq = 11",
    ],
)
async def test_a_changed_past_is_found(team: Team, fault: str) -> None:
    """Changing, removing or refiling any past event is found by verify."""
    assert findings_in(team.server) == []
    with team.server.services.database.write() as connection:
        connection.execute(text(fault))
    assert len(findings_in(team.server)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE subscriptions SET users_active = users_active - 1",
        "UPDATE subscriptions SET users_not_paid = 1",
        "UPDATE subscriptions SET high_water = 0",
        "UPDATE users SET status = 'not_paid', waiting_since = 1 WHERE number = 3",
        "DELETE FROM users WHERE number = 3",
        "DELETE FROM users_search WHERE rowid = 3",
    ],
)
async def test_a_broken_invariant_is_found(team: Team, fault: str) -> None:
    """Wherever counters, seats or the search index disagree with the users, verify says so."""
    with team.server.services.database.write() as connection:
        connection.execute(text(fault))
    assert findings_in(team.server)
