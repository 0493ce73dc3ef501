"""The demo organisation: a year of Tidewheel Works, told so that it ends just before now."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from contract.subscription import BillingCycle
from contract.transfers import Direction
from contract.users import UserSource
from server.catalogue import Catalogue
from server.domain.periods import add_months
from server.http.tokens import token_id
from server.operations.provisioning import Founded, Founding, found
from server.people.own_sign_in import note_own_sign_in
from server.platform.kept_secrets import hash_of
from server.seed import people as cast
from server.seed.history import Chronicle
from server.seed.people import Person
from server.seed.year import recently, year
from server.settings import RefusedValueError
from server.store import organisations, subscriptions, tokens
from server.store.types import Connection

DAYS_LEFT = 10
"""About so many days the current period has left."""

OWN_PLAN_SINCE = dt.timedelta(days=13)
"""For so long somebody else has a plan: renewed after ours, as the gateway's next payment is to be ours."""

MONTHS = 12
LAST_COMMON_DAY = 28
OPENING = dt.time(8, 12, tzinfo=dt.UTC)


def seed_demo(
    connection: Connection, catalogue: Catalogue, *, token: str, now: dt.datetime, hostile: Sequence[str] = ()
) -> Founded:
    """Make the organisation in an empty database, in this transaction; `token` becomes its owner's.

    Everything but the ids follows from `now`. `hostile` are names that somebody might choose to break a terminal: each
    becomes an unpaid user with that name and position, and an incoming request with that name and message.

    Raises:
        RefusedValueError: the token is none.
    """
    start = _first_day(now.date())
    founded = _founded(connection, catalogue, cast.OWNER, cast.ORGANISATION, at=start)
    chronicle = Chronicle(connection, founded, catalogue, cast.OWNER)
    chronicle.books.start()
    year(chronicle, [add_months(start, month, start.day) for month in range(MONTHS + 1)])
    recently(chronicle, now)
    for number, name in enumerate(hostile):
        _add_hostile(chronicle, number, name)
    chronicle.close()
    for ask in cast.INCOMING:
        if ask.pays:
            _take_own_plan(connection, catalogue, ask.person, start=now.date() - OWN_PLAN_SINCE)
    register(connection, founded, token, now)
    return replace(founded, token=token)


def register(connection: Connection, founded: Founded, token: str, now: dt.datetime) -> None:
    """Make a token one of the owner's own.

    Raises:
        RefusedValueError: the token is none.
    """
    identity = token_id(token)
    if identity is None:
        message = "the token file holds no token"
        raise RefusedValueError(message)
    note_own_sign_in(connection, founded.account_id, now)
    tokens.add(
        connection,
        token_id=identity,
        secret_hash=hash_of(token),
        organisation_id=founded.organisation_id,
        account_id=founded.account_id,
        label="the demo's token",
        now=now,
    )


def _first_day(today: dt.date) -> dt.date:
    """The day the story starts: a period that is renewed on the same day each month ends soon after today."""
    end = today + dt.timedelta(days=DAYS_LEFT)
    if end.day > LAST_COMMON_DAY:
        end = add_months(end, 1, 1)
    return add_months(end, -MONTHS - 1, end.day)


def _founded(
    connection: Connection, catalogue: Catalogue, owner: Person, name: str, *, at: dt.date, plan: str = "business"
) -> Founded:
    wanted = Founding(
        organisation=name,
        owner=owner.email,
        plan=plan,
        cycle=BillingCycle.MONTHLY,
        seats=1 if plan == "professional" else cast.FIRST_SEATS,
        currency="EUR",
        first_name=owner.first_name,
        last_name=owner.last_name,
    )
    founded = found(connection, wanted, catalogue, dt.datetime.combine(at, OPENING))
    tokens.forget_all(connection, founded.organisation_id)
    organisations.change_account(connection, founded.account_id, position=owner.position)
    return founded


def _take_own_plan(connection: Connection, catalogue: Catalogue, person: Person, *, start: dt.date) -> None:
    """A paid subscription of somebody's own, with its only user."""
    founded = _founded(connection, catalogue, person, f"{person.name}, freelance", at=start, plan="professional")
    chronicle = Chronicle(connection, founded, catalogue, person)
    chronicle.join(person, UserSource.HAND)
    chronicle.books.start()
    chronicle.close()
    subscriptions.change(connection, founded.subscription_id, main_account_uses_seat=True)


def _add_hostile(chronicle: Chronicle, number: int, name: str) -> None:
    chronicle.join(Person(name, "", f"hostile{number}", name), UserSource.HAND)
    person = Person("", name, f"hostile{number}@elsewhere.example", name)
    chronicle.by(person).ask(person, Direction.INCOMING, message=name)
