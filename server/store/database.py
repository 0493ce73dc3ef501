"""One database: opening it, and the kinds of transaction."""

import asyncio
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select
from sqlalchemy.exc import DatabaseError, OperationalError

from server.settings import DatabaseInUseError, SettingsError, sqlite_path
from server.store import anchor, holder, lost, schema, sqlite
from server.store.prepared import prepared
from server.store.readers import Readers
from server.store.types import AnyRow
from server.store.watch import Watch

log = logging.getLogger("headcount.server")

T = TypeVar("T")

_MOST_BEATS = 2**31

PATIENCE = 10.0
"""Seconds to wait for a database that a command has, or a server which is just ending."""

_PAUSE = 0.05

CHANGED = "changed_organisations"
"""Where a transaction notes, in `connection.info`, whose events it appended."""


class LostEventsError(SettingsError):
    """The database misses events that were acknowledged: nothing is appended in their place."""


class FilesGoneError(OperationalError):
    """The database's files were removed or replaced under this process: nothing is written any more.

    `begun` says that the transaction was committed, into a file that may be gone: it may have been done.
    """

    def __init__(self, what: str, *, begun: bool) -> None:
        super().__init__(None, None, OSError(what))
        self.begun = begun


def _nobody_waits(changed: set[str]) -> None:
    """What happens after a commit when no stream is open."""


