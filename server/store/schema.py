"""Bringing a database to this version's tables: at once when it is empty, by Alembic's steps when it is older."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from server.settings import SettingsError
from server.store import sqlite
from server.store.tables import metadata

HEAD = "0025"
"""The newest step in `migrations/versions`; a test compares the two."""

MIGRATIONS = Path(__file__).with_name("migrations")


def current_revision(connection: Connection) -> str | None:
    """Which step a database is at; None for one that has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def create(connection: Connection) -> None:
    """Make every table in an empty database and stamp it: what the migrations would make, without importing them."""
    metadata.create_all(connection)
    sqlite.install(connection)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": HEAD})


def upgrade(engine: Engine) -> str | None:
    """Bring the database to `HEAD`; answers the step it was at before.

    Raises:
        SettingsError: the database is newer than this server.
    """
    with engine.begin() as connection:
        before = current_revision(connection)
        if before is None:
            create(connection)
    if before not in {None, HEAD}:
        run_migrations(engine)
    return before


def run_migrations(engine: Engine, target: str = "head") -> None:
    """Take Alembic's steps one by one.

    Raises:
        SettingsError: the database is at a step this server does not know.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, target)
        except CommandError as error:
            message = f"this database was made by a newer Headcount ({error})"
            raise SettingsError(message) from error
