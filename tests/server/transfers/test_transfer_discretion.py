"""Asking an address never tells whether anybody has it, whatever is asked and however long one watches (D25)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
from account_desk import outsider
from billing_desk import move
from builders import RunningServer, Team, add_users, make_organisation, running
from sqlalchemy import Engine, event
from transfer_desk import DAY

KINDS = ("nobody", "account", "payer", "listed")
"""Who may have an address: nobody, an account, one that pays for itself, one that is a user elsewhere."""


@asynccontextmanager
async def asking(folder: Path) -> AsyncIterator[tuple[RunningServer, Team, httpx.AsyncClient, dict[str, str]]]:
    """An organisation, its owner, and an address of each kind, all equally long."""
    async with running(folder) as server:
        team = make_organisation(server, "Tidewheel")
        addresses = {"nobody": "x0@outside.example", "account": "x1@outside.example", "payer": "x2@outside.example"}
        outsider(server, addresses["account"])
        make_organisation(server, "Own", plan="professional", seats=1, owner=addresses["payer"])
        (listed,) = add_users(make_organisation(server, "Elsewhere"), 1)
        addresses["listed"] = listed.email
        async with team.client() as owner:
            yield server, team, owner, addresses


def _plain(told: Any, *names: str) -> str:
    """What was said, without what differs between any two requests."""
    hidden = {"id", "request_id", "instance", "next_cursor"}

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: bare(each) for name, each in value.items() if name not in hidden}
        return [bare(each) for each in value] if isinstance(value, list) else value

    said = repr(bare(told))
    for each in names:
        said = said.replace(each, "…")
    return said


async def test_nothing_that_is_told_differs(tmp_path: Path) -> None:
    """Created, read, listed, found, sent again, refused, expired: answer by answer and event by event the same."""
    stories: dict[str, list[str]] = {}
    for kind in KINDS:
        async with asking(tmp_path / kind) as (server, team, owner, addresses):
            address = addresses[kind]
            answers = [await owner.post("/v1/transfers", json={"email": address, "message": "Hello"})]
            path = f"/v1/transfers/{answers[0].json()['id']}"
            answers.append(await owner.post("/v1/transfers", json={"email": address}))
            answers.append(await owner.post(f"{path}/resend"))
            server.clock.move_to(server.clock.now() + DAY)
            answers += [await owner.post(f"{path}/{verb}") for verb in ("resend", "accept", "decline")]
            move(server, server.clock.now() + 15 * DAY)
            answers.append(await owner.get(path))
            again = await owner.post("/v1/transfers", json={"email": address})
            answers += [again, await owner.post(f"/v1/transfers/{again.json()['id']}/cancel")]
            lists = ("transfers", f"transfers?search={address}", "transfers?count=true&sort=name", "events", "overview")
            answers += [await owner.get(f"/v1/{each}") for each in lists]
            stories[kind] = [f"{each.status_code} {_plain(each.json(), address, team.account_id)}" for each in answers]
    for kind in KINDS[1:]:
        for place, (here, there) in enumerate(zip(stories["nobody"], stories[kind], strict=True)):
            assert here == there, (kind, place)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that is run, as it is written, without its values."""
    run: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        run.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield run
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_no_more_is_done_for_one_than_for_another(tmp_path: Path) -> None:
    """The same statements in the same order, whoever has the address: the time it takes tells nothing either."""
    async with asking(tmp_path) as (_server, _team, owner, addresses):
        seen = {}
        await owner.get("/v1/transfers")
        for kind in KINDS:
            with statements() as run:
                made = (await owner.post("/v1/transfers", json={"email": addresses[kind]})).json()
                await owner.get(f"/v1/transfers/{made['id']}")
                await owner.post(f"/v1/transfers/{made['id']}/cancel")
            seen[kind] = run
        assert [kind for kind in KINDS if seen[kind] != seen["nobody"]] == []
        assert len(seen["nobody"]) > len(KINDS)
