"""The server may die anywhere while it does what is due, and two may do it at once: each thing happens exactly once.

A run dies at every sixth step or so, others each time; at every one with
`HEADCOUNT_DEATHS=1 python -m pytest tests/server/renewals/test_killed_runner.py`.
"""

import asyncio
import datetime as dt
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from billing_desk import DECLINED, Death, FakeBank, PowerCut, ask, confirm, deaths, put, tell_gateway
from builders import NOW, Team, add_users, make_organisation, running
from sqlalchemy import event, select
from transfer_desk import ask_to_join

from contract.money import Money
from server.catalogue import default_catalogue
from server.operations.verify import findings
from server.payments.gateway import Outcome
from server.payments.sandbox import SandboxGateway
from server.payments.settle import settle_elsewhere, settle_pending
from server.platform.clock import Clock
from server.platform.services import Services
from server.renewals.due import run_due
from server.settings import ServerSettings
from server.store.database import Database
from server.store.payments import asked
from server.store.tables import events, invoices, payments, sandbox_charges, subscriptions, transfers

LATER = dt.datetime(2025, 12, 15, 12, tzinfo=dt.UTC)
"""A day after the periods of all that were founded at `builders.NOW` have ended."""


class SharedDatabase(Database):
    """A database that another server writes to as well: what PostgreSQL allows, and our lock on SQLite does not."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._lock = None

    def die(self) -> None:
        """Lose the connection as it is, like a process that ends, and get another one."""
        assert self._connection is not None
        self._connection.invalidate()
        self._connection.close()
        self._connection = self.engine.connect()


class MortalBank(FakeBank):
    """A bank outside: the server may die before it hears the question, or before it hears the answer."""

    def __init__(self, death: Death) -> None:
        super().__init__()
        self.death = death
        self.refused: set[str] = set()

    async def charge(self, key: str, amount: Money) -> Outcome:
        """Once per key, as planned."""
        self.death.step()
        if key not in self.charged and key not in self.refused:
            outcome = self.plan.pop(0) if self.plan else Outcome(accepted=True)
            if outcome.accepted:
                self.charged[key] = amount
            else:
                self.refused.add(key)
        self.death.step()
        return DECLINED if key in self.refused else Outcome(accepted=True)


def services_of(database: Database, gateway: FakeBank | None, now: dt.datetime = LATER) -> Services:
    """What a server has while it lives."""
    clock = Clock(source=lambda: now)
    return Services(
        settings=ServerSettings(database="sqlite://"),
        database=database,
        clock=clock,
        catalogue=default_catalogue(),
        gateway=gateway or SandboxGateway(database, clock),
    )


@contextmanager
def serving(path: Path, gateway: FakeBank | None = None) -> Iterator[Services]:
    """Another server on a file."""
    database = SharedDatabase(f"sqlite:///{path}")
    database.open()
    try:
        yield services_of(database, gateway)
    finally:
        database.close()


def live(database: Database, gateway: FakeBank | None) -> None:
    """Start, settle, do what is due, ask who is outside, until nothing is left, or until the end."""
    services = services_of(database, gateway)
    asyncio.run(settle_pending(services))
    while sum(run_due(services)):
        asyncio.run(settle_elsewhere(services))


async def _story(folder: Path) -> Path:
    """Six subscriptions with something due: renewals, a retry, an end, a lost answer, a request, and nothing to pay."""
    async with running(folder) as server:
        plain = make_organisation(server, "Plain", users=4, seats=3)
        retried = make_organisation(server, "Retried", users=2, seats=2)
        ends = make_organisation(server, "Ends")
        credited = make_organisation(server, "Credited", seats=5)
        make_organisation(server, "Contract", plan="contract", seats=5)
        paying = make_organisation(server, "Paying", users=1, seats=2)
        since = dt.datetime(2025, 12, 14, tzinfo=dt.UTC)
        retry = {"past_due_since": since, "retry_at": since + dt.timedelta(days=1), "failed_renewals": 1}
        put(retried, status="past_due", **retry)
        put(ends, cancel_at_period_end=True)
        put(credited, scheduled_seats=2)
        ask_to_join(plain, "Somebody", "Another")
        async with paying.client() as api:
            quote = await ask(api, 3)
            await tell_gateway(api, "late")
            await confirm(api, quote["id"], "k")
            await tell_gateway(api, "accept")
    return folder / "headcount.db"


def outcome(database: Database) -> dict[str, Any]:
    """What must be the same however often somebody died: everything but ids and hashes."""
    with database.read() as connection:
        assert list(findings(connection)) == []
        assert asked(connection) == [], "nothing is left in the outbox"
        held = select(subscriptions.c.id).where(subscriptions.c.pending_payment_id.is_not(None))
        assert connection.execute(held).all() == []
        columns = [
            getattr(subscriptions.c, name) for name in ("plan", "status", "period_start", "seats", "users_active")
        ]
        return {
            "subscriptions": sorted(tuple(row) for row in connection.execute(select(*columns))),
            "events": sorted(connection.execute(select(events.c.kind)).scalars()),
            "invoices": sorted(tuple(row) for row in connection.execute(select(invoices.c.status, invoices.c.due))),
            "payments": sorted(tuple(row) for row in connection.execute(select(payments.c.status, payments.c.amount))),
            "charges": sorted(connection.execute(select(sandbox_charges.c.amount)).scalars()),
            "requests": sorted(connection.execute(select(transfers.c.state)).scalars()),
        }


def _die_everywhere(path: Path, bank: Callable[[Death], MortalBank | None]) -> int:
    """Live once in peace; then, from the same start, die before a step, live again, and compare. Answers the steps."""
    death, mortal = Death(), path.with_name("mortal.db")
    database = SharedDatabase(f"sqlite:///{mortal}")
    database.open()
    event.listen(database.engine, "connect", lambda driver, _: driver.execute("PRAGMA synchronous=OFF"))
    with closing(sqlite3.connect(path)) as start, closing(sqlite3.connect(mortal)) as file:
        start.backup(file)
        death.lurk(database.engine)
        charged = bank(death)
        live(database, charged)
        steps, promised, total = death.steps, outcome(database), charged.total if charged else 0
        for at in deaths(steps):
            start.backup(file)
            death.at, death.steps = at, 0
            charged = bank(death)
            with pytest.raises(PowerCut):
                live(database, charged)
            death.at = 0
            database.die()
            live(database, charged)
            assert outcome(database) == promised, f"died at step {at}"
            assert (charged.total if charged else 0) == total, f"died at step {at}"
    database.close()
    return steps


async def test_killed_anywhere_with_the_ledger_at_home(tmp_path: Path) -> None:
    """Killed before any statement or commit, the next start ends where a server that lived would have."""
    path = await _story(tmp_path)
    assert await asyncio.to_thread(_die_everywhere, path, lambda _: None) > 100


async def test_killed_anywhere_with_a_bank_elsewhere(tmp_path: Path) -> None:
    """The same when the money is outside: also killed before the question and before the answer, one charge each."""
    path = await _story_of_bank(tmp_path)
    assert await asyncio.to_thread(_die_everywhere, path, MortalBank) > 100


async def _story_of_bank(folder: Path) -> Path:
    bank = FakeBank(plan=[OSError("connection reset")])
    async with running(folder, gateway=bank) as server:
        make_organisation(server, "Plain", users=4, seats=3)
        make_organisation(server, "Second", seats=5)
        paying = make_organisation(server, "Paying", users=1, seats=2)
        async with paying.client() as api:
            await confirm(api, (await ask(api, 3))["id"], "k")
    return folder / "headcount.db"


async def _renewing(folder: Path, count: int) -> tuple[Path, list[Team]]:
    async with running(folder) as server:
        teams = [make_organisation(server, f"Team{number}", seats=2) for number in range(count)]
        for team in teams:
            add_users(team, 3)
            ask_to_join(team, f"Person{team.subscription_id[4:8]}")
    return folder / "headcount.db", teams


def _renewed_once(path: Path, count: int) -> None:
    with serving(path) as services:
        found = outcome(services.database)
    assert found["invoices"] == [("paid", 3 * 600)] * count
    assert found["charges"] == [3 * 600] * count
    assert found["events"].count("subscription.renewed") == count
    assert found["events"].count("transfer.expired") == count


async def test_two_runners_at_once(tmp_path: Path) -> None:
    """Two servers that look at the same list at the same time renew everybody once."""
    path, teams = await _renewing(tmp_path, 12)
    start, opening = threading.Barrier(2, timeout=60), threading.Lock()
    done: list[int] = []

    def run() -> None:
        with ExitStack() as stack:
            with opening:
                services = stack.enter_context(serving(path))
            start.wait()
            done.append(sum(run_due(services)))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert sum(done) == 2 * len(teams)
    _renewed_once(path, len(teams))


async def test_a_runner_that_slept_over_its_list(tmp_path: Path) -> None:
    """One that found what is due, and sleeps while another does it all, finds nothing left to do."""
    path, teams = await _renewing(tmp_path, 3)
    with serving(path) as slow, serving(path) as quick:
        going = run_due(slow)
        assert next(going) == 1
        assert sum(run_due(quick)) == 2 * len(teams) - 1
        assert sum(going) == 0
    _renewed_once(path, len(teams))


async def test_two_runners_with_a_bank_elsewhere(tmp_path: Path) -> None:
    """Both put the renewal into the outbox at most once, and both may ask the bank: it is charged once."""
    async with running(tmp_path) as server:
        make_organisation(server, seats=3)
    path, bank = tmp_path / "headcount.db", MortalBank(Death())
    with serving(path, bank) as one, serving(path, bank) as other:
        assert (sum(run_due(one)), sum(run_due(other))) == (1, 0)
        await asyncio.gather(settle_elsewhere(one), settle_elsewhere(other), settle_pending(other))
        assert (sum(run_due(one)), bank.total) == (0, 3 * 600)
        assert outcome(one.database)["invoices"] == [("paid", 3 * 600)]


async def test_everything_due_is_found_through_an_index(tmp_path: Path) -> None:
    """However many subscriptions, payments and requests there are, only what is due is read."""
    said: list[str] = []
    async with running(tmp_path, now=NOW) as server:
        database = server.services.database
        connection = database.engine.connect()
        driver: Any = connection.connection.driver_connection

        def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
            if statement.startswith("SELECT"):
                said.append(statement)
                plan = driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.extend((statement, row[3]) for row in plan)

        plans: list[tuple[str, str]] = []
        event.listen(database.engine, "before_cursor_execute", note)
        assert list(run_due(server.services)) == []
        event.remove(database.engine, "before_cursor_execute", note)
        connection.close()
    assert len(said) == 5
    steps = " | ".join(step for _, step in plans)
    assert "SCAN" not in steps, steps
    for index in (
        "transfers_due",
        "subscriptions_renews",
        "subscriptions_retries",
        "payments_asked",
        "ownership_offers_due",
    ):
        assert index in steps, steps
