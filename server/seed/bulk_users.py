"""A crowd for measurements: the same users every time, written in a few large statements."""

import datetime as dt
import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

from contract.mailbox import email_key
from contract.people import Role
from contract.users import UserSource, UserStatus
from server.catalogue import default_catalogue
from server.operations.provisioning import Founded, Founding, found
from server.platform.text import fold, name_key, search_key
from server.store import sqlite, subscriptions
from server.store.types import Connection, to_microseconds

CHUNK = 5000
NOT_PAID_SHARE = 100
"""One in so many has no seat."""

_FIRST = (
    "Ada",
    "Boris",
    "Chloé",
    "Dmitri",
    "Élodie",
    "Farid",
    "Grażyna",
    "Hiroshi",
    "Ingrid",
    "João",
    "Kwame",
    "Léa",
    "Mehmet",
    "Nadia",
    "Øystein",
    "Priya",
    "Quentin",
    "Rosa",
    "Søren",
    "Tomás",
    "Ulrike",
    "Valentina",
    "Wei",
    "Ximena",
    "Yusuf",
    "Zoë",
)
_LAST = (
    "Andersen",
    "Björk",
    "Castro",
    "Dubois",
    "Eriksson",
    "Fischer",
    "García",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Müller",
    "Nguyen",
    "Okafor",
    "Petrov",
    "Quispe",
    "Rossi",
    "Sánchez",
    "Tanaka",
    "Ueda",
    "Varga",
    "Weiß",
    "Xu",
    "Yılmaz",
    "Zieliński",
)
_POSITIONS = ("Engineer", "Analyst", "Sales manager", "Support agent", "Designer", "Accountant", "Sysadmin", "")


def seed_crowd(connection: Connection, name: str, count: int, now: dt.datetime) -> str:
    """An organisation with so many users, one in a hundred of them without a seat; answers its owner's token."""
    waiting = count // NOT_PAID_SHARE
    wanted = Founding(organisation=name, owner=f"owner@{_slug(name)}.example", plan="enterprise", seats=count - waiting)
    founded = found(connection, wanted, default_catalogue(), now)
    rows = _people(founded, name, count, now)
    with sqlite.bulk_loading(connection):
        while chunk := list(islice(rows, CHUNK)):
            memberships = [_membership(founded, account["id"], now) for account, _ in chunk]
            sqlite.insert_plain(connection, "accounts", [account for account, _ in chunk])
            sqlite.insert_plain(connection, "members", memberships)
            sqlite.insert_plain(connection, "users", [user for _, user in chunk])
    subscriptions.change(connection, founded.subscription_id, users_active=count - waiting, users_not_paid=waiting)
    return founded.token


def _people(
    founded: Founded, name: str, count: int, now: dt.datetime
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    chance = random.Random(count)  # noqa: S311 - the same crowd every time is the point
    tail, domain = founded.organisation_id.removeprefix("org_")[:10], f"{_slug(name)}.example"
    waiting = set(range(count - count // NOT_PAID_SHARE, count))
    for number in range(count):
        first, last, position = chance.choice(_FIRST), chance.choice(_LAST), chance.choice(_POSITIONS)
        email = f"{fold(first)}.{fold(last)}.{number}@{domain}"
        person = {
            "email": email,
            "email_key": email_key(email),
            "first_name": first,
            "last_name": last,
            "position": position,
        }
        account = {"id": f"acc_{tail}{number:010}", "created_at": to_microseconds(now), **person}
        account["created_by_organisation"] = founded.organisation_id
        yield account, _user(founded, account, number, now, waits=number in waiting)


def _user(founded: Founded, account: dict[str, Any], number: int, now: dt.datetime, *, waits: bool) -> dict[str, Any]:
    names = account["first_name"], account["last_name"]
    added = to_microseconds(now - dt.timedelta(minutes=max(0, 500_000 - number)))
    return {
        "id": account["id"].replace("acc_", "usr_"),
        "subscription_id": founded.subscription_id,
        "account_id": account["id"],
        **{field: account[field] for field in ("email", "email_key", "first_name", "last_name", "position")},
        "name_key": name_key(*names, account["email"]),
        "last_key": fold(account["last_name"]),
        "position_key": fold(account["position"]),
        "search_key": search_key(*names, account["email"], account["position"]),
        "status": (UserStatus.NOT_PAID if waits else UserStatus.ACTIVE).value,
        "source": UserSource.IMPORT.value,
        "added_at": added,
        "added_by": "seed",
        "waiting_since": added if waits else None,
        "version": 1,
    }


def _membership(founded: Founded, account_id: str, now: dt.datetime) -> dict[str, Any]:
    return {
        "organisation_id": founded.organisation_id,
        "account_id": account_id,
        "role": Role.MEMBER.value,
        "spending_limit": 0,
        "created_at": to_microseconds(now),
    }


def _slug(name: str) -> str:
    return "".join(char for char in fold(name) if char.isascii() and char.isalnum()) or "crowd"
