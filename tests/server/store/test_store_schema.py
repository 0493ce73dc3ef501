"""The tables: made at once, or by the migrations, they are the same."""

import re
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from server.settings import SettingsError
from server.store import schema, sqlite
from server.store.database import Database


def everything(engine: Engine) -> set[tuple[str, str, tuple[str, ...]]]:
    """Type, name and definition of all there is; a definition's clauses in any order, without blanks and quotes."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    return {(kind, name, tuple(sorted(re.split(r"[\s,()\"]+", sql)))) for kind, name, sql in rows}


def columns(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every table's columns as SQLite understands them."""
    with engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return {
            name: [tuple(row) for row in connection.exec_driver_sql(f"PRAGMA table_info('{name}')")] for name in names
        }


def test_created_equals_migrated() -> None:
    """A new file made in one go has the same tables, indexes and triggers as one made step by step."""
    created, migrated = sqlite.make_engine(None), sqlite.make_engine(None)
    with created.begin() as connection:
        schema.create(connection)
    schema.run_migrations(migrated)
    assert columns(created) == columns(migrated)
    assert everything(created) == everything(migrated)
    created.dispose()
    migrated.dispose()


def test_head_is_the_newest_step() -> None:
    """The revision that a new database is stamped with is Alembic's head."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_newer_database_is_refused(tmp_path: Path) -> None:
    """A database at a step this version does not know is refused with a sentence, not damaged."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    database = Database(url)
    database.open()
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(SettingsError, match="newer"):
        database.open()
    database.close()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_that_is_no_database(tmp_path: Path, *, read_only: bool) -> None:
    """It is named in a sentence that says which option to mend; so is one that is not there."""
    path = tmp_path / "notes.txt"
    path.write_text("These are notes. " * 100)
    with pytest.raises(SettingsError, match=r"file is not a database \(.*notes\.txt\); --db says which"):
        Database(str(path), read_only=read_only).open()
    with pytest.raises(SettingsError, match="unable to open"):
        Database(str(tmp_path / "none.db"), read_only=True).open()


def test_database_is_private_and_has_one_writer(tmp_path: Path) -> None:
    """The file is its owner's alone, and a second writer is told so."""
    path = tmp_path / "x.db"
    first, second = Database(f"sqlite:///{path}"), Database(str(path))
    first.open()
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(SettingsError, match="another process"):
        second.open()
    first.close()
    second.open()
    second.close()
