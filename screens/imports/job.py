"""One import, from the file on its way to the last row: sent, followed, applied, stopped, and gone on with.

An import goes on at the server whatever becomes of the screen. What was confirmed here goes on by itself when the
server was gone and is back, with the same key as before if it was never answered, so that nothing is done twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Protocol

from client.api import Client
from client.errors import HeadcountError, ServerFault, Unreachable, VersionConflict
from client.protocol import new_key
from contract.base import Body
from contract.events import EventKind
from contract.imports import (
    ApplyImport,
    Import,
    ImportEncodingChoice,
    ImportMapping,
    ImportRow,
    ImportStatus,
    ImportStop,
    ImportTransferReport,
    ImportTransfers,
)
from screens.imports.text import Speed
from screens.shared.idempotency_keys import Intentions
from tui.presentation.errors import told

__all__ = [
    "STANDS",
    "UNDER_WAY",
    "Away",
    "ImportHost",
    "ImportJob",
    "NotSent",
    "Order",
    "Sending",
    "Standing",
    "Working",
]

LOOK_EVERY = 0.3
"""Seconds between two looks at an import that is under way."""
RETRY = 1.0
"""Seconds between two looks while the server does not answer."""
STANDS = frozenset({ImportStatus.PLANNED, ImportStatus.STOPPED, ImportStatus.APPLIED})
"""The import waits for somebody, with all rows judged."""
UNDER_WAY = frozenset({ImportStatus.PLANNING, ImportStatus.APPLYING})
"""The server works on it."""

_SILENCE = 2.0
_RELOAD = 2.0
_MOST_GOES = 5


@dataclass(frozen=True, slots=True)
class Sending:
    """The file is on its way: bytes sent, of `whole`, which is 0 before the file was looked at."""

    key: str
    sent: int = 0
    whole: int = 0


@dataclass(frozen=True, slots=True)
class NotSent:
    """The server has no import of the file, as far as is known; `key` is the one to send it with again."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Order:
    """What was confirmed here, and how often it has gone on by itself without a row done since."""

    body: ApplyImport
    goes: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The import waits for somebody."""

    current: Import


@dataclass(frozen=True, slots=True)
class Working:
    """The server works on it, or is about to, on an order from here or without one."""

    current: Import
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """The server does not answer: the import as it was last seen, and what was confirmed."""

    current: Import
    order: Order | None = None


State = Sending | NotSent | Standing | Working | Away


class ImportHost(Protocol):
    """What a job needs around it: somebody who shows it, and runs what takes time."""

    @property
    def is_attached(self) -> bool:
        """Whether somebody still looks at it."""

    def show_state(self) -> None:
        """The job has another state."""

    def reload_rows(self) -> None:
        """The rows may be others now."""

    def show_columns(self) -> None:
        """Ask which column holds what."""

    def show_report(self, report: ImportTransferReport) -> None:
        """Say what became of each transfer request."""

    def show_result(self, text: str, tone: str = "ok") -> None:
        """Say what has happened."""

    def show_error(self, error: str) -> None:
        """Say what failed."""

    def clear_result(self) -> None:
        """What was said is old."""

    def begin(self, words: str) -> None:
        """A command is on its way."""

    def ended(self, *kinds: EventKind) -> None:
        """It was answered or has failed; things of these kinds may have changed."""

    def touch(self, *kinds: EventKind) -> None:
        """Things of these kinds have changed."""

    def start(self, work: Coroutine[object, object, None], group: str) -> None:
        """Run beside everything else, instead of others of its group; of the group `command` all run to their end."""


class ImportJob:
    """Begins with a file to send or with an import to go on with."""

    def __init__(self, client: Client, host: ImportHost, begun: Path | Import) -> None:
        self.file = begun if isinstance(begun, Path) else None
        self.state: State = Sending(new_key()) if isinstance(begun, Path) else _as_told(begun)
        self.speed = Speed()
        self._client, self._host = client, host
        self._keys = Intentions()
        self._heard_at = self._shown_at = self._reloaded_at = monotonic()

    @property
    def current(self) -> Import | None:
        """The import as it was last seen; None before the server has it."""
        return None if isinstance(self.state, Sending | NotSent) else self.state.current

    @property
    def is_under_way(self) -> bool:
        """Whether the server works on it, as far as is known."""
        return self.current is not None and self.current.status in UNDER_WAY

    @property
    def stands(self) -> bool:
        """Whether it waits for somebody, with all rows judged."""
        return self.current is not None and self.current.status in STANDS

    @property
    def may_name_columns(self) -> bool:
        """Whether the columns can still be named: not once a row is done."""
        current = self.current
        if current is None or not current.columns:
            return False
        fresh = current.status is ImportStatus.PLANNED and not current.applied
        return fresh or current.status is ImportStatus.NEEDS_MAPPING

    @property
    def may_choose_encoding(self) -> bool:
        """Whether there are encodings to choose from, and the columns can still be named."""
        return self.may_name_columns and self.current is not None and bool(self.current.encodings)

    @property
    def unfinished(self) -> str:
        """What would be lost by leaving now; empty when nothing would."""
        if isinstance(self.state, Sending):
            return "a file being uploaded; it would have to be sent again"
        return "an import in progress; it continues on the server without you" if self.is_under_way else ""

    def begin(self) -> None:
        """Begin with what it was made with."""
        self._host.start(self.follow() if self.current else self.send(), "import" if self.current else "question")

    # Sending the file.

    async def send(self) -> None:
        """Send the file; once more with the same key when nobody knows whether it arrived."""
        assert self.file is not None
        assert isinstance(self.state, Sending | NotSent)
        key, why = self.state.key, "Cancelled."
        try:
            self._become(Sending(key))
            self._become(Sending(key, 0, (await asyncio.to_thread(self.file.stat)).st_size))
            found = await self._client.plan_import(self.file, key=key, told=self._hear_sent)
        except OSError as error:
            why = f"The file can't be read: {error.strerror}."
        except HeadcountError as error:
            key, why = key if _is_open(error) else new_key(), told(error, once=True)
        else:
            self.learn(found)
            self._host.start(self.follow(), "import")
        finally:
            if self.current is None:
                self._become(NotSent(key, why))

    def _hear_sent(self, sent: int) -> None:
        if isinstance(self.state, Sending):
            self.state = replace(self.state, sent=sent)
            now = monotonic()
            if now - self._shown_at > LOOK_EVERY or sent >= self.state.whole:
                self._shown_at = now
                self._host.show_state()

    async def name_columns(self, mapping: ImportMapping) -> None:
        """Have it planned with these columns."""
        await self._plan_anew(mapping, lambda import_id, key: self._client.map_import(import_id, mapping, key=key))

    async def choose_encoding(self, encoding: str) -> None:
        """Have it read in this encoding; of the one in use, say that it is right."""
        body = ImportEncodingChoice(encoding=encoding)
        await self._plan_anew(body, lambda import_id, key: self._client.choose_encoding(import_id, encoding, key=key))

    async def _plan_anew(self, body: Body, ask: Callable[[str, str], Awaitable[Import]]) -> None:
        if self.current is None:
            return
        self._host.show_result("Reading and checking the rows…", "dim")
        import_id = self.current.id
        try:
            found = await ask(import_id, self._keys.key(body, import_id))
        except HeadcountError as error:
            self._failed(error, body, import_id)
        else:
            self._keys.answered(body, import_id)
            self._host.clear_result()
            self.learn(found)
            self._host.start(self.follow(), "import")

    # Following what the server does.

    def learn(self, current: Import) -> None:
        """This is how the import is now."""
        before, order = self.current, self._order
        self._heard_at = now = monotonic()
        if current.status is ImportStatus.APPLYING:
            self.speed.note(now, current.applied)
        if order and before is not None and current.applied > before.applied:
            order = replace(order, goes=0)
        self.state = _as_told(current, order)
        moved = before is None or before.status is not current.status or current.status in STANDS
        if moved or now - self._reloaded_at > _RELOAD:
            self._reloaded_at = now
            self._host.reload_rows()
        self._host.show_state()

    def doubt(self) -> None:
        """There is no connection: say soon that nothing is heard, since a call waits much longer before it gives up."""
        if self.is_under_way and monotonic() - self._heard_at > _SILENCE:
            self._lose()

    async def follow(self) -> None:
        """Look at the import until it stands still, also while the server can't be reached."""
        while self.current is not None:
            try:
                found = await self._client.an_import(self.current.id)
            except (Unreachable, ServerFault):
                self._lose()
                await asyncio.sleep(RETRY)
                continue
            except HeadcountError as error:
                self._host.show_error(told(error))
                return
            self.learn(found)
            if found.status not in UNDER_WAY:
                self._stand_still(found)
                return
            await asyncio.sleep(LOOK_EVERY)

    def _stand_still(self, found: Import) -> None:
        """Go on with what was confirmed when the server was gone meanwhile; else that is the end of it."""
        order = self._order
        interrupted = found.status is ImportStatus.STOPPED and found.stopped_because is ImportStop.INTERRUPTED
        if order and order.goes < _MOST_GOES and (interrupted or found.version == order.body.version):
            self._send_order(found, Order(order.body.model_copy(update={"version": found.version}), order.goes + 1))
            return
        if order:
            self._become(Standing(found))
            self._host.touch(EventKind.USER_ADDED)
        if found.status is ImportStatus.NEEDS_MAPPING:
            self._host.show_columns()

    # Applying and stopping.

    def apply(self, body: ApplyImport) -> None:
        """Apply what was read, or go on with it."""
        if self.current is not None:
            self._send_order(self.current, Order(body))

    def _send_order(self, current: Import, order: Order) -> None:
        self.speed = Speed()
        self.state = Working(current, order)
        self._host.start(self._apply(current.id, order.body), "command")

    async def _apply(self, import_id: str, body: ApplyImport) -> None:
        self._host.begin("starting the import")
        try:
            key = self._keys.key(body, import_id)
            found = await self._client.apply_import(
                import_id, version=body.version, mode=body.mode, ask=body.ask, encoding=body.encoding, key=key
            )
        except HeadcountError as error:
            self._keys.failed(error, body, import_id)
            if not _is_open(error):
                self._refuse(error)
                return
            self._lose()
        else:
            self._keys.answered(body, import_id)
            self.learn(found)
        finally:
            self._host.ended(EventKind.USER_ADDED)
        if self._host.is_attached:
            self._host.clear_result()
            self._host.start(self.follow(), "import")

    def _refuse(self, error: HeadcountError) -> None:
        self._forget_order()
        if not self._host.is_attached:
            return
        if isinstance(error, VersionConflict):
            self._host.start(self.follow(), "import")
            self._host.show_result("Someone else has changed this import: check it again, then press c.", "warn")
        else:
            self._host.show_error(told(error))

    def stop(self) -> None:
        """Stop after what is being done this moment."""
        if self.current is not None:
            self._forget_order()
            self._host.start(self._stop(self.current.id), "command")

    async def _stop(self, import_id: str) -> None:
        self._host.begin("stopping")
        try:
            found = await self._client.stop_import(import_id)
        except HeadcountError as error:
            if self._host.is_attached:
                self._host.show_error(told(error))
        else:
            if self._host.is_attached:
                self._host.clear_result()
                self.learn(found)
        finally:
            self._host.ended(EventKind.USER_ADDED)

    # Transfer requests.

    async def send_requests(self, rows: Sequence[ImportRow]) -> None:
        """Send a transfer request to each of these rows."""
        if self.current is None:
            return
        import_id, wanted = self.current.id, ImportTransfers(numbers=tuple(row.number for row in rows))
        self._host.begin("sending transfer requests")
        try:
            key = self._keys.key(wanted, import_id)
            report = await self._client.send_import_transfers(import_id, wanted, key=key)
        except HeadcountError as error:
            self._failed(error, wanted, import_id)
        else:
            self._keys.answered(wanted, import_id)
            if self._host.is_attached:
                self.learn(report.current)
                self._host.show_report(report)
        finally:
            self._host.ended(EventKind.TRANSFER_REQUESTED)

    # From one state to the next.

    @property
    def _order(self) -> Order | None:
        return self.state.order if isinstance(self.state, Working | Away) else None

    def _become(self, state: State) -> None:
        self.state = state
        self._host.show_state()

    def _lose(self) -> None:
        if self.current is not None and not isinstance(self.state, Away):
            self._become(Away(self.current, self._order))

    def _forget_order(self) -> None:
        """What was confirmed does not go on by itself any more."""
        if isinstance(self.state, Working | Away):
            self.state = replace(self.state, order=None)
        if isinstance(self.state, Working):
            self.state = _as_told(self.state.current)

    def _failed(self, error: HeadcountError, body: Body, import_id: str) -> None:
        self._keys.failed(error, body, import_id)
        if self._host.is_attached:
            self._host.show_error(told(error))


def _as_told(current: Import, order: Order | None = None) -> Standing | Working:
    return Working(current, order) if order or current.status in UNDER_WAY else Standing(current)


def _is_open(error: HeadcountError) -> bool:
    """Whether nobody knows what became of the command."""
    return error.uncertain or isinstance(error, Unreachable | ServerFault)
