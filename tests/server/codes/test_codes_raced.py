"""Fifty people enter a code at once while three seats are free: three come in (D16, D21)."""

import asyncio
import os
from collections import Counter
from pathlib import Path

from builders import findings_in, make_organisation, running
from code_desk import enter, new_code, outcome, outsider

ROUNDS = int(os.environ.get("HEADCOUNT_CODE_ROUNDS", "20"))
"""How often; 200 were run once for the record."""


async def test_fifty_people_and_three_seats(tmp_path: Path) -> None:
    """Each round exactly three, the others are told that no seat is free, and every count agrees."""
    async with running(tmp_path) as server:
        tokens = [outsider(server, f"racer{number}") for number in range(50)]
        for number in range(ROUNDS):
            team = make_organisation(server, f"House{number} Ltd", seats=5, users=2)
            async with team.client() as api:
                made = await new_code(api, f"round number {number}")
                where = f"/v1/invitation-codes/{made['id']}"
                typed = made["code"].upper()
                answers = await asyncio.gather(*(enter(server, token, typed) for token in tokens))
                assert Counter(map(outcome, answers)) == {"active": 3, "no_seat_available": 47}
                assert (await api.get(where)).json()["uses"] == 3
                uses = (await api.get(f"{where}/uses")).json()["items"]
                assert len(uses) == 3
                assert (await api.get("/v1/overview")).json()["seats"]["free"] == 0
                for use in uses:
                    assert (await api.delete(f"/v1/users/{use['user_id']}")).status_code == 200
        assert findings_in(server) == []


async def test_fifty_people_and_three_uses(tmp_path: Path) -> None:
    """A code for three lets three in, however many seats are free; the rest learn no more than strangers do."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=60)
        async with team.client() as api:
            await new_code(api, "three only", max_uses=3)
        tokens = [outsider(server, f"racer{number}") for number in range(50)]
        answers = await asyncio.gather(
            *(enter(server, token, "three-only", address=f"10.0.0.{number}") for number, token in enumerate(tokens))
        )
        assert Counter(map(outcome, answers)) == {"active": 3, "code_not_accepted": 47}
        assert findings_in(server) == []
