"""Opening the demo's database: seeded the first time, and knowing the token that the demo's app has."""

import datetime as dt
import time
from pathlib import Path

from server.catalogue import default_catalogue
from server.http.tokens import token_id
from server.operations.provisioning import Founded
from server.platform.clock import utc_now
from server.settings import DatabaseInUseError, RefusedValueError
from server.store import subscriptions, tokens
from server.store.database import Database
from server.store.types import Connection

PATIENCE = 5.0
"""Seconds a demo waits for the one before it to let go of the database."""

PAUSE = 0.02


def open_demo(url: str, token_file: Path, now: dt.datetime | None) -> None:
    """Seed an empty database; in one that was seeded before, make sure the token is accepted.

    Raises:
        RefusedValueError: the token file can't be read.
        DatabaseInUseError: another process has the database.
    """
    try:
        token = token_file.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        message = f"can't read the token in {token_file}: {error}"
        raise RefusedValueError(message) from error
    database = Database(url)
    _open_soon(database)
    try:
        with database.write() as connection:
            _prepare(connection, token, now or utc_now())
    finally:
        database.close()


def _open_soon(database: Database) -> None:
    """Open a database that a server which is just ending may still have, waiting `PATIENCE` for it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            database.open()
        except DatabaseInUseError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(PAUSE)
        else:
            return


def _prepare(connection: Connection, token: str, now: dt.datetime) -> None:
    known = subscriptions.oldest(connection)
    if known is None:
        from server.seed.demo import seed_demo

        seed_demo(connection, default_catalogue(), token=token, now=now)
    elif tokens.holder(connection, token_id(token) or "") is None:
        founded = Founded(
            organisation_id=known.organisation_id,
            subscription_id=known.id,
            account_id=known.owner_account_id,
            token=token,
        )
        from server.seed.demo import register

        register(connection, founded, token, now)
