"""Builders with defaults: a test names only what matters to it.

    async with running(tmp_path) as server:
        team = make_organisation(server, users=3, seats=5)
        async with team.client() as api:
            answer = await api.get("/v1/me")

The server runs in this process, on a temporary SQLite file, with a sandbox clock that starts at `NOW` and stands still.
"""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from ready_made import empty_tables
from starlette.applications import Starlette

from contract.mailbox import email_key
from contract.people import Role
from contract.subscription import BillingCycle
from contract.users import User
from server.app import create_app
from server.catalogue import Catalogue
from server.operations.provisioning import Founded, Founding, found, give_token
from server.operations.verify import findings
from server.platform.clock import Clock
from server.platform.services import Services
from server.platform.transaction import Unit
from server.seed.billing_history import Books
from server.settings import ServerSettings
from server.store import organisations, subscriptions
from server.store.types import Connection
from server.users.adding import become_accounts
from server.users.seat_assignment import Listing, list_users

NOW = dt.datetime(2025, 11, 14, 9, 30, tzinfo=dt.UTC)
"""A Friday in the middle of a month."""


@dataclass(frozen=True)
class RunningServer:
    """An app whose lifespan is running."""

    app: Starlette
    clock: Clock

    @property
    def services(self) -> Services:
        """What the areas share: database, clock, catalogue."""
        found: Services = self.app.state.services
        return found

    def client(self, token: str = "", **headers: str) -> httpx.AsyncClient:
        """An HTTP client that talks to the app without a network."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://server", headers=headers)


@dataclass(frozen=True)
class Team:
    """One organisation, with its owner's token."""

    server: RunningServer
    organisation_id: str
    subscription_id: str
    account_id: str
    token: str

    def client(self, **headers: str) -> httpx.AsyncClient:
        """A client with the owner's token."""
        return self.server.client(self.token, **headers)

    def token_of(self, role: Role, *, email: str = "", spending_limit: int | None = 0) -> str:
        """The token of a new member with this role, who has signed in by themselves."""
        account_id = self.member(role, email=email, spending_limit=spending_limit, made_here=False)
        services = self.server.services
        with services.database.write() as connection:
            return give_token(connection, self.organisation_id, account_id, services.clock.now())

    def member(
        self, role: Role = Role.MEMBER, *, email: str = "", spending_limit: int | None = 0, made_here: bool = True
    ) -> str:
        """A new member with this role, who has never signed in; the organisation made the account, or somebody else."""
        address = email or f"{role.value}-{self.organisation_id[4:10].lower()}@team.example"
        services = self.server.services
        now = services.clock.now()
        with services.database.write() as connection:
            account_id = organisations.add_account(
                connection,
                email=address,
                email_key=email_key(address) or address,
                now=now,
                created_by=self.organisation_id if made_here else None,
            )
            organisations.add_member(
                connection,
                organisation_id=self.organisation_id,
                account_id=account_id,
                role=role,
                now=now,
                spending_limit=spending_limit,
            )
            return account_id


@asynccontextmanager
async def running(
    folder: Path, *, now: dt.datetime = NOW, sandbox: bool = True, gateway: Any = None, **settings: Any
) -> AsyncIterator[RunningServer]:
    """A server on a database in `folder`, whose clock stands still at `now` until a test moves it."""
    clock = Clock(source=lambda: now)
    empty_tables(folder / "headcount.db")
    database = f"sqlite:///{folder / 'headcount.db'}"
    app = create_app(ServerSettings(database=database, sandbox=sandbox, **settings), clock=clock, gateway=gateway)
    async with app.router.lifespan_context(app):
        yield RunningServer(app, clock)


def make_organisation(
    server: RunningServer,
    name: str = "Example Ltd",
    *,
    users: int = 0,
    seats: int = 10,
    plan: str = "business",
    cycle: BillingCycle = BillingCycle.MONTHLY,
    currency: str = "EUR",
    owner: str = "",
    invoiced: bool = False,
) -> Team:
    """An organisation with that many users (see `add_users`); its seats are granted, or paid by a first invoice."""
    services = server.services
    wanted = Founding(
        organisation=name,
        owner=owner or f"owner@{name.split(maxsplit=1)[0].lower()}.example",
        plan=plan,
        cycle=cycle,
        seats=seats,
        currency=currency,
        first_name="Olga",
        last_name="Owner",
    )
    with services.database.write() as connection:
        made = found(connection, wanted, services.catalogue, services.clock.now())
    team = Team(server, made.organisation_id, made.subscription_id, made.account_id, made.token)
    if invoiced:
        services = server.services
        with services.database.write() as connection:
            pay_first_period(connection, made, services.catalogue)
    add_users(team, users)
    return team


def pay_first_period(connection: Connection, made: Founded, catalogue: Catalogue) -> None:
    """Invoice the seats that an organisation was founded with: they are granted no longer."""
    row = subscriptions.get(connection, made.subscription_id)
    unit = Unit(
        connection=connection,
        organisation_id=made.organisation_id,
        subscription_id=made.subscription_id,
        now=row.created_at,
    )
    books = Books(unit, row, catalogue)
    books.seats = replace(books.seats, follow_users=False)
    books.start()
    subscriptions.change(connection, made.subscription_id, granted_seats=0)
    unit.record()


def add_users(team: Team, count: int, *, start: int = 0) -> list[User]:
    """List so many new accounts (`user0@…` on, by name `User 0` on), without going through the API."""
    services = team.server.services
    domain = f"{team.organisation_id[4:12].lower()}.example"
    addresses = [f"user{number}@{domain}" for number in range(start, start + count)]
    listings = [
        Listing(account_id="", email=address, email_key=address, first_name="User", last_name=str(start + number))
        for number, address in enumerate(addresses)
    ]
    with services.database.write() as connection:
        unit = Unit(
            connection=connection,
            organisation_id=team.organisation_id,
            subscription_id=team.subscription_id,
            now=services.clock.now(),
        )
        users = list_users(unit, become_accounts(unit, listings)) if count else []
        unit.record()
    return users


def findings_in(server: RunningServer) -> list[str]:
    """What `headcount server verify` would say about the database now."""
    with server.services.database.read() as connection:
        return list(findings(connection))
