"""Importing 100,000 people: the plan against parsing and validating alone, applying against one raw transaction."""

import asyncio
import csv
import resource
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from bench.figures import Figure
from bench.raw_writes import seconds_to_replay
from bench.world import World
from contract.imports import ImportStatus
from contract.users import BatchMode, NewUser
from server.catalogue import default_catalogue
from server.imports.applying import apply_rows
from server.imports.planning import plan
from server.operations.provisioning import Founding, found
from server.payments.sandbox import SandboxGateway
from server.platform.clock import Clock
from server.platform.services import Services
from server.settings import ServerSettings
from server.sheets.reading import open_sheet
from server.store import imports
from server.store.database import Database

GROUP = "imports"
ROWS = 100_000


def measure(world: World) -> list[Figure]:
    """The server's own work, in this process and without HTTP."""
    folder = world.path("people.csv").parent
    many = min(ROWS, world.many // 2)
    file = _file(folder, many)
    read, checked = _read_alone(file), _read_and_checked(file)
    services = _services(folder)
    number = _new_import(services)
    memory, began = _peak(), time.perf_counter()
    asyncio.run(_planned(services, number, file))
    planned, more = time.perf_counter() - began, _peak() - memory
    before, after = folder / "before.db", folder / "after.db"
    _copy(folder, before)
    applied, longest = asyncio.run(_applied(services, number))
    with services.database.write() as connection:
        assert imports.count_rows(connection, number, done=True) == many
    _copy(folder, after)
    services.database.close()
    raw = min(seconds_to_replay(before, after, 2))
    rows = f"{many:,} rows"
    shutil.rmtree(folder)
    return [
        Figure(GROUP, f"plan {rows}", planned / read, "×", 3.0, f"csv.reader alone, {read * 1000:,.0f} ms"),
        Figure(GROUP, f"plan {rows}, validated", planned / checked, "×", None, "csv and a pydantic model a row"),
        Figure(GROUP, f"plan {rows}, rows a second", many / planned, "", None, "with every verdict stored durably"),
        Figure(GROUP, f"memory to plan {rows}", more, "MiB", None, "the process's peak, above what it had before"),
        Figure(GROUP, f"apply {rows}", applied / raw, "×", 3.0, f"one raw transaction of the same, {raw:,.1f} s"),
        Figure(GROUP, f"apply {rows}, rows a second", many / applied, "", None, "users, accounts, events, seats"),
        Figure(GROUP, "longest that writes wait while it is applied", longest * 1000, "ms", 100, "a step"),
    ]


async def _planned(services: Services, number: int, file: Path) -> None:
    async for _ in plan(services, number, open_sheet(file)):
        pass


def _file(folder: Path, many: int) -> Path:
    path = folder / "people.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["email", "first_name", "last_name", "position"])
        for number in range(many):
            writer.writerow([f"person.{number}@many.example", f"First{number % 977}", f"Last {number}", "Clerk"])
    return path


def _read_alone(file: Path) -> float:
    began = time.perf_counter()
    with file.open(newline="") as text:
        for _ in csv.reader(text):
            pass
    return time.perf_counter() - began


def _read_and_checked(file: Path) -> float:
    began, good = time.perf_counter(), 0
    with file.open(newline="") as text:
        for row in csv.DictReader(text):
            try:
                good += NewUser.model_validate(row) is not None
            except ValidationError:
                continue
    assert good
    return time.perf_counter() - began


def _services(folder: Path) -> Services:
    database, clock = Database(f"sqlite:///{folder / 'headcount.db'}"), Clock()
    database.open()
    return Services(
        settings=ServerSettings(database=f"sqlite:///{folder / 'headcount.db'}"),
        database=database,
        clock=clock,
        catalogue=default_catalogue(),
        gateway=SandboxGateway(database, clock),
    )


def _new_import(services: Services) -> int:
    wanted = Founding(organisation="Many Ltd", owner="owner@many.example", plan="business", seats=50_000)
    with services.database.write() as connection:
        made = found(connection, wanted, services.catalogue, services.clock.now())
        row = imports.add(
            connection,
            {
                "id": "imp_bench",
                "organisation_id": made.organisation_id,
                "subscription_id": made.subscription_id,
                "account_id": made.account_id,
                "status": ImportStatus.PLANNING.value,
                "created_at": services.clock.now(),
                "expires_at": services.clock.now(),
            },
        )
        return int(row.number)


def _peak() -> float:
    """The most memory this process has taken so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _applied(services: Services, number: int) -> tuple[float, float]:
    """Seconds in all, and of the longest chunk, for which others who write wait."""
    async with services.database.writing() as connection:
        imports.change(connection, number, status=ImportStatus.APPLYING.value, mode=BatchMode.BEST_EFFORT.value)
    began = last = time.perf_counter()
    longest = 0.0
    async for _ in apply_rows(services, number):
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return time.perf_counter() - began, longest


def _copy(folder: Path, into: Path) -> None:
    with closing(sqlite3.connect(folder / "headcount.db")) as source, closing(sqlite3.connect(into)) as copy:
        source.backup(copy)
