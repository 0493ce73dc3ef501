"""Searching for somebody who was edited."""

from pathlib import Path

import pytest
from builders import make_organisation, running


@pytest.mark.parametrize(("word", "found"), [("silva", 1), ("ana@acme", 1), ("pilot", 1), ("diver", 0)])
async def test_an_edit_keeps_what_it_left_alone(tmp_path: Path, word: str, found: int) -> None:
    """The words that stayed are found as before, the new ones too, the old ones no more."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            new = {"email": "ana@acme.example", "first_name": "Ana", "last_name": "Silva", "position": "Diver"}
            user = (await api.post("/v1/users", json=new)).json()
            version = {"If-Match": f'"{user["version"]}"'}
            changed = await api.patch(f"/v1/users/{user['id']}", json={"position": "Pilot"}, headers=version)
            assert changed.status_code == 200
            listed = await api.get("/v1/users", params={"search": word})
    assert len(listed.json()["items"]) == found
