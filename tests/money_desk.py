"""A server, a bank and a subscription for a history of money: plan, prices, tax, zone and start are left to chance."""

import datetime as dt
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from builders import RunningServer, Team
from money_model import Model
from sqlalchemy import Connection, select

from contract.money import Money
from contract.subscription import BillingCycle
from server.app import create_app
from server.catalogue import Catalogue, Sold, default_catalogue
from server.operations.provisioning import Founding, found
from server.payments.gateway import Outcome
from server.platform.clock import Clock
from server.settings import ServerSettings
from server.store.tables import subscriptions

ZONES = ("UTC", "America/New_York", "Asia/Tokyo", "Pacific/Apia", "Europe/Paris", "America/Santiago")
STARTS = ("2024-02-29T12:00", "2026-01-31T03:00", "2025-11-14T09:30", "2026-03-08T06:30", "2027-12-31T23:50")
USUAL = {
    ("professional", "monthly"): 1500,
    ("business", "monthly"): 600,
    ("business", "annual"): 6000,
    ("enterprise", "monthly"): 1200,
    ("enterprise", "annual"): 12000,
}


@dataclass
class Bank:
    """Charges once per key. `declines` of the next payments are refused; while it is `unheard` answers get lost."""

    name: str = "bank"
    moves_money: bool = True
    declines: int = 0
    unheard: bool = False
    answered: dict[str, tuple[int, Outcome]] = field(default_factory=dict)

    async def charge(self, key: str, amount: Money) -> Outcome:
        """What it answered before, or the next."""
        return self._answer(key, amount)

    def charge_within(self, connection: Connection, key: str, amount: Money, *_: object) -> Outcome:
        """The same, for a renewal."""
        del connection
        return self._answer(key, amount)

    def _answer(self, key: str, amount: Money) -> Outcome:
        if key not in self.answered:
            refused = self.declines > 0
            self.declines -= refused
            self.answered[key] = (amount.amount, Outcome(accepted=not refused, reason="No" if refused else ""))
        if self.unheard:
            message = "connection reset"
            raise OSError(message)
        return self.answered[key][1]

    @property
    def total(self) -> int:
        """All it took."""
        return sum(amount for amount, outcome in self.answered.values() if outcome.accepted)


def _catalogue(prices: dict[tuple[str, str], int], tax_rate: int) -> Catalogue:
    known = default_catalogue()
    offers = {}
    for key, offer in known.offers.items():
        sold = {cycle: {"EUR": Sold(prices[key, cycle])} for cycle in ("monthly", "annual") if (key, cycle) in prices}
        offers[key] = offer.model_copy(update=sold)
    return Catalogue(offers, known.vendor_contact, tax_rate)


def _founding(chance: random.Random) -> Founding:
    plan = chance.choice(["business", "business", "business", "professional", "enterprise", "non-commercial"])
    yearly = plan in {"business", "enterprise"} and chance.random() < 0.3
    return Founding(
        organisation="Any Ltd",
        owner="o@any.example",
        plan=plan,
        cycle=BillingCycle.ANNUAL if yearly else BillingCycle.MONTHLY,
        seats=0 if plan == "non-commercial" else chance.randrange(8),
        time_zone=chance.choice(ZONES),
    )


@asynccontextmanager
async def opened(folder: Path, chance: random.Random) -> AsyncIterator[tuple[Team, Bank, Model]]:
    """A running server with one organisation, its bank, and the model of its subscription."""
    prices = USUAL if chance.random() < 0.5 else {each: chance.choice([1, 7, 25, 599, 10**6 + 1]) for each in USUAL}
    tax_rate, wanted = chance.choice([0, 0, 1900, 2000, 777]), _founding(chance)
    now = dt.datetime.fromisoformat(f"{chance.choice(STARTS)}+00:00")
    clock, bank = Clock(source=lambda: now), Bank()
    settings = ServerSettings(database=f"sqlite:///{folder / 'headcount.db'}", sandbox=True)
    app = create_app(settings, clock=clock, gateway=bank, catalogue=_catalogue(prices, tax_rate))
    async with app.router.lifespan_context(app):
        server = RunningServer(app, clock)
        with server.services.database.write() as connection:
            made = found(connection, wanted, server.services.catalogue, now)
            row = connection.execute(select(subscriptions)).one()
        team = Team(server, made.organisation_id, made.subscription_id, made.account_id, made.token)
        terms = (wanted.plan, wanted.cycle.value, row.period_start, row.period_end, row.anchor_day, wanted.seats)
        unit = prices.get(terms[:2])
        yield team, bank, Model(prices, wanted.time_zone, tax_rate, now, *terms, unit=unit, granted=row.granted_seats)
