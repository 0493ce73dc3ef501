"""Subscriptions by chance: any plan, cycle, currency, tax, time zone, day of the month, users, credit and reduction."""

import datetime as dt
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from billing_desk import put
from builders import RunningServer, Team, add_users, make_organisation
from transfer_desk import ask_to_join

from contract.subscription import BillingCycle
from server.app import create_app
from server.catalogue import default_catalogue
from server.platform.clock import Clock
from server.settings import ServerSettings

SEED = int(os.environ.get("HEADCOUNT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
"""Another one each run; a failure prints it, and the environment variable runs it again."""

ZONES = (
    "UTC",
    "Pacific/Auckland",
    "Pacific/Apia",
    "America/Los_Angeles",
    "America/St_Johns",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Etc/GMT+12",
)
DAYS = (1, 14, 28, 29, 30, 31)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What chance said."""

    plan: str
    cycle: BillingCycle
    currency: str
    tax_rate: int
    time_zone: str
    founded: dt.datetime
    users: int
    seats: int
    scheduled: int | None
    credit: int
    requests: int


def choose(luck: random.Random) -> Chosen:
    """Throw the dice."""
    plan = luck.choice(("professional", "business", "business", "enterprise"))
    users, seats = luck.randrange(9), luck.randrange(1, 9)
    month = dt.date(2027, luck.choice((1, 3, 5, 7, 8, 10, 12)), luck.choice(DAYS))
    reduced = plan != "professional" and users < seats and luck.random() < 0.5
    return Chosen(
        plan=plan,
        cycle=BillingCycle.MONTHLY if plan == "professional" else luck.choice(list(BillingCycle)),
        currency=luck.choice(("EUR", "JPY", "KWD")),
        tax_rate=luck.choice((0, 0, 810, 1900, 1)),
        time_zone=luck.choice(ZONES),
        founded=dt.datetime.combine(month, dt.time(luck.randrange(24), luck.randrange(60)), dt.UTC),
        users=users,
        seats=seats,
        scheduled=luck.randrange(users, seats) if reduced else None,
        credit=luck.choice((0, 0, luck.randrange(100_000))),
        requests=luck.randrange(3),
    )


@asynccontextmanager
async def running_with(folder: Path, chosen: Chosen) -> AsyncIterator[tuple[RunningServer, Team]]:
    """A server with that subscription, whose clock stands still at the moment it was founded."""
    folder.mkdir(exist_ok=True)
    clock = Clock(source=lambda: chosen.founded)
    settings = ServerSettings(database=f"sqlite:///{folder / 'headcount.db'}", sandbox=True)
    app = create_app(settings, clock=clock, catalogue=default_catalogue()._replace(tax_rate=chosen.tax_rate))
    async with app.router.lifespan_context(app):
        server = RunningServer(app, clock)
        team = make_organisation(
            server, plan=chosen.plan, cycle=chosen.cycle, seats=chosen.seats, currency=chosen.currency
        )
        put(team, time_zone=chosen.time_zone, credit=chosen.credit)
        add_users(team, chosen.users)
        put(team, scheduled_seats=chosen.scheduled)
        ask_to_join(team, *(f"Person{number}" for number in range(chosen.requests)))
        yield server, team


def findings_but_credit(found: list[str]) -> list[str]:
    """What is wrong, but for a credit that no invoice gave: chance did."""
    return [each for each in found if "credit" not in each]
