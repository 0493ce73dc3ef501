"""How a command has its action done: by the running server, or in the database itself when none has it open.

The lock beside the database says who has it. What was asked has a key, which goes into the database with what was done:
so a command whose connection broke looks it up, and asks again only for what was not done.
"""

import http.client
import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from server.catalogue import Catalogue, default_catalogue
from server.operator.actions import KEY_HEADER, VERSION, VERSION_HEADER, Action, Told
from server.operator.desk import Desk
from server.operator.doing import do, done
from server.operator.peers import user_of
from server.platform.clock import Clock
from server.platform.ids import new_id
from server.serving.listeners import short
from server.settings import DatabaseInUseError, RefusedValueError, SettingsError, sqlite_path
from server.store import events, sandbox
from server.store.database import Database, opened
from server.store.errors import DatabaseError
from server.store.holder import Holder
from server.store.types import Connection

PATIENCE = 15.0
"""Seconds that a command waits for a server that is starting or stopping, and for its answer."""

_PAUSE = 0.1
_BUSY = 503
_REFUSED = (409, 422, _BUSY)
_MOST_ANSWER = 1 << 20


class UnansweredError(Exception):
    """A server that was asked gave no answer; it may have done it all the same."""


class NotListeningError(Exception):
    """Nobody answers at a socket: the server is starting, stopping or dead. It was asked nothing."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One command's question: what, of which database. Without a server `settled` is called before it is done for good.

    `catalogue` is what a database without a server is asked with.
    """

    database: str
    action: Action
    told: Told
    catalogue: Catalogue = field(default_factory=default_catalogue)
    address: str = ""
    patience: float = PATIENCE
    settled: Callable[[Told], None] = lambda _: None
    key: str = field(default_factory=lambda: new_id("opr"))


@dataclass(frozen=True)
class Asked:
    """The answer, and whether a running server gave it."""

    answer: Told
    served: bool


def ask(asking: Asking) -> Asked:
    """Have it done, once.

    Raises:
        SettingsError: it can't be done; or it is not known whether it is, and the message says so.
    """
    until = time.monotonic() + asking.patience
    while True:
        database = Database(asking.database)
        try:
            database.open()
        except DatabaseInUseError as error:
            holder = database.holder
            if holder.answers and not holder.socket:
                raise _no_socket(holder) from error
            if (found := _through(asking, holder, until)) is not None:
                return Asked(found, served=True)
            if time.monotonic() >= until:
                raise _not_yet(holder) from error
            time.sleep(_PAUSE)
            continue
        try:
            return Asked(_directly(asking, database), served=False)
        finally:
            database.close()


def _directly(asking: Asking, database: Database) -> Told:
    with database.write() as connection:
        clock = _clock(connection)
        desk = Desk(
            connection=connection,
            now=clock.now(),
            machine=clock.machine(),
            catalogue=asking.catalogue,
            address=asking.address,
        )
        answer = do(desk, asking.action, asking.told, asking.key)
        asking.settled(answer)
        return answer


def _clock(connection: Connection) -> Clock:
    """The clock as a server of this database would have it: nothing happens before what has happened already."""
    clock = Clock()
    clock.offset = sandbox.clock_offset(connection) or clock.offset
    newest = events.newest_moment(connection)
    if newest is not None:
        clock.not_before(newest)
    return clock


def _through(asking: Asking, holder: Holder, until: float) -> Told | None:
    """Ask the server that has the database; None when it has to be tried again.

    Raises:
        SettingsError: it refuses, or does not answer.
    """
    if not holder.socket:
        return None
    left = max(1.0, until - time.monotonic())
    try:
        return _exchange(asking, Path(holder.socket), left)
    except NotListeningError:
        return None
    except UnansweredError as error:
        known = _looked_up(asking)
        if known is not None:
            return known
        if time.monotonic() < until:
            return None
        message = (
            f"{holder.named} does not answer. It has not been done so far, but may be when the server continues: "
            "look before you try again"
        )
        raise SettingsError(message) from error


def _looked_up(asking: Asking) -> Told | None:
    """What the database says of the question; it can be read beside whoever has it open."""
    try:
        with opened(asking.database, read_only=True) as database, database.read() as connection:
            return done(connection, asking.action, asking.key)
    except (SettingsError, DatabaseError):
        return None


def _exchange(asking: Asking, path: Path, patience: float) -> Told:
    """One question and its answer.

    Raises:
        NotListeningError: nobody is there.
        UnansweredError: somebody is, and says nothing.
        SettingsError: it is refused.
    """
    line = _Line(path, patience)
    line.connect()
    _check_peer(line.sock, path, asking.database)
    headers = {VERSION_HEADER: str(VERSION), KEY_HEADER: asking.key, "content-type": "application/json"}
    try:
        line.request("POST", f"/{asking.action.name}", asking.told.model_dump_json().encode(), headers)
        answer = line.getresponse()
        said = answer.read(_MOST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise UnansweredError from error
    finally:
        line.close()
    if answer.headers.get(VERSION_HEADER) != str(VERSION) or answer.status == http.client.NOT_FOUND:
        message = "the running server is of another version than this command: use the command of its version"
        raise SettingsError(message)
    if answer.status in _REFUSED:
        raise _refusal(said)
    try:
        return asking.action.answers.model_validate_json(said)
    except ValidationError as error:
        message = "the running server answered something that this command does not understand; it may have been done"
        raise SettingsError(message) from error


def _refusal(said: bytes) -> SettingsError:
    try:
        found = json.loads(said)
        why, code = str(found["refused"]), int(found["exit"])
    except (ValueError, KeyError, TypeError):
        why, code = "the running server refused without a reason", 1
    return RefusedValueError(why) if code == RefusedValueError.exit_code else SettingsError(why)


class _Line(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, patience: float) -> None:
        super().__init__("operator", timeout=patience)
        self._path = path

    def connect(self) -> None:
        """Connect.

        Raises:
            NotListeningError: nobody listens there.
        """
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        try:
            with short(self._path) as name:
                self.sock.connect(name)
        except PermissionError as error:
            self.sock.close()
            message = f"you may not open {self._path}: use the user whose server it is, or root"
            raise SettingsError(message) from error
        except OSError as error:
            self.sock.close()
            raise NotListeningError from error


def _check_peer(line: socket.socket, path: Path, url: str) -> None:
    """Whoever answers has to be somebody who could write to the database anyway.

    Raises:
        SettingsError: it is somebody else.
    """
    database = sqlite_path(url)
    trusted = {os.geteuid(), 0, None, database.stat().st_uid if database and database.exists() else None}
    if user_of(line) not in trusted:
        line.close()
        message = f"{path} belongs to another user: nothing was asked of them"
        raise SettingsError(message)


def _no_socket(holder: Holder) -> SettingsError:
    return SettingsError(
        f"{holder.named} has no socket for its operator: start it without --operator-socket none, and it does this "
        "while it runs"
    )


def _not_yet(holder: Holder) -> SettingsError:
    if holder.serves:
        return SettingsError(
            f"{holder.named} is starting or stopping, and does not answer yet. Nothing was done: try again"
        )
    return SettingsError(
        f"{holder.named} has the database open, and does not let go of it. Nothing was done: try again"
    )
