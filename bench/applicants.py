"""People who ask to be let in, written straight into a database: as many as a measurement needs."""

import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from server.platform.ids import new_id

DAYS_14 = 14 * 86_400 * 1_000_000
Row = dict[str, Any]


def add_applicants(file: Path, count: int) -> list[str]:
    """Add so many accounts with an incoming request each; the ids of the requests."""
    with closing(sqlite3.connect(file)) as connection, connection:
        newest = connection.execute("SELECT organisation_id, id FROM subscriptions ORDER BY created_at, id").fetchone()
        people = [_person(new_id("acc")) for _ in range(count)]
        requests = [_request(person, *newest) for person in people]
        _insert(connection, "accounts", people)
        _insert(connection, "transfers", requests)
    return [request["id"] for request in requests]


def decisions(ids: Iterable[str]) -> Row:
    """The body that accepts them."""
    return {"accept": [{"id": each, "version": 1} for each in ids]}


def _person(identity: str) -> Row:
    email = f"{identity[4:].lower()}@elsewhere.example"
    return {
        "id": identity,
        "email": email,
        "email_key": email,
        "first_name": "Ann",
        "last_name": f"Applicant {identity[-6:]}",
        "position": "Engineer",
        "created_at": _now(),
    }


def _request(person: Row, organisation: str, subscription: str) -> Row:
    name = f"ann applicant {person['id'][-6:].lower()}"
    copied = {field: person[field] for field in ("email", "email_key", "first_name", "last_name", "position")}
    now = _now()
    return {
        "id": new_id("trf"),
        "organisation_id": organisation,
        "subscription_id": subscription,
        "direction": "incoming",
        "state": "pending",
        "account_id": person["id"],
        **copied,
        "name_key": name,
        "search_key": f"{name} {person['email']} engineer",
        "created_at": now,
        "sent_at": now,
        "expires_at": now + DAYS_14,
        "version": 1,
    }


def _insert(connection: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    names = list(rows[0])
    marks = ", ".join(f":{name}" for name in names)
    connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608 - our names


def _now() -> int:
    return time.time_ns() // 1000
