"""Backing a database up while it is written to, and putting a copy in its place.

A copy has its good name only when it is complete, on the disk, and verified: until then it is `.NAME.part` beside it.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from server.operations import anchor_check
from server.operations.verify import everything
from server.platform.clock import utc_now
from server.settings import DatabaseInUseError, RefusedValueError, SettingsError, sqlite_path
from server.store import anchor, invariants
from server.store.anchor import anchor_of
from server.store.database import opened
from server.store.errors import DatabaseError
from server.store.sqlite import WriterLock
from server.store.types import Connection

PAGES = 1024
"""Pages that are copied at a time."""

_BESIDE = ("-wal", "-shm", "-journal", "")


class Copied(NamedTuple):
    """A copy: where it is, what is in it, and what verifying it found.

    `file` is None when there is none, because of the findings. `lost` are events that the anchor of the place knows and
    the copy has not; `aside` is where the database went that was there before.
    """

    file: Path | None
    organisations: int
    events: int
    findings: list[str]
    lost: list[str]
    aside: Path | None = None


def backup(url: str, to: Path, *, overwrite: bool = False, with_findings: bool = False) -> Copied:
    """Copy a database as it is at one moment, beside a running server, and verify the copy.

    Writers go on meanwhile. Findings leave no copy, unless they are to be kept. The copy has an anchor of its own.

    Raises:
        SettingsError: there is no database, there is a file already, or it can't be written.
    """
    source, to = _existing(url), to.expanduser()
    _refuse_same(source, to)
    if to.exists():
        _refuse_existing(to, overwrite=overwrite)
        _refuse_in_use(to)
    with _draft(to) as draft:
        made = _copy(source, draft)
        if made.findings and not with_findings:
            return made._replace(file=None)
        _put(draft, to)
        _anchor(to)
    return made._replace(file=to)


def restore(copy: Path, url: str, *, overwrite: bool = False, with_findings: bool = False) -> Copied:
    """Verify a copy and put it in the place of a database that nobody uses; what was there is kept beside it.

    The anchor of the place stays when it knows of events that the copy has not: whoever goes on without them says so.

    Raises:
        SettingsError: there is no such copy, the database is in use or there already, or it can't be written.
    """
    source, target = _existing(str(copy)), sqlite_path(url)
    if target is None:
        message = "a database in memory can't be restored: give --to sqlite:///path/to/file.db"
        raise RefusedValueError(message)
    _refuse_same(source, target)
    lock = WriterLock(target)
    try:
        lock.take(make=False)
    except DatabaseInUseError as error:
        message = f"{error}: what it would write after the copy was taken would be lost, so stop it for this"
        raise DatabaseInUseError(message) from error
    try:
        if target.exists() and target.stat().st_size:
            _refuse_existing(target, overwrite=overwrite)
        with _draft(target) as draft:
            made = _copy(source, draft)
            if made.findings and not with_findings:
                return made._replace(file=None)
            aside = _set_aside(target)
            _put(draft, target)
        return made._replace(file=target, lost=_keep_anchor(target), aside=aside)
    finally:
        lock.release()


def _existing(url: str) -> Path:
    path = sqlite_path(url)
    if path is None or not path.is_file():
        message = f"there is no database {path or 'in memory that could be copied'}"
        raise SettingsError(message)
    return path


def _refuse_same(source: Path, to: Path) -> None:
    if to.exists() and source.samefile(to):
        message = f"{to} is the database itself"
        raise RefusedValueError(message)


def _refuse_existing(to: Path, *, overwrite: bool) -> None:
    if not overwrite or not to.is_file():
        message = f"{to} is there already" + ("; --overwrite replaces it" if to.is_file() else " and is not a file")
        raise SettingsError(message)


def _refuse_in_use(path: Path) -> None:
    """A copy never takes the place of a database that a process writes to."""
    if path.with_name(path.name + ".lock").exists():
        lock = WriterLock(path)
        lock.take(make=False)
        lock.release()


@contextmanager
def _draft(to: Path) -> Iterator[Path]:
    """A file of our own beside the one that is to be made; gone at the end unless it was put in its place."""
    draft = to.with_name(f".{to.name}.part")
    try:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        message = f"can't write beside {to}: {error}"
        raise SettingsError(message) from error
    try:
        _take_alone(handle, to)
        try:
            yield draft
        except (OSError, sqlite3.Error) as error:
            message = f"{to} can't be written: {error}"
            raise SettingsError(message) from error
        finally:
            _drop(handle, draft)
    finally:
        os.close(handle)


def _take_alone(handle: int, to: Path) -> None:
    """Empty what a copy that was killed left behind; it is ours alone from here on."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"another process is writing {to} now"
        raise DatabaseInUseError(message) from error
    os.fchmod(handle, 0o600)
    os.ftruncate(handle, 0)


def _drop(handle: int, draft: Path) -> None:
    """Remove the draft, unless it has its good name by now."""
    with suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(handle), draft.lstat()):
            for each in _BESIDE:
                Path(f"{draft}{each}").unlink(missing_ok=True)


def _copy(source: Path, draft: Path) -> Copied:
    """Copy what is committed now, force it to the disk, and verify it, also against the anchor of its source."""
    where = anchor_of(source)
    known = anchor_check.read_anchor(where)
    _copy_pages(source, draft)
    with opened(f"sqlite:///{draft}", read_only=True) as database, database.read() as connection:
        organisations, events = _counted(connection)
        against = anchor_check.against(connection, known, where)
        found = [*everything(connection), *against.findings]
    return Copied(draft, organisations, events, found, [])


def _counted(connection: Connection) -> tuple[int, int]:
    """How many organisations and events there are; none in a file that can't be read."""
    try:
        return invariants.counted(connection)
    except DatabaseError:
        return 0, 0


def _copy_pages(source: Path, draft: Path) -> None:
    """One read transaction from the first page to the last: writers go on, and the copy need not begin anew for them.

    The copy keeps its journal in no file of its own, so that it is one file to carry.
    """
    with (
        closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True, isolation_level=None)) as old,
        closing(sqlite3.connect(draft, isolation_level=None)) as new,
    ):
        old.execute("PRAGMA busy_timeout=5000")
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        new.execute("PRAGMA synchronous=OFF")
        old.backup(new, pages=PAGES)
        new.execute("PRAGMA journal_mode=DELETE")
    _force(draft)


def _put(draft: Path, to: Path) -> None:
    draft.replace(to)
    _force(to.parent)


def _force(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _anchor(path: Path) -> None:
    """Write the anchor of a copy from its own heads."""
    with opened(f"sqlite:///{path}", read_only=True) as database:
        anchor.write(anchor_of(path), anchor.heads_of(database.heads()))


def _keep_anchor(target: Path) -> list[str]:
    """Hold what was put there against the anchor of the place: it stays if it misses something, else it is written."""
    where = anchor_of(target)
    known = anchor_check.read_anchor(where)
    if known is not None:
        with opened(f"sqlite:///{target}", read_only=True) as database, database.read() as connection:
            missing = anchor_check.against(connection, known, where).findings
        if missing:
            return missing
    _anchor(target)
    return []


def _set_aside(target: Path) -> Path | None:
    """Give what is there another name; its log goes first, so that it never stands beside another database."""
    aside = target.with_name(f"{target.name}.before-{utc_now():%Y%m%dT%H%M%S.%fZ}")
    moved = False
    for each in _BESIDE:
        found = Path(f"{target}{each}")
        if found.exists():
            found.replace(f"{aside}{each}")
            moved = True
    return aside if moved else None
