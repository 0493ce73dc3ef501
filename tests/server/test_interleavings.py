"""Two people at once, at random: users, seats, decisions, undo, money and time, in any order and overlapping.

Each seed is one history. More of them: `HEADCOUNT_SEEDS=300 python -m pytest tests/server/test_interleavings.py`; one
of them again: `HEADCOUNT_TEST_SEED=17`.
"""

import asyncio
import os
import random
from pathlib import Path

import httpx
import pytest
from builders import NOW, Team, findings_in, make_organisation, running
from decided_once import Deciding, check_decided_once
from histories import History, HonestBank
from sqlalchemy import func, select
from transfer_desk import ask_to_join

from contract.people import Role
from server.payments.settle import settle_pending
from server.store.tables import invoices

ONE = os.environ.get("HEADCOUNT_TEST_SEED")
SEEDS = [int(ONE)] if ONE else range(int(os.environ.get("HEADCOUNT_SEEDS", "4")))
ROUNDS = 20
DECIDING_ROUNDS = 10


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_two_people_at_once(tmp_path: Path, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    """However two admins' commands overlap, the invariants hold after each round and no money is lost (D5, D16)."""
    caplog.set_level("CRITICAL")
    chance, bank = random.Random(seed), HonestBank()  # noqa: S311 - the same history for the same seed
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=chance.randrange(6), users=chance.randrange(4))
        admin = team.token_of(Role.ADMIN, spending_limit=10**6)
        history = History(team, bank, chance)
        async with team.client() as one, server.client(admin) as other:
            for _ in range(ROUNDS):
                await asyncio.gather(*(history.step(chance.choice([one, other])) for _ in range(4)))
                assert findings_in(server) == []
        bank.plan.clear()
        await settle_pending(server.services)
        assert findings_in(server) == []
        assert bank.total == _paid(team)
        assert server.clock.now() >= NOW


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_decided_twice(tmp_path: Path, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    """Two admins and those they ask decide, undo, edit and buy at once: each move happens once, and D16 holds always.

    In the end the answers, the events and the lists of both admins tell the same, and the books are equal.
    """
    caplog.set_level("CRITICAL")
    chance, bank = random.Random(seed), HonestBank()  # noqa: S311 - the same history for the same seed
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, seats=chance.randrange(1, 6), users=chance.randrange(4))
        admin = team.token_of(Role.ADMIN, spending_limit=10**6)
        history = Deciding(team, bank, chance)
        ask_to_join(team, *(f"a{number}" for number in range(4)))
        async with team.client() as one, server.client(admin) as other:
            for _ in range(DECIDING_ROUNDS):
                await asyncio.gather(*(history.step(api) for api in (one, other, one, other)))
                assert findings_in(server) == []
            check_decided_once(team, history.done)
            await settle_pending(server.services)
            for path in ("/v1/transfers", "/v1/users", "/v1/overview"):
                assert _shown(await one.get(path)) == _shown(await other.get(path))
        assert findings_in(server) == []
        assert bank.total == _paid(team)


def _shown(answer: httpx.Response) -> object:
    """What both admins see alike: all but who they are."""
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if name != "me"}


def _paid(team: Team) -> int:
    query = select(func.coalesce(func.sum(invoices.c.total), 0)).where(invoices.c.status == "paid")
    with team.server.services.database.read() as connection:
        return int(connection.execute(query).scalar_one())
