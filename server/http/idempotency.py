"""Idempotency keys (D30): a command repeated with its key answers what it answered, and nothing happens twice."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from contract.problems import ProblemCode
from server.http.problems import ServerProblem
from server.store.tables import idempotency_keys as keys

KEPT = dt.timedelta(hours=24)
KEPT_FOR_MONEY = dt.timedelta(days=7)
MAX_KEY = 255
MOST_UNWRITTEN = 1000


@dataclass(frozen=True, slots=True)
class Stored:
    """A finished answer as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one command's answer is kept: organisation, account, method, path and key together."""

    organisation_id: str
    account_id: str
    method: str
    path: str
    key: str
    fingerprint: bytes
    kept: dt.timedelta = KEPT

    @property
    def name(self) -> tuple[str, ...]:
        """What tells it from others."""
        return self.organisation_id, self.account_id, self.method, self.path, self.key

    def claim(self, connection: Connection, now: dt.datetime) -> Stored | None:
        """The stored answer, or None after marking the key as in progress in this transaction.

        `now` is the machine's time, not a sandbox's: a command that moves the clock past the key's end is one command.

        Raises:
            ServerProblem: the key was used for another payload, or its first request still runs.
        """
        row = connection.execute(
            select(keys.c.fingerprint, keys.c.status, keys.c.headers, keys.c.body, keys.c.expires_at).where(
                self._mine()
            )
        ).first()
        if row is not None and row.expires_at <= now:
            self.release(connection)
            row = None
        if row is None:
            self._insert(connection, now)
            return None
        if row.fingerprint != self.fingerprint:
            raise ServerProblem(ProblemCode.IDEMPOTENCY_KEY_REUSED)
        if row.status is None:
            raise ServerProblem(ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS, retry_after=1)
        return Stored(row.status, json.loads(row.headers), row.body)

    def store(self, connection: Connection, answer: Stored) -> None:
        """Keep the answer, in this transaction."""
        values = {"status": answer.status, "headers": json.dumps(answer.headers), "body": answer.body}
        connection.execute(update(keys).where(self._mine()).values(**values))

    def release(self, connection: Connection) -> None:
        """Forget the key: the command was refused before it did anything."""
        connection.execute(delete(keys).where(self._mine()))

    def give_up(self, connection: Connection) -> None:
        """Forget the key unless its command was finished: an answer that is kept stays kept."""
        connection.execute(delete(keys).where(self._mine(), keys.c.status.is_(None)))

    def settle(self, connection: Connection, answer: Stored | None) -> None:
        """Finish a key that is in progress: with this answer, or by forgetting it."""
        if answer is None:
            self.give_up(connection)
            return
        values = {"status": answer.status, "headers": json.dumps(answer.headers), "body": answer.body}
        connection.execute(update(keys).where(self._mine(), keys.c.status.is_(None)).values(**values))

    def _mine(self) -> ColumnElement[bool]:
        return and_(
            keys.c.organisation_id == self.organisation_id,
            keys.c.account_id == self.account_id,
            keys.c.method == self.method,
            keys.c.path == self.path,
            keys.c.key == self.key,
        )

    def _insert(self, connection: Connection, now: dt.datetime) -> None:
        connection.execute(
            insert(keys).values(
                organisation_id=self.organisation_id,
                account_id=self.account_id,
                method=self.method,
                path=self.path,
                key=self.key,
                fingerprint=self.fingerprint,
                created_at=now,
                expires_at=now + self.kept,
            )
        )


class Unwritten:
    """How commands ended whose end could not be written (a full disk), by key: written when the key comes again.

    At most `MOST_UNWRITTEN`; the oldest is forgotten first, and its key stays in progress until the server is started
    again.
    """

    def __init__(self) -> None:
        self._ends: dict[tuple[str, ...], Stored | None] = {}

    def note(self, slot: Slot, answer: Stored | None) -> None:
        """It ended with this answer; None: it was not done, and its key may be used again."""
        self._ends[slot.name] = answer
        while len(self._ends) > MOST_UNWRITTEN:
            del self._ends[next(iter(self._ends))]

    def write(self, connection: Connection, slot: Slot) -> None:
        """Write it, in this transaction."""
        if slot.name in self._ends:
            slot.settle(connection, self._ends[slot.name])

    def written(self, slot: Slot) -> None:
        """That was committed."""
        self._ends.pop(slot.name, None)


def checked_key(values: list[str]) -> str | None:
    """The key out of the request's headers.

    Raises:
        ServerProblem: it is given twice, empty, too long, or not visible ASCII.
    """
    if not values:
        return None
    key = values[0]
    if len(values) > 1 or not 1 <= len(key) <= MAX_KEY or not all("!" <= char <= "~" for char in key):
        raise ServerProblem(ProblemCode.BAD_REQUEST, f"An Idempotency-Key is 1 to {MAX_KEY} visible ASCII characters.")
    return key


def fingerprint(body: bytes) -> bytes:
    """What tells one payload from another."""
    return hashlib.sha256(body).digest()


def forget(connection: Connection, now: dt.datetime) -> None:
    """Delete the keys whose time is over by the machine's clock."""
    connection.execute(delete(keys).where(keys.c.expires_at <= now))


def forget_unfinished(connection: Connection) -> None:
    """At start: nothing runs, so a key in progress belongs to a process that died; its command may be sent again."""
    connection.execute(delete(keys).where(keys.c.status.is_(None)))
