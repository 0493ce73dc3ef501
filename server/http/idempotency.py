"""Idempotency keys (D30): a command repeated with its key answers what it answered, and nothing happens twice."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from pydantic import BaseModel

from contract.operation import Operation
from contract.problems import PROBLEMS, ProblemCode
from server.http.problems import MEDIA_TYPE, ServerProblem
from server.platform.transaction import Unit
from server.store import idempotency_keys as keys
from server.store.idempotency_keys import Place
from server.store.types import Connection

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
    def name(self) -> Place:
        """What tells it from others."""
        return Place(self.organisation_id, self.account_id, self.method, self.path, self.key)

    def claim(self, connection: Connection, now: dt.datetime) -> Stored | None:
        """The stored answer, or None after marking the key as in progress in this transaction.

        `now` is the machine's time, not a sandbox's: a command that moves the clock past the key's end is one command.

        Raises:
            ServerProblem: the key was used for another payload, or its first request still runs.
        """
        row = keys.find(connection, self.name)
        if row is not None and row.expires_at <= now:
            keys.forget(connection, self.name)
            row = None
        if row is None:
            keys.begin(connection, self.name, self.fingerprint, now, now + self.kept)
            return None
        if row.fingerprint != self.fingerprint:
            raise ServerProblem(ProblemCode.IDEMPOTENCY_KEY_REUSED)
        if row.status is None:
            raise ServerProblem(ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS, retry_after=1)
        return Stored(row.status, json.loads(row.headers), row.body)

    def store(self, connection: Connection, answer: Stored) -> None:
        """Keep the answer, in this transaction."""
        headers = json.dumps(answer.headers)
        keys.keep(connection, self.name, status=answer.status, headers=headers, body=answer.body)

    def give_up(self, connection: Connection) -> None:
        """Forget the key unless its command was finished: an answer that is kept stays kept."""
        keys.give_up(connection, self.name)

    def settle(self, connection: Connection, answer: Stored | None) -> None:
        """Finish a key that is in progress: with this answer, or by forgetting it."""
        if answer is None:
            self.give_up(connection)
        else:
            headers = json.dumps(answer.headers)
            keys.finish(connection, self.name, status=answer.status, headers=headers, body=answer.body)


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


def keep_answer(
    unit: Unit, operation: Operation, identity: str, answer: BaseModel | ServerProblem, now: dt.datetime
) -> None:
    """Keep the answer to a bodyless command that moves money, where its request may be gone by now.

    In the transaction of `unit`, in place of whatever is kept under the key of who asked; `now` as for `Slot.claim`.
    """
    key, account_id = unit.request.idempotency_key, unit.actor.account_id
    if key is None or account_id is None:
        return
    path = operation.path.format(id=identity)
    if isinstance(answer, ServerProblem):
        said: BaseModel = answer.problem(instance=path, request_id=unit.request.id or "")
        status, media_type = PROBLEMS[answer.code].status, MEDIA_TYPE
    else:
        said, status, media_type = answer, operation.status, "application/json"
    place = Place(unit.organisation_id, account_id, operation.method, path, key)
    keys.forget(unit.connection, place)
    slot = Slot(*place, fingerprint=fingerprint(b""), kept=KEPT_FOR_MONEY)
    slot.claim(unit.connection, now)
    slot.store(unit.connection, Stored(status, {"content-type": media_type}, said.model_dump_json().encode()))
