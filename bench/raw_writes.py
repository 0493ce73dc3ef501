"""The floor under a write: the same rows, written by SQLite itself in one transaction without anything around it."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from server.store.sqlite import PRAGMAS
from server.store.sqlite_directory import teach

_TABLES = """SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
AND name NOT LIKE 'users_search%' AND name NOT LIKE 'events_search%' AND name NOT LIKE 'directory%'"""
"""All but those that are kept for searching, most of them by SQLite's own triggers."""


def seconds_to_replay(before: Path, after: Path, times: int) -> list[float]:
    """What changed from one database file to the other, written set by set into copies of the first; one time each."""
    found = []
    for _ in range(times):
        copy = before.with_name("replay.sqlite3")
        shutil.copyfile(before, copy)
        with _opened(copy) as connection:
            connection.execute("ATTACH ? AS later", (str(after),))
            statements = list(_differences(connection))
            connection.execute("DETACH later")
            began = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            for statement in statements:
                connection.execute(statement)
            connection.execute("COMMIT")
            found.append(time.perf_counter() - began)
    return found


def seconds_for_three(file: Path, times: int) -> float:
    """The mean of transactions of three statements: a row changed, an event and a key added."""
    with _opened(file) as connection:
        organisation = connection.execute("SELECT organisation_id FROM subscriptions").fetchone()[0]
        ids = [row[0] for row in connection.execute("SELECT id FROM users LIMIT ?", (times,))]
        body = "x" * 400
        began = time.perf_counter()
        for number in range(times):
            connection.execute("BEGIN IMMEDIATE")
            user = ids[number % len(ids)]
            connection.execute("UPDATE users SET position = ?, version = version + 1 WHERE id = ?", ("Raw", user))
            connection.execute(
                "INSERT INTO events (organisation_id, seq, kind, created_at, body, prev_hash, hash)"
                " VALUES (?, ?, 'user.changed', 1, ?, '', '')",
                (organisation, 1_000_000 + number, body),
            )
            connection.execute(
                "INSERT INTO idempotency_keys (organisation_id, account_id, method, path, key, fingerprint, status,"
                " body, created_at, expires_at) VALUES (?, '', 'PATCH', '/v1/users', ?, x'00', 200, ?, 1, 1)",
                (organisation, f"raw-{number}", body),
            )
            connection.execute("COMMIT")
        return (time.perf_counter() - began) / times


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        teach(connection)
        yield connection


def _differences(connection: sqlite3.Connection) -> Iterator[str]:
    """Statements that make each table of `main` as it is in `later`; what they write waits in temporary tables."""
    for (table,) in connection.execute(_TABLES).fetchall():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        key = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
        changes = f"changes_{table}"
        connection.execute(
            f"CREATE TEMP TABLE {changes} AS SELECT * FROM later.{table} EXCEPT SELECT * FROM main.{table}"  # noqa: S608
        )
        same = " AND ".join(f'main.{table}."{name}" = {changes}."{name}"' for name in key)
        known = f"EXISTS (SELECT 1 FROM main.{table} WHERE {same})"  # noqa: S608 - our own names, here and below
        differing = [name for name in columns if _differs(connection, table, name, same, changes)]
        names = ", ".join(f'"{name}"' for name in columns)
        connection.execute(f"CREATE TEMP TABLE new_{table} AS SELECT * FROM {changes} WHERE NOT {known}")  # noqa: S608
        connection.execute(f"DELETE FROM {changes} WHERE NOT {known}")  # noqa: S608
        if differing:
            values = ", ".join(f'"{name}" = {changes}."{name}"' for name in differing)
            yield f"UPDATE main.{table} SET {values} FROM {changes} WHERE {same}"  # noqa: S608
        if connection.execute(f"SELECT 1 FROM new_{table} LIMIT 1").fetchone():  # noqa: S608
            yield f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new_{table}"  # noqa: S608


def _differs(connection: sqlite3.Connection, table: str, column: str, same: str, changes: str) -> bool:
    other = f'main.{table}."{column}" IS NOT {changes}."{column}"'
    query = f"SELECT 1 FROM {changes}, main.{table} WHERE {same} AND {other}"  # noqa: S608 - our own names
    return connection.execute(f"{query} LIMIT 1").fetchone() is not None