class Database:
    """The one connection to SQLite, used on the event loop in short transactions; long reads run beside it.

    A long write has the connection lent to its thread: meanwhile reads see what was committed before it, and whoever
    wants to write waits. A coroutine writes with `writing` or `write_aside`, which wait by themselves; `write` would
    keep the event loop waiting, and is for what runs without one, or between a `free` and the next `await`.

    `on_commit` is called after a commit that appended events, with the ids of the organisations.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self._path = sqlite_path(url)
        self._read_only = read_only
        self._lock = sqlite.WriterLock(self._path) if self._path and not read_only else None
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._driver: Any = None
        self._readers: Readers | None = None
        self._watch: Watch | None = None
        self._gone: str | None = None
        self.anchor: anchor.Anchor | None = None
        self._writer: ThreadPoolExecutor | None = None
        self._lent = False
        self._one_writes = threading.Lock()
        self._turn = asyncio.Lock()
        self.on_commit: Callable[[set[str]], None] = _nobody_waits

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine; only between `open` and `close`."""
        assert self._engine is not None
        return self._engine

    def open(self, *, migrate: bool = True, accept_loss: bool = False) -> None:
        """Take the writer's lock, connect, and bring the tables up to date; nothing when it is open already.

        What the anchor beside it says was acknowledged has to be there, unless the loss is about to be accepted: then
        the anchor is left alone.

        Raises:
            SettingsError: another process writes to it, it belongs to a newer version, there is no such database, or
                events are missing (`LostEventsError`).
        """
        if self._connection is not None:
            return
        self._gone = None
        try:
            known = None if accept_loss else self._read_anchor()
            if self._lock:
                self._lock.take()
            self._connect(migrate=migrate)
            if self._path and not self._read_only:
                if not accept_loss:
                    self._begin_anchor(self._path, known)
                self._watch = Watch(self._path)
        except (DatabaseError, SettingsError, OSError) as error:
            self.close()
            if isinstance(error, SettingsError):
                raise
            why = error.orig if isinstance(error, DatabaseError) else error
            message = f"the database can't be opened: {why} ({self._path}); --db says which, as sqlite:///path"
            raise SettingsError(message) from error

    def _read_anchor(self) -> anchor.Reading | None:
        """What the anchor says; a database that it knows and that is not there is not made anew."""
        if self._path is None or self._read_only:
            return None
        where = anchor.anchor_of(self._path)
        known = anchor.read(where)
        if known and known.heads and not (self._path.exists() and self._path.stat().st_size):
            message = (
                f"{self._path} is gone: its anchor {where.name} knows {len(known.heads)} organisations. Restore a "
                "backup (headcount server restore); to begin anew, remove the anchor too"
            )
            raise LostEventsError(message)
        return known

    def _connect(self, *, migrate: bool) -> None:
        self._engine = sqlite.make_engine(self._path, read_only=self._read_only)
        if migrate and not self._read_only:
            schema.upgrade(self._engine)
        self._connection = self._engine.connect()
        self._driver = self._connection.connection.driver_connection
        self._readers = Readers(self._path) if self._path else None

    def _begin_anchor(self, path: Path, known: anchor.Reading | None) -> None:
        """Hold the anchor against the database, then write it anew: from here on it is appended to.

        Raises:
            LostEventsError: the database is not what was acknowledged.
        """
        with self.read() as connection:
            if schema.current_revision(connection) is None:
                return
            if known:
                _refuse_lost(path, lost.compare(connection, known), known)
        self.anchor = anchor.Anchor(anchor.anchor_of(path), lambda: anchor.heads_of(self.heads(), known))
        self.anchor.begin()

    @property
    def holder(self) -> holder.Holder:
        """Who has the database, or had it last."""
        return holder.read(self._path) if self._path else holder.Holder()

    def announce(self, socket: str | None) -> None:
        """Note in the lock that a server has the database, and where its operator is answered."""
        if self._lock:
            self._lock.note(holder.Holder(os.getpid(), serves=True, socket=socket))

    def heads(self) -> list[tuple[str, int, str]]:
        """Organisation, number and hash of each newest event, as they are committed now."""
        assert self._connection is not None
        driver: Any = self._connection.connection.driver_connection
        rows = driver.execute("SELECT id, event_seq, event_hash FROM organisations WHERE event_seq > 0")
        return list(rows)

    def close(self) -> None:
        """Let go of everything, after a long write that is under way; may be called twice."""
        if self._writer is not None:
            self._writer.shutdown()
            self._writer = None
        self._watch = None
        if self.anchor is not None:
            self.anchor.close()
            self.anchor = None
        if self._readers is not None:
            self._readers.close()
            self._readers = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        if self._lock:
            self._lock.release()

    def ask(self, statement: Select[Any], **given: Any) -> AnyRow | None:
        """The first row of one SELECT, outside every transaction, at a tenth of the cost of one.

        The statement is made once, not at each call; values are given as they are stored.
        """
        question = prepared(statement, self.engine.dialect)
        if not self._lent:
            return question.first(self._driver, given)
        assert self._readers is not None
        with self._readers.borrowed() as reader:
            return question.first(reader.driver, given)

    def state(self) -> tuple[int, int]:
        """Another one whenever any row was written, by this connection (even if it was undone) or by any other."""
        (others,) = self._driver.execute("PRAGMA data_version").fetchone()
        return self._driver.total_changes, others

    @property
    def in_transaction(self) -> bool:
        """Whether somebody is in the middle of something, which may be undone."""
        return self._lent or bool(self._driver.in_transaction)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state and changes nothing."""
        if not self._lent:
            with self._transaction(writes=False) as connection:
                yield connection
            return
        assert self._readers is not None
        with self._readers.borrowed() as reader, reader.read() as connection:
            yield connection

    async def read_aside(self, work: Callable[[Connection], T]) -> T:
        """Do a read that may take long in a thread, while other requests are answered; cancelled, it is dropped.

        It sees what is committed when it starts. A database in memory has no other connection: there it runs at once.
        """
        if self._readers is None:
            with self.read() as connection:
                return work(connection)
        return await self._readers.read(work)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits at the end, or leaves no trace when it raises.

        Raises:
            FilesGoneError: the database's files were removed or replaced: it takes nothing more until it is opened
                again, and what this transaction did is in none of them.
        """
        changed: set[str] = set()
        with self._writing(changed) as connection:
            yield connection
        if changed:
            self.on_commit(changed)

    @contextmanager
    def _writing(self, changed: set[str]) -> Iterator[Connection]:
        """The same, in whichever thread; `changed` receives whose events were appended, for whoever tells of it."""
        with self._one_writes:
            if self._gone:
                raise FilesGoneError(self._gone, begun=False)
            with self._transaction(writes=True) as connection:
                yield connection
                changed.update(connection.info.pop(CHANGED, set()))
                heads = _heads_now(connection, changed) if self.anchor else []
            if not self.look():
                raise FilesGoneError(self._gone or "", begun=True)
            if self.anchor:
                self.anchor.append(anchor.heads_of(heads))

    def look(self) -> bool:
        """Whether everything that was committed is in the files of this name; to be asked now and then.

        When one of them was removed or replaced, nothing is written from then on. What is committed is saved into the
        main file, if that is still there.
        """
        if self._gone or self._watch is None:
            return not self._gone
        found = self._watch.look()
        if found is None:
            return True
        self._gone = f"{found} while the database was open"
        saved = self._save()
        fate = "everything that was committed is saved in it" if saved else "what was committed last may be LOST"
        log.critical("%s: no more changes are taken until the server is started again; %s", self._gone, fate)
        return saved

    def _save(self) -> bool:
        """Write all that is committed into the main file; whether it is there, and under its name."""
        assert self._watch is not None
        if self._watch.main_is_gone():
            return False
        with suppress(Exception):
            busy, frames, moved = self._driver.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
            return not busy and frames == moved
        return False

    def beat(self) -> None:
        """Write one page of the file, in a transaction of its own.

        Raises:
            DatabaseError: that is not possible.
        """
        with self.write() as connection:
            (count,) = connection.exec_driver_sql("PRAGMA user_version").one()
            connection.exec_driver_sql(f"PRAGMA user_version = {(count + 1) % _MOST_BEATS}")

    async def write_aside(self, work: Callable[[Connection], T]) -> T:
        """The same for a write that may take long: it runs in a thread, while other requests are answered.

        It is done to its end, also when whoever waits for it is cancelled. One runs at a time. A database in memory has
        no other connection for those who read meanwhile: there it runs at once.
        """
        if self._readers is None:
            with self.write() as connection:
                return work(connection)
        return await asyncio.shield(asyncio.ensure_future(self._lend(work)))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """`write` for coroutines: waits until no long write is under way, while other requests are answered.

        Nothing is awaited inside: the transaction would be open meanwhile.
        """
        await self.free()
        with self.write() as connection:
            yield connection

    async def free(self) -> None:
        """Wait until no long write is under way; what follows without another `await` may write."""
        while self._lent:
            async with self._turn:
                pass

    async def _lend(self, work: Callable[[Connection], T]) -> T:
        async with self._turn:
            self._writer = self._writer or ThreadPoolExecutor(1, thread_name_prefix="write")
            self._lent = True
            try:
                answer, changed = await asyncio.get_running_loop().run_in_executor(self._writer, self._lent_to, work)
            finally:
                self._lent = False
        if changed:
            self.on_commit(changed)
        return answer

    def _lent_to(self, work: Callable[[Connection], T]) -> tuple[T, set[str]]:
        """In the thread; answers also whose events were appended."""
        changed: set[str] = set()
        with self._writing(changed) as connection:
            answer = work(connection)
        return answer, changed

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        assert self._connection is not None
        connection = self._connection
        connection.execution_options(writes=writes)
        connection.info.pop(CHANGED, None)
        with connection.begin():
            yield connection


