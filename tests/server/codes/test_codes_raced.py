"""Fifty people enter a code at once while three seats are free: three come in (D16, D21)."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
from builders import findings_in, make_organisation, running
from code_desk import enter, new_code, outcome, outsider
from live import live_server

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


RACER = """
import asyncio, json, sys
import httpx

async def race(url, tokens, code):
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=httpx.Limits(max_connections=25)) as api:
        async def enter(token):
            headers = {"Authorization": f"Bearer {token}"}
            found = (await api.post("/v1/profile/redeem-code", json={"code": code}, headers=headers)).json()
            return found.get("code") or found["status"]
        return await asyncio.gather(*map(enter, tokens))

print("ready", flush=True)
print(json.dumps(asyncio.run(race(**json.loads(sys.stdin.readline())))))
"""


def test_two_programs_at_once(tmp_path: Path) -> None:
    """The same over real connections, from two processes that start together."""
    with live_server(tmp_path) as live:
        server = live.running
        tokens = live.call(lambda: [outsider(server, f"racer{number}") for number in range(50)])
        team = live.call(lambda: make_organisation(server, seats=5, users=2))
        headers = {"Authorization": f"Bearer {team.token}"}
        made = httpx.post(f"{live.url}/v1/invitation-codes", json={}, headers=headers).json()
        racers = [
            subprocess.Popen([sys.executable, "-c", RACER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for racer in racers:
            assert racer.stdout
            assert racer.stdout.readline() == "ready\n"
        for racer, part in zip(racers, (tokens[:25], tokens[25:]), strict=True):
            assert racer.stdin
            racer.stdin.write(json.dumps({"url": live.url, "tokens": part, "code": made["code"].lower()}) + "\n")
            racer.stdin.flush()
        outcomes = [each for racer in racers for each in json.loads(racer.communicate(timeout=60)[0])]
        assert Counter(outcomes) == {"active": 3, "no_seat_available": 47}
        assert live.call(lambda: findings_in(server)) == []
