"""Where somebody is signed in by themselves is listed for them, and ended at once by nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from account_desk import outsider, token_for
from builders import Team, make_organisation, running

from contract.people import Role


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation."""
    async with running(tmp_path) as server:
        yield make_organisation(server, "Tidewheel")


async def test_listed_newest_first_and_ended_at_once(team: Team) -> None:
    """Each with its organisation; the one that asks is marked; the other is refused by the very next call."""
    member = team.member(email="mia@team.example", made_here=False)
    first, second = token_for(team, member), token_for(team, member)
    async with team.server.client(first) as here, team.server.client(second) as there, team.client() as owner:
        listed = (await here.get("/v1/profile/sign-ins?count=true")).json()
        assert listed["total"] == 2
        assert {each["organisation"] for each in listed["items"]} == {"Tidewheel"}
        other = next(each for each in listed["items"] if not each["current"])
        assert (await there.get("/v1/me")).status_code == 200
        assert (await here.delete(f"/v1/profile/sign-ins/{other['id']}")).status_code == 200
        assert (await there.get("/v1/me")).status_code == 401
        assert (await here.delete(f"/v1/profile/sign-ins/{other['id']}")).status_code == 404
        kinds = [each["type"] for each in (await owner.get("/v1/events")).json()["items"]]
        assert "token.revoked" in kinds


async def test_nobody_elses(team: Team) -> None:
    """Another account's is not found, and tokens that the owner issued are none of one's own sign-ins."""
    issued_to = team.member(Role.VIEWER, email="vic@team.example")
    async with team.client() as owner, team.server.client(outsider(team.server)) as ana:
        issued = await owner.post("/v1/tokens", json={"email": "vic@team.example"})
        assert issued.status_code == 201
        mine = (await owner.get("/v1/profile/sign-ins")).json()["items"]
        assert issued.json()["id"] not in [each["id"] for each in mine]
        assert (await ana.delete(f"/v1/profile/sign-ins/{mine[0]['id']}")).status_code == 404
        async with team.server.client(issued.json()["token"]) as handed:
            assert (await handed.get("/v1/profile/sign-ins")).status_code == 403
    assert issued_to


async def test_pages_of_them(team: Team) -> None:
    """Page by page each comes once."""
    member = team.member(email="mia@team.example", made_here=False)
    tokens = [token_for(team, member) for _ in range(5)]
    seen: list[str] = []
    async with team.server.client(tokens[0]) as api:
        cursor = ""
        while True:
            page = (await api.get(f"/v1/profile/sign-ins?limit=2{cursor}")).json()
            seen += [each["id"] for each in page["items"]]
            if not page["has_more"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5
