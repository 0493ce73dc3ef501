"""A disk that is full or only to be read: reading goes on, and what can't be saved is said so, and not done."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import NOW, RunningServer, Team, findings_in, make_organisation, running
from import_desk import crowd, plan, send, still
from money_desk import Bank
from sqlalchemy import event

from contract.money import Money
from contract.operation import Operation
from contract.operations import OPERATIONS
from server.http.tokens import make_token
from server.payments.gateway import Outcome
from server.platform.heartbeat import LASTS, Heartbeat
from server.platform.tasks import Tasks
from server.seed.opening import open_demo

READS = [each for each in OPERATIONS if each.method == "GET" and not each.stream]


def fail_writes(server: RunningServer, *, failing: bool = True) -> None:
    """From now on nothing can be written (or again it can)."""
    server.services.database._driver.execute(f"PRAGMA query_only={'ON' if failing else 'OFF'}")


@asynccontextmanager
async def full_house(folder: Path) -> AsyncIterator[tuple[RunningServer, httpx.AsyncClient]]:
    """The demo's organisation, which has some of everything; its owner has the client."""
    token = make_token().token
    (folder / "token").write_text(token)
    open_demo(f"sqlite:///{folder / 'headcount.db'}", folder / "token", NOW)
    async with running(folder, now=NOW) as server, server.client(token) as api:
        yield server, api


async def made(api: httpx.AsyncClient) -> dict[str, str]:
    """One of each of what no list shows; answers where they are."""
    quote = (await api.post("/v1/quotes", json={"seats": 60})).json()["id"]
    chosen = (await api.post("/v1/users/selections", json={"filter": {}})).json()["id"]
    hook = (await api.post("/v1/webhooks", json={"url": "https://hooks.example/x", "enabled": False})).json()
    await plan(api, crowd(20))
    assert "id" in hook, hook
    return {"/v1/quotes": quote, "/v1/users/selections": chosen, "/v1/entitlements": "ana@acme.example"}


async def addresses(api: httpx.AsyncClient) -> dict[str, str]:
    """Where to read: the address of every operation that reads, each of something that is there."""
    known = await made(api)
    found: dict[str, str] = {}
    for operation in READS:
        before, id_, after = operation.path.partition("/{id}")
        if id_ and before not in known:
            known[before] = (await api.get(before, params={"limit": 1})).json()["items"][0]["id"]
        found[operation.name] = f"{before}/{known[before]}{after}" if id_ else before
    return found


async def read_all(api: httpx.AsyncClient, places: dict[str, str]) -> dict[str, tuple[int, bytes]]:
    """What every one of them answers; and how many, searched for."""
    answers = {name: await api.get(place) for name, place in places.items()}
    answers |= {f"{name}?": await api.get(f"{places[name]}?search=an&count=true") for name in ("list_users",)}
    return {name: (answer.status_code, answer.content) for name, answer in answers.items()}


async def test_reading_never_needs_a_write(tmp_path: Path) -> None:
    """Every operation that reads answers the same when nothing can be written, also weeks later."""
    async with full_house(tmp_path) as (server, api):
        places = await addresses(api)
        for later in (dt.timedelta(), dt.timedelta(days=20)):
            fail_writes(server, failing=False)
            server.clock.move_to(NOW + later)
            before = await read_all(api, places)
            fail_writes(server)
            assert await read_all(api, places) == before
            assert {status for status, _ in before.values()} == {200}
        for path in ("/", "/healthz", "/openapi.json", "/request?link=x"):
            assert (await api.get(path)).status_code in {200, 404}
        fail_writes(server, failing=False)


async def test_reading_writes_nothing(tmp_path: Path) -> None:
    """No operation that reads sends a statement that writes, whatever the database would say to it."""
    statements: list[str] = []

    def seen(*given: Any) -> None:
        statements.append(str(given[2]))

    async with full_house(tmp_path) as (server, api):
        places = await addresses(api)
        engine = server.services.database.engine
        event.listen(engine, "before_cursor_execute", seen)
        before, _ = server.services.database.state()
        await read_all(api, places)
        assert server.services.database.state()[0] == before
        event.remove(engine, "before_cursor_execute", seen)
    reading = ("BEGIN", "SELECT", "WITH")
    assert statements
    assert [each for each in statements if not each.lstrip().startswith(reading) or "IMMEDIATE" in each] == []


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """One organisation."""
    async with running(tmp_path) as server:
        yield make_organisation(server, users=2, seats=5)


