"""SQL that only SQLite understands: pragmas, the trigram index, and who may write. The directory's is beside it."""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    bindparam,
    column,
    create_engine,
    event,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from server.settings import DatabaseInUseError, SettingsError
from server.store import holder, sqlite_directory, sqlite_events
from server.store.tables import users

T = TypeVar("T")

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA mmap_size=268435456",
)

WRITER_CACHE, READER_CACHE = 16 << 10, 4 << 10
"""KiB of pages that a connection keeps. Pages it reads are the mapped file's; kept are those of the last writes, which
no connection gives back once it has them."""

SEARCH_DDL = (
    """CREATE VIRTUAL TABLE users_search USING fts5(
  search_key, content='users', content_rowid='number', tokenize='trigram'
)""",
    """CREATE TRIGGER users_search_added AFTER INSERT ON users WHEN new.removed_at IS NULL BEGIN
  INSERT INTO users_search(rowid, search_key) VALUES (new.number, new.search_key);
END""",
    """CREATE TRIGGER users_search_changed AFTER UPDATE OF search_key, removed_at ON users
WHEN new.search_key <> old.search_key OR (new.removed_at IS NULL) <> (old.removed_at IS NULL) BEGIN
  INSERT INTO users_search(users_search, rowid, search_key)
    SELECT 'delete', old.number, old.search_key WHERE old.removed_at IS NULL;
  INSERT INTO users_search(rowid, search_key) SELECT new.number, new.search_key WHERE new.removed_at IS NULL;
END""",
    """CREATE TRIGGER users_search_deleted AFTER DELETE ON users WHEN old.removed_at IS NULL BEGIN
  INSERT INTO users_search(users_search, rowid, search_key) VALUES ('delete', old.number, old.search_key);
END""",
)
"""The trigram index over the living users, kept by triggers so that no way of writing can forget it.

One trigger takes out and puts in, in this order: two triggers of the same moment run in no certain order, and taking
out last would lose every word that stayed.
"""

_INDEXES = {name: table(name, column("rowid", Integer)) for name in ("users_search", "directory_search")}


def install(connection: Connection) -> None:
    """Make the trigram index and its triggers, beside the tables."""
    for statement in SEARCH_DDL:
        connection.exec_driver_sql(statement)
    sqlite_directory.install(connection)
    sqlite_events.install(connection)


def make_engine(path: Path | None, *, read_only: bool = False) -> Engine:
    """An engine over one file (None: in memory) with one connection, which begins transactions by itself."""
    target = ":memory:" if path is None else f"file:{path}?mode=ro" if read_only else f"file:{path}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(target, read_only=read_only),
        poolclass=StaticPool,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _connect(target: str, *, read_only: bool) -> Any:
    import sqlite3

    connection = sqlite3.connect(
        target, uri=target != ":memory:", check_same_thread=False, isolation_level=None, cached_statements=512
    )
    for pragma in PRAGMAS[2:] if read_only else PRAGMAS:
        connection.execute(pragma)
    connection.execute(f"PRAGMA cache_size=-{READER_CACHE if read_only else WRITER_CACHE}")
    sqlite_directory.teach(connection)
    return connection


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Reader:
    """A second, read-only connection for reads that take long; one thread uses it at a time."""

    def __init__(self, path: Path) -> None:
        self._engine = make_engine(path, read_only=True)
        self._connection = self._engine.connect().execution_options(writes=False)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one committed state."""
        with self._connection.begin():
            yield self._connection

    @property
    def driver(self) -> Any:
        """The connection as the driver knows it, outside every transaction."""
        return self._connection.connection.driver_connection

    def interrupt(self) -> None:
        """Break off the statement that runs now, from another thread: it raises OperationalError there."""
        self.driver.interrupt()

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()
        self._engine.dispose()


class WriterLock:
    """One writing process per file: a lock beside it, given back by the kernel however the process ends."""

    def __init__(self, path: Path) -> None:
        self._database = path
        self._path = holder.lock_of(path)
        self._file: int | None = None

    def take(self, *, make: bool = True) -> None:
        """Take the lock; with `make`, a database that is not there is made now, so that only its owner can read it.

        Raises:
            DatabaseInUseError: another process has it.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            message = f"can't open {self._database}: {error}"
            raise SettingsError(message) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            message = f"{holder.read(self._database).named} has {self._path.stem} open"
            raise DatabaseInUseError(message) from error
        self._file = handle
        self.note(holder.Holder(os.getpid()))
        if make:
            os.close(os.open(self._database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def note(self, who: holder.Holder) -> None:
        """Say in the lock, which was taken, who has it."""
        assert self._file is not None
        holder.note(self._file, who)

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def matches(index: str, words: list[str]) -> Select[int]:
    """The numbers of the rows in whose text each of these words (three characters or more) is found somewhere."""
    text = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
    return select(_INDEXES[index].c.rowid).where(literal_column(index).op("MATCH")(text))


def contains(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Whether a word is somewhere in a column, asked row by row."""
    return func.instr(column, word) > 0


def folded(text: ColumnElement[str]) -> ColumnElement[str]:
    """A text without accents or case, as `server.platform.text.fold` makes it."""
    return func.hc_fold(text)


def unindexed(column: ColumnElement[T]) -> ColumnElement[T]:
    """The same column, but SQLite takes no index for it: another condition is to lead."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


@contextmanager
def bulk_loading(connection: Connection) -> Iterator[None]:
    """For very many new members and users: indexes, the trigram index and the directory are made once at the end.

    All of it belongs to the caller's transaction.
    """
    member = sqlite_directory.lay_down(connection)
    newest = connection.execute(select(func.coalesce(func.max(users.c.number), 0))).scalar_one()
    connection.exec_driver_sql("DROP TRIGGER users_search_added")
    for index in users.indexes:
        index.drop(connection)
    yield
    for index in sorted(users.indexes, key=lambda index: str(index.name)):
        index.create(connection)
    connection.exec_driver_sql(
        "INSERT INTO users_search(rowid, search_key) SELECT number, search_key FROM users"
        " WHERE number > ? AND removed_at IS NULL",
        (newest,),
    )
    connection.exec_driver_sql(SEARCH_DDL[1])
    sqlite_directory.take_up(connection, member)


def insert_plain(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows whose values are as they are stored, without asking the column types about each."""
    names = list(rows[0])
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own names
    connection.exec_driver_sql(statement, [tuple(row.values()) for row in rows])


def one_of(name: str) -> Select[str]:
    """The texts of a parameter that is a JSON list: a thousand of them cost one parameter, and no other statement."""
    return select(func.json_each(bindparam(name)).table_valued("value").c.value)
