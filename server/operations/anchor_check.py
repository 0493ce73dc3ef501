"""A database against its anchor, and going on without what was lost (D29)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from contract.events import EventKind, EventObject
from server.platform.clock import utc_now
from server.platform.transaction import Unit
from server.settings import DatabaseInUseError, SettingsError, sqlite_path
from server.store import anchor, events, lost
from server.store.anchor import Reading, anchor_of
from server.store.database import Database, opened
from server.store.errors import DatabaseError
from server.store.events import event_id
from server.store.types import Connection


class Anchored(NamedTuple):
    """What an anchor says about a database: `findings` are losses, `notes` are no harm but worth knowing."""

    findings: list[str]
    notes: list[str]


def anchor_for(path: Path | None, given: Path | None) -> Path | None:
    """Which anchor a database is held against: the one that was named, or the one beside it.

    Raises:
        SettingsError: there is no file of that name.
    """
    if given is not None and not given.is_file():
        message = f"there is no anchor {given}"
        raise SettingsError(message)
    return given or (anchor_of(path) if path else None)


def read_anchor(path: Path | None) -> Reading | None:
    """Read it, before the transaction that it is held against.

    Raises:
        SettingsError: it can't be read.
    """
    try:
        return anchor.read(path) if path else None
    except OSError as error:
        message = f"the anchor can't be read: {error}"
        raise SettingsError(message) from error


def against(connection: Connection, known: Reading | None, path: Path | None) -> Anchored:
    """Hold what was read from an anchor at `path` against what a transaction sees that began afterwards."""
    if path is None:
        return Anchored([], [])
    if known is None:
        note = f"there is no anchor {path.name}: losses from before the server's next start can't be noticed"
        return Anchored([], [note])
    try:
        found = lost.compare(connection, known)
    except DatabaseError:
        return Anchored([], [f"the file is too damaged to be held against the anchor {path.name}"])
    if found.ahead and (newer := read_anchor(path)):
        found = found._replace(ahead=lost.compare(connection, newer).ahead)
    return Anchored(list(_findings(found, known, path)), list(_notes(found, known, path)))


def _findings(found: lost.Compared, known: Reading, path: Path) -> Iterator[str]:
    if known.altered:
        yield f"the anchor {path.name} was altered: {known.altered} of its lines do not agree with their checksums"
    if found.foreign:
        yield (
            f"none of the {len(known.heads)} organisations of the anchor {path.name} is here: "
            "the database was lost or replaced, or the anchor is another one's"
        )
        return
    for loss in found.lost:
        yield loss.sentence()


def _notes(found: lost.Compared, known: Reading, path: Path) -> Iterator[str]:
    if not known.heads:
        yield f"the anchor {path.name} knows no organisation"
    if known.torn:
        yield f"the last line of the anchor {path.name} was cut short, as a crash does; it is left out"
    if found.ahead:
        many = "1 organisation has" if found.ahead == 1 else f"{found.ahead} organisations have"
        yield f"{many} newer events than the anchor {path.name}: it is older, nothing of that is lost"


@contextmanager
def _unserved(url: str) -> Iterator[Database]:
    try:
        with opened(url, accept_loss=True) as database:
            yield database
    except DatabaseInUseError as error:
        message = f"{error}: nothing was missing when it started. What goes missing while it runs, it says in its log"
        raise DatabaseInUseError(message) from error


def accept_loss(url: str) -> list[str]:
    """Go on without the events that are gone: an event in each organisation says which; answers what was accepted.

    The anchor that knows of them is kept beside the database under another name, and a new one is begun.

    Raises:
        SettingsError: the server is running, or there is no database.
    """
    path = sqlite_path(url)
    if path is None or not path.exists():
        message = f"there is no database {path or url}"
        raise SettingsError(message)
    where = anchor_of(path)
    with _unserved(url) as database:
        known = read_anchor(where)
        with database.write() as connection:
            accepted = _accepted(connection, known, where) if known else []
    if accepted:
        kept = where.with_name(f"{where.name}.{utc_now():%Y%m%dT%H%M%SZ}")
        where.replace(kept)
        with opened(url):
            pass  # it begins its new anchor
    return accepted


def _accepted(connection: Connection, known: Reading, path: Path) -> list[str]:
    found = lost.compare(connection, known)
    for loss in found.lost:
        _record(connection, loss)
    return list(_findings(found, known, path))


def _record(connection: Connection, loss: lost.Loss) -> None:
    """Write into the history that it has lost a part, if there is anything left of the organisation."""
    if not loss.name:
        return
    moment = max(events.last_moment(connection, loss.organisation_id) or utc_now(), utc_now())
    unit = Unit(connection=connection, organisation_id=loss.organisation_id, subscription_id="", now=moment)
    first, last = event_id(loss.first), event_id(loss.last)
    subject = EventObject(
        type="organisation",
        id=loss.organisation_id,
        label=first if first == last else f"{first} to {last}",
        attributes={"first": first, "last": last, "acknowledged_at": loss.last_at.isoformat()},
    )
    unit.emit(EventKind.HISTORY_LOST, subject)
    unit.record()
