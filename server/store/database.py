"""One database: opening it, and the kinds of transaction."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select
from sqlalchemy.exc import DatabaseError

from server.settings import SettingsError, sqlite_path
from server.store import schema, sqlite
from server.store.asking import prepared
from server.store.readers import Readers
from server.store.types import AnyRow

T = TypeVar("T")

CHANGED = "changed_organisations"
"""Where a transaction notes, in `connection.info`, whose events it appended."""


def _nobody_waits(changed: set[str]) -> None:
    """What happens after a commit when no stream is open."""


class Database:
    """The one connection to SQLite, used on the event loop in short transactions; long reads run beside it.

    A long write has the connection lent to its thread: meanwhile reads see what was committed before it, and whoever
    wants to write waits with `free`. (A short write that did not wait blocks until the long one is over.)

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

    def open(self, *, migrate: bool = True) -> None:
        """Take the writer's lock, connect, and bring the tables up to date; nothing when it is open already.

        Raises:
            SettingsError: another process writes to it, it belongs to a newer version, or there is no such database.
        """
        if self._connection is not None:
            return
        if self._lock:
            self._lock.take()
        try:
            self._connect(migrate=migrate)
        except DatabaseError as error:
            self.close()
            message = f"the database can't be opened: {error.orig} ({self._path}); --db says which, as sqlite:///path"
            raise SettingsError(message) from error

    def _connect(self, *, migrate: bool) -> None:
        self._engine = sqlite.make_engine(self._path, read_only=self._read_only)
        if migrate and not self._read_only:
            schema.upgrade(self._engine)
        self._connection = self._engine.connect()
        self._driver = self._connection.connection.driver_connection
        self._readers = Readers(self._path) if self._path else None

    def close(self) -> None:
        """Let go of everything, after a long write that is under way; may be called twice."""
        if self._writer is not None:
            self._writer.shutdown()
            self._writer = None
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
        """A transaction that commits at the end, or leaves no trace when it raises."""
        with self._one_writes, self._transaction(writes=True) as connection:
            yield connection
            changed: set[str] = connection.info.pop(CHANGED, set())
        if changed:
            self.on_commit(changed)

    async def write_aside(self, work: Callable[[Connection], T]) -> T:
        """The same for a write that may take long: it runs in a thread, while other requests are answered.

        It is done to its end, also when whoever waits for it is cancelled. One runs at a time. A database in memory has
        no other connection for those who read meanwhile: there it runs at once.
        """
        if self._readers is None:
            with self.write() as connection:
                return work(connection)
        return await asyncio.shield(asyncio.ensure_future(self._lend(work)))

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
        with self._one_writes, self._transaction(writes=True) as connection:
            answer = work(connection)
            changed: set[str] = connection.info.pop(CHANGED, set())
        return answer, changed

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        assert self._connection is not None
        connection = self._connection
        connection.execution_options(writes=writes)
        connection.info.pop(CHANGED, None)
        with connection.begin():
            yield connection
