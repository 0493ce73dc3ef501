"""What leaves by itself while nothing can be written: nothing, since it could not be noted and would leave again."""

import asyncio
from pathlib import Path

import pytest
from builders import make_organisation
from mail_desk import mail_server, tried
from notifications_desk import Office, add_user, office, receiver, subscribed, until
from transfer_desk import asked


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the disk takes anything is found out each time."""
    monkeypatch.setattr("server.platform.heartbeat.LASTS", 0.0)


async def knocked(house: Office, times: int, *, room: bool) -> None:
    """Wake the workers so often, each time later, with or without room on the disk."""
    house.server.services.database._driver.execute(f"PRAGMA query_only={'OFF' if room else 'ON'}")
    for _ in range(times):
        house.pass_time(minutes=10)
        await asyncio.sleep(0.02)


async def test_letters_wait_for_room(tmp_path: Path) -> None:
    """A letter that is due on a full disk is not handed in once, however often it is its turn; then once."""
    with mail_server() as post:
        async with office(tmp_path, mail=post.settings()) as house, make_organisation(house.server).client() as api:
            post.on_receiver = lambda _: "451 later"
            await asked(api, "zoe@else.example")
            await until(lambda: tried(house) == 1)
            assert post.sessions == 1
            post.on_receiver = lambda _: "250 OK"
            await knocked(house, 20, room=False)
            assert (post.sessions, post.offered) == (1, [])
            await knocked(house, 1, room=True)
            await until(lambda: len(post.letters) == 1)
            await knocked(house, 5, room=True)
            assert len(post.offered) == 1


async def test_webhooks_wait_for_room(tmp_path: Path) -> None:
    """An event that happened is told nobody while that could not be noted; afterwards each is told."""
    async with (
        office(tmp_path) as house,
        receiver(lambda _: 500) as there,
        make_organisation(house.server).client() as api,
    ):
        await subscribed(api, there.url)
        await add_user(api, "a@b.example")
        await until(lambda: len(there.told) >= 2)
        await asyncio.sleep(0.05)
        before = len(there.told)
        await knocked(house, 20, room=False)
        assert len(there.told) <= before + 1
        there.answer = lambda _: 200
        await knocked(house, 3, room=True)
        await until(lambda: len(set(there.ids)) >= 2 and len(there.told) > before + 1)
