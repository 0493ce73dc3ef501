"""The whole matrix of `transfer_matrix`, cell by cell, against the server: what is answered, and what it leaves."""

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from itertools import product
from pathlib import Path
from string import Template
from typing import Any

import httpx
import pytest
from account_desk import outsider
from builders import RunningServer, Team, findings_in, make_organisation, running
from link_post import caught_links
from sqlalchemy import select, update
from transfer_matrix import CALLS, REQUESTS, STATES, WHO, Cell, cells

from contract.people import Role
from server.platform.transaction import Unit
from server.store.tables import asks, decision_items, metadata, transfers
from server.transfers.expiry import expire

CELLS = cells()
NAME = "Tidewheel"
UNWATCHED = {"tokens", "idempotency_keys"}
"""When a token was used is noted whatever it asked for; nothing here is sent with a key."""

REFUSALS = {
    "side": (409, "transfer_wrong_side"),
    "over": (409, "transfer_not_pending"),
    "asked": (409, "transfer_pending"),
    "user": (409, "already_user"),
    "ends": (409, "own_subscription_ends"),
    "same": (409, "transfer_to_oneself"),
    "late": (409, "undo_not_possible"),
    "soon": (429, "resend_too_soon"),
    "role": (403, "not_allowed"),
    "none": (404, "not_found"),
    "who": (401, "not_authenticated"),
}
AFTERWARDS = {
    "resend+": "pending",
    "cancel": "cancelled",
    "accept": "accepted",
    "decline": "declined",
    "accept-many": "accepted",
    "decline-many": "declined",
    "undo": "pending",
    "own-accept": "accepted",
    "own-decline": "declined",
    "own-cancel": "cancelled",
    "own-undo": "pending",
}
"""The state of a request that a call has changed."""


class Case:
    """One request, its account, and the way to each who may ask about it."""

    def __init__(self, number: int, api: dict[str, httpx.AsyncClient]) -> None:
        self.email = f"self{number}@outside.example"
        self.api = api
        self.id = ""
        self.decision = "dec_nothing"
        self.link = "nothing"
        self.state = ""
        self.version = 1


class Stage:
    """A server with two organisations and everybody who asks, where cases are made."""

    def __init__(
        self,
        server: RunningServer,
        team: Team,
        api: dict[str, httpx.AsyncClient],
        sent: list[str],
        watch: sqlite3.Connection,
    ) -> None:
        self.server = server
        self.team = team
        self.api = api
        self.sent = sent
        self.watch = watch
        self.made = 0
        self._seen = (0, "")

    @asynccontextmanager
    async def case(self, request: str, state: str) -> AsyncIterator[Case]:
        """A new account, and a request about it in this state that came there the way it does."""
        self.made += 1
        case = Case(self.made, dict(self.api))
        async with self.server.client(outsider(self.server, case.email)) as themself:
            case.api["self"] = themself
            if request == "out":
                made = await self.api["owner"].post("/v1/transfers", json={"email": case.email})
                case.link = self.sent[-1]
            else:
                made = await themself.post("/v1/profile/transfers", json={"organisation": NAME})
            case.id = made.json()["id"]
            await self._bring(case, request, state)
            yield case

    async def _bring(self, case: Case, request: str, state: str) -> None:
        """Into the state, by whoever does that."""
        house, themself = (self.api["owner"], "/v1/transfers"), (case.api["self"], "/v1/profile/transfers")
        asked, asking = (themself, house) if request == "out" else (house, themself)
        moves = {"accepted": (asked, "accept"), "declined": (asked, "decline"), "cancelled": (asking, "cancel")}
        if state in moves:
            (api, path), verb = moves[state]
            assert (await api.post(f"{path}/{case.id}/{verb}")).status_code == 200
        now = self.server.clock.now()
        with self.server.services.database.write() as connection:
            if state in {"expired", "lapsed"}:
                for table in (transfers, asks):
                    connection.execute(update(table).where(table.c.id == case.id).values(expires_at=now))
            if state == "expired":
                unit = Unit(
                    connection=connection,
                    organisation_id=self.team.organisation_id,
                    subscription_id=self.team.subscription_id,
                    now=now,
                )
                expire(unit)
                unit.record()
            found = select(decision_items.c.decision_id).where(decision_items.c.transfer_id == case.id)
            case.decision = connection.execute(found).scalar() or case.decision
            row = connection.execute(select(transfers).where(transfers.c.id == case.id)).one()
            assert row.state == ("pending" if state == "lapsed" else state)
            case.state, case.version = row.state, row.version

    def an_hour_later(self, case: Case) -> None:
        """For this request alone."""
        with self.server.services.database.write() as connection:
            now = self.server.clock.now()
            connection.execute(update(transfers).where(transfers.c.id == case.id).values(resend_after=now))

    async def row_of(self, case: Case) -> tuple[str, int]:
        """State and version of its request, as the owner reads them."""
        found = (await self.api["owner"].get(f"/v1/transfers/{case.id}")).json()
        return found["state"], found["version"]

    def digest(self) -> str:
        """All that is in the database; taken anew only once somebody has written to it."""
        (version,) = self.watch.execute("PRAGMA data_version").fetchone()
        if self._seen[0] != version:
            total = hashlib.sha256()
            for name in sorted(metadata.tables.keys() - UNWATCHED):
                total.update(repr((name, self.watch.execute(f"SELECT * FROM {name}").fetchall())).encode())  # noqa: S608 - our own names
            self._seen = (version, total.hexdigest())
        return self._seen[1]