def open_soon(database: Database, patience: float = PATIENCE) -> None:
    """Open a database that a command, or a server which is just ending, may still have: wait a while for it.

    Raises:
        DatabaseInUseError: a server has it and does not end.
        SettingsError: as `Database.open` does.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            database.open()
        except DatabaseInUseError:
            if time.monotonic() >= deadline or database.holder.answers:
                raise
            time.sleep(_PAUSE)
        else:
            return


@contextmanager
def opened(url: str, *, read_only: bool = False, migrate: bool = True, accept_loss: bool = False) -> Iterator[Database]:
    """A database for one command: opened as `Database.open` does, and closed at the end, whatever happens."""
    database = Database(url, read_only=read_only)
    database.open(migrate=migrate, accept_loss=accept_loss)
    try:
        yield database
    finally:
        database.close()


def _heads_now(connection: Connection, organisation_ids: set[str]) -> list[tuple[str, int, str]]:
    """Their heads as this transaction leaves them: not those of a savepoint that was undone."""
    question = "SELECT id, event_seq, event_hash FROM organisations WHERE id = ? AND event_seq > 0"
    rows = [connection.exec_driver_sql(question, (each,)).first() for each in organisation_ids]
    return [(row[0], row[1], row[2]) for row in rows if row]


def _refuse_lost(path: Path, found: lost.Compared, known: anchor.Reading) -> None:
    where = anchor.anchor_of(path).name
    if found.foreign:
        what = f"none of the {len(known.heads)} organisations of its anchor {where} is in {path.name}"
    elif found.lost:
        what = f"events that were acknowledged are gone from {path.name}: {lost.sentences(found.lost)}"
    elif known.altered:
        what = f"the anchor {where} was altered: {known.altered} of its lines do not agree with their checksums"
    else:
        return
    message = f"{what}. Restore a backup that has them (headcount server restore), or go on without: {lost.ACCEPT}"
    raise LostEventsError(message)