def told(answer: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code, and when to come again."""
    return answer.status_code, answer.json()["code"], answer.headers.get("retry-after")


CANNOT_SAVE = (503, "cannot_save", "30")


def body_of(operation: Operation) -> dict[str, Any]:
    """A body that gets as far as a write where there is such a simple one."""
    bodies: dict[str, dict[str, Any]] = {
        "add_user": {"email": "a@b.example"},
        "create_code": {},
        "create_quote": {"seats": 7},
        "change_profile": {"first_name": "O"},
        "set_clock": {"advance": "P1D"},
        "create_webhook": {"url": "https://hooks.example/x"},
        "select_users": {"filter": {}},
        "create_token": {"email": "owner@example.example"},
        "create_transfer": {"email": "x@elsewhere.example"},
        "ask_to_join": {"organisation": "Elsewhere"},
        "redeem_code": {"code": "wrong-code"},
        "batch_users": {"add": [{"email": "a@b.example"}]},
    }
    return bodies.get(operation.name, {})


async def test_no_command_fails_worse_than_saying_so(team: Team) -> None:
    """Every command on a disk that takes nothing answers that, or what is wrong with it anyway; nothing has changed."""
    async with team.client() as api:
        before = (await api.get("/v1/events?limit=500")).json()
        fail_writes(team.server)
        said: dict[str, tuple[int, str, str | None]] = {}
        for operation in OPERATIONS:
            if operation.method == "GET":
                continue
            path = operation.path.replace("{id}", "usr_1")
            if operation.upload:
                answer = await send(api, crowd(3), key="k")
            else:
                answer = await api.request(
                    operation.method, path, json=body_of(operation), headers={"Idempotency-Key": "k"}
                )
            said[operation.name] = told(answer)
        fail_writes(team.server, failing=False)
        assert (await api.get("/v1/events?limit=500")).json() == before
    assert [name for name, each in said.items() if each != CANNOT_SAVE and each[0] >= 500] == []
    assert [
        name for name in ("add_user", "create_quote", "redeem_code", "plan_import") if said[name] != CANNOT_SAVE
    ] == []


async def test_a_command_sent_again_is_done_once(team: Team) -> None:
    """What could not be saved can be sent again with its key as soon as there is room, and happens once."""
    async with team.client(**{"Idempotency-Key": "k"}) as api:
        for room in (False, True, True):
            fail_writes(team.server, failing=not room)
            answer = await api.post("/v1/users", json={"email": "a@b.example"})
            assert answer.status_code == (201 if room else 503)
        assert "Nothing was changed." not in answer.text
        assert answer.headers["idempotency-replayed"] == "true"


class Filling(Bank):
    """A bank during whose first answer the disk fills up."""

    server: RunningServer | None = None

    async def charge(self, key: str, amount: Money) -> Outcome:
        """Collect the money."""
        if self.server:
            fail_writes(self.server)
        return await super().charge(key, amount)


async def test_a_payment_while_the_disk_fills_up(tmp_path: Path) -> None:
    """Charged, but not saved: nobody is told it was not done, the same key finishes it, and it was charged once."""
    bank = Filling()
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server, users=1, seats=5)
        async with team.client(**{"Idempotency-Key": "k"}) as api:
            quote = (await api.post("/v1/quotes", json={"seats": 7})).json()
            bank.server = server
            first = await api.post(f"/v1/quotes/{quote['id']}/confirm")
            assert (first.status_code, first.json()["code"]) == (409, "payment_in_progress")
            fail_writes(server, failing=False)
            bank.server = None
            second = await api.post(f"/v1/quotes/{quote['id']}/confirm")
            assert second.status_code == 200, second.text
            assert (await api.get("/v1/subscription")).json()["seats"] == 7
        assert len(bank.answered) == 1
        assert findings_in(server) == []


async def test_what_was_finished_stays_under_its_key(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is done and kept, but whose answer can't be given, is answered from its key and not done again."""
    from sqlalchemy.exc import OperationalError

    from server.users import bulk_removal

    real = bulk_removal.start

    def start(services: Any, row: Any) -> None:
        monkeypatch.setattr(bulk_removal, "start", real)
        real(services, row)
        statement = "SELECT"
        raise OperationalError(statement, {}, Exception("disk failed"))

    async with team.client() as api:
        chosen = (await api.post("/v1/users/selections", json={"filter": {}})).json()
        monkeypatch.setattr(bulk_removal, "start", start)
        path, body = f"/v1/users/selections/{chosen['id']}/remove", {"count": chosen["count"]}
        first = await api.post(path, json=body, headers={"Idempotency-Key": "k"})
        second = await api.post(path, json=body, headers={"Idempotency-Key": "k"})
    assert (first.status_code, second.status_code) == (503, 200), second.text
    assert second.headers["idempotency-replayed"] == "true"


async def test_ready_is_who_can_write(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """`/readyz` is 503 when nothing can be written and 200 when it can again; `/healthz` asks no database."""
    monkeypatch.setattr("server.platform.heartbeat.LASTS", 0.0)
    async with team.server.client() as api:
        assert (await api.get("/readyz")).status_code == 200
        fail_writes(team.server)
        assert told(await api.get("/readyz")) == (503, "cannot_save", "1")
        assert (await api.get("/healthz")).status_code == 200
        fail_writes(team.server, failing=False)
        assert (await api.get("/readyz")).status_code == 200


def test_however_many_ask_one_page_a_second_is_written() -> None:
    """A thousand questions in a second write once; the next second asks anew."""

    class Counting:
        beats = 0
        in_transaction = False

        def beat(self) -> None:
            self.beats += 1

    now = 100.0
    database = Counting()
    heart = Heartbeat(database, lambda: now)  # type: ignore[arg-type]
    assert all(heart.alive() for _ in range(1000))
    assert database.beats == 1
    now += LASTS
    assert heart.alive()
    assert database.beats == 2


async def test_a_heartbeat_reaches_the_file(team: Team, tmp_path: Path) -> None:
    """It writes a page, which beginning a transaction does not: the log beside the file grows by it."""
    log = tmp_path / "headcount.db-wal"
    sizes = []
    with team.server.services.database.write():
        sizes.append(log.stat().st_size)
    for _ in range(2):
        sizes.append(log.stat().st_size)
        team.server.services.database.beat()
    sizes.append(log.stat().st_size)
    assert sizes[0] == sizes[1]
    assert sizes[1] < sizes[2] < sizes[3]


async def test_the_last_use_is_seen_at_once_and_written_later(team: Team, tmp_path: Path) -> None:
    """Reading with a token notes that in memory: lists show it at once, the database has it after the next chores."""
    services = team.server.services
    async with team.client() as api:
        before = services.database.state()
        assert (await api.get("/v1/tokens")).json()["items"][0]["last_used_at"] == NOW.isoformat().replace(
            "+00:00", "Z"
        )
        assert services.database.state() == before
        fail_writes(team.server)
        assert list(services.last_uses.write()) == []
        fail_writes(team.server, failing=False)
        assert list(services.last_uses.write()) == [1]
        assert list(services.last_uses.write()) == []
        team.server.clock.move_to(NOW + dt.timedelta(seconds=59))
        await api.get("/v1/me")
        assert list(services.last_uses.write()) == []
        team.server.clock.move_to(NOW + dt.timedelta(seconds=60))
        await api.get("/v1/me")
    del tmp_path


async def test_it_is_written_when_the_server_stops(tmp_path: Path) -> None:
    """A server that ends in order loses no use of a token."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            await api.get("/v1/me")
    async with running(tmp_path, now=NOW + dt.timedelta(days=1)) as server, server.client(team.token) as api:
        with server.services.database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM tokens WHERE last_used_at > 0").scalar_one() == 1


async def test_work_under_way_waits_for_room(team: Team) -> None:
    """An import that is being applied when the disk fills up goes on by itself when there is room, to the same end."""
    team.server.services.tasks.pause = 0.01
    async with team.client() as api:
        planned = await plan(api, crowd(30))
        fail_writes(team.server)
        begun = await api.post(
            f"/v1/imports/{planned['id']}/apply", json={"mode": "best_effort", "version": planned["version"]}
        )
        assert told(begun) == CANNOT_SAVE
        fail_writes(team.server, failing=False)
        body = {"mode": "best_effort", "version": planned["version"]}
        await api.post(f"/v1/imports/{planned['id']}/apply", json=body)
        fail_writes(team.server)
        await asyncio.sleep(0.05)
        fail_writes(team.server, failing=False)
        done = await still(team, api, planned["id"])
        assert done["status"] == "applied", done
        assert (await api.get("/v1/users?count=true")).json()["total"] == 32


async def test_tasks_try_again_only_what_is_passing() -> None:
    """Work that the database could not save begins again; work that is wrong ends, with one line in the log."""
    from sqlalchemy.exc import OperationalError

    tasks, tries = Tasks(pause=0), [0, 0]

    async def later() -> None:
        tries[0] += 1
        if tries[0] < 4:
            statement = "INSERT"
            raise OperationalError(statement, {}, Exception("disk full"))

    async def never() -> None:
        tries[1] += 1
        raise ValueError

    tasks.start("a", later)
    tasks.start("b", never)
    await tasks.settled("a", 5)
    await tasks.settled("b", 5)
    assert tries == [4, 1]


async def test_a_chore_that_fails_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever one chore runs into, those after it are done, in the same round."""
    caplog.set_level(logging.CRITICAL)
    done: list[str] = []

    def fails(_: Any) -> Any:
        yield 0
        raise ValueError

    def works(_: Any) -> Any:
        done.append("works")
        yield 1

    from server import app

    bell = asyncio.Event()
    async with running(tmp_path) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(app, "_chores", lambda _: [fails, works])
            house = asyncio.create_task(app._keep_house([], server.services, bell))
            await asyncio.wait_for(bell.wait(), 5)
            house.cancel()
    assert set(done) == {"works"}