async def ask(case: Case, cell: Cell, **instead: str) -> httpx.Response:
    """What a cell asks for; about something else `instead`."""
    names = {"email": case.email, "id": case.id, "version": case.version, "decision": case.decision, "link": case.link}
    written = Template(CALLS[cell.call]).substitute(names | {"organisation": NAME} | instead)
    method, path, *body = written.split(maxsplit=2)
    return await case.api[cell.who].request(method, path, json=json.loads(body[0]) if body else None)


async def check(stage: Stage, case: Case, cell: Cell, expected: str) -> None:
    """What is answered is what the table says."""
    answer = await ask(case, cell)
    said = answer.json()
    if expected in REFUSALS:
        assert (answer.status_code, said["code"]) == REFUSALS[expected], (cell, said)
        assert ("retry-after" in answer.headers) == (expected == "soon")
        await check_discretion(case, cell, expected, said)
    elif expected.startswith("="):
        (result,) = said["results"]
        assert result["problem"]["code"] == REFUSALS[expected[1:]][1], (cell, said)
        assert (answer.status_code, said["failed"], said["accepted"] + said["declined"]) == (200, 1, 0)
        assert (result["transfer"] is None) == (expected == "=none")
    elif expected in {"read", "else"}:
        there = case.decision in answer.text if cell.call == "decisions" else case.id in answer.text
        assert (answer.status_code, there) == (200, expected == "read"), (cell, said)
        assert expected == "read" or case.email not in answer.text
    else:
        assert answer.status_code in {200, 201}, (cell, said)
        await check_done(stage, case, cell, expected, said)


async def check_discretion(case: Case, cell: Cell, expected: str, said: dict[str, Any]) -> None:
    """What one may not see, or not do, reads as if there were no such thing (D25)."""
    if expected in {"none", "role"} and cell.call not in {"list", "create", "decisions"}:
        same = (await ask(case, cell, id="trf_nowhere", decision="dec_nowhere", link="nowhere")).json()
        for name in ("instance", "request_id"):
            same.pop(name, None)
            said.pop(name, None)
        assert said == same, cell


async def check_done(stage: Stage, case: Case, cell: Cell, expected: str, said: dict[str, Any]) -> None:
    """The request that was changed or opened is in the state it should be; a lapsed one may be noted as expired."""
    if expected == "anew":
        assert (said["state"], said["id"] != case.id) == ("pending", True)
        assert await stage.row_of(case) in {(case.state, case.version), ("expired", case.version + 1)}
        return
    if cell.call == "create":
        found = (await stage.api["owner"].get(f"/v1/transfers/{said['id']}")).json()
        assert (found["state"], found["direction"]) == ("pending", "outgoing")
    else:
        assert await stage.row_of(case) == (AFTERWARDS[cell.call], case.version + 1), cell


@asynccontextmanager
async def staged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """Two organisations, an account of none, and a token for each who asks."""
    sent = caught_links(monkeypatch)
    async with running(folder) as server, AsyncExitStack() as stack:
        team = make_organisation(server, NAME, seats=40)
        other = make_organisation(server, "Elsewhere", seats=40)
        tokens = {"owner": team.token, "other": other.token, "nobody": "", "outsider": outsider(server)}
        tokens |= {role.value: team.token_of(role) for role in (Role.ADMIN, Role.BILLING, Role.VIEWER)}
        api = {who: await stack.enter_async_context(server.client(token)) for who, token in tokens.items()}
        watch = stack.enter_context(closing(sqlite3.connect(folder / "headcount.db")))
        yield Stage(server, team, api, sent, watch)


def test_every_cell_exists() -> None:
    """The table answers for every call, request, state and person, in words that mean something, and for no more."""
    assert set(CELLS) == {Cell(*each) for each in product(CALLS, REQUESTS, STATES, WHO)}
    assert {*REFUSALS, "=side", "=over", "=none", "read", "else", "done", "anew"} == set(CELLS.values())
    assert {cell.call for cell, said in CELLS.items() if said == "done"} == {*AFTERWARDS, "create"}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("request_", REQUESTS)
async def test_every_cell_is_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request_: str, state: str) -> None:
    """Each is answered as the table says, and what it refuses or only reads leaves nothing behind."""
    async with staged(tmp_path, monkeypatch) as stage:
        await asyncio.sleep(0.05)  # what falls due by itself is looked for at the start, and then once a minute
        for call in CALLS:
            asked = {who: CELLS[Cell(call, request_, state, who)] for who in WHO}
            moving = [who for who, expected in asked.items() if expected in {"done", "anew"}]
            async with stage.case(request_, state) as case:
                if call == "resend+":
                    stage.an_hour_later(case)
                before = stage.digest()
                for who in (who for who in WHO if who not in moving):
                    cell = Cell(call, request_, state, who)
                    await check(stage, case, cell, asked[who])
                    assert stage.digest() == before, cell
            for who in moving:
                async with stage.case(request_, state) as case:
                    if call == "resend+":
                        stage.an_hour_later(case)
                    before = stage.digest()
                    await check(stage, case, Cell(call, request_, state, who), asked[who])
                    assert stage.digest() != before
        assert findings_in(stage.server) == []
