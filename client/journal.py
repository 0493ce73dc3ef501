"""What was asked for, on disk before the first byte of it leaves, so that the next start can tell what became of it.

One line of JSON per intention and one per answer; neither bodies nor tokens. Several processes may share the file.
"""

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from client.errors import NotNoted
from contract.base import Instant
from contract.events import Event, EventsQuery
from contract.pages import MAX_LIMIT, Page

COMPACT_ABOVE = 64 * 1024
"""Bytes of the file above which answered intentions are dropped from it."""
_FILE = "intentions.jsonl"
_LOCK = "intentions.lock"
_OPEN = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Intention(BaseModel):
    """A command that is about to be sent. `path` carries ids, never a query; `items` is how many a batch is about."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    method: str
    path: str
    summary: str
    items: int = 0
    at: Instant = Field(default_factory=_now)


class Journal:
    """The intentions of one profile, kept in a folder of its own that only its owner may enter.

    All methods block for a moment (one fsync per intention).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, intention: Intention) -> None:
        """Write an intention down; it is on the disk when this returns.

        Raises:
            NotNoted: it is not, so the command must not be sent.
        """
        try:
            self._append(intention.model_dump_json(), safely=True)
        except OSError as error:
            message = "The command could not be noted on this machine, so it was not sent."
            raise NotNoted(message) from error

    def settle(self, key: str) -> None:
        """Note that an intention has its answer, or that a person has been told what became of it.

        A disk that refuses costs only a question too many at the next start: the command has been done.
        """
        with suppress(OSError):
            self._append(json.dumps({"settled": key}), safely=False)

    def unfinished(self) -> list[Intention]:
        """Intentions without an answer, oldest first. Torn or foreign lines are passed over.

        Raises:
            NotNoted: the folder can't be read.
        """
        try:
            if not self._folder.is_dir():
                return []
            with self._opened(_LOCK) as lock:
                fcntl.flock(lock, fcntl.LOCK_SH)
                return self._open_ones()
        except OSError as error:
            message = "The notes about earlier commands can't be read on this machine."
            raise NotNoted(message) from error

    def _append(self, line: str, *, safely: bool) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._opened(_LOCK) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._write(line, safely=safely) > COMPACT_ABOVE:
                self._compact()

    def _write(self, line: str, *, safely: bool) -> int:
        """Add a line, on a fresh one even after a write that was cut off; answers the size of the file."""
        with self._opened(_FILE) as file:
            size = os.lseek(file, 0, os.SEEK_END)
            torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
            _write_all(file, ("\n" * torn + line + "\n").encode())
            if safely:
                os.fsync(file)
            if size == 0:
                self._sync_folder()
            return os.lseek(file, 0, os.SEEK_END)

    def _compact(self) -> None:
        lines = "".join(f"{each.model_dump_json()}\n" for each in self._open_ones())
        fresh = f"{_FILE}.new"
        with self._opened(fresh) as file:
            os.ftruncate(file, 0)
            _write_all(file, lines.encode())
            os.fsync(file)
        (self._folder / fresh).replace(self._folder / _FILE)
        self._sync_folder()

    def _open_ones(self) -> list[Intention]:
        found: dict[str, Intention] = {}
        with self._opened(_FILE) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
            for line in file:
                told = _parsed(line)
                if isinstance(told, Intention):
                    found[told.key] = told
                elif told is not None:
                    found.pop(told, None)
        return list(found.values())

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        descriptor = os.open(self._folder / name, _OPEN, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _parsed(line: bytes) -> Intention | str | None:
    """An intention, the key of one that is settled, or nothing."""
    try:
        told: Any = json.loads(line)
        if isinstance(told, dict) and isinstance(told.get("settled"), str):
            return str(told["settled"])
        return Intention.model_validate(told)
    except (ValueError, RecursionError, ValidationError):
        return None


class ListsEvents(Protocol):
    """The one thing of a client that is needed here."""

    async def events(self, query: EventsQuery, /) -> Page[Event]:
        """Events that match."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an intention. Not done means not done yet, while its request may still be on its way."""

    intention: Intention
    events: tuple[Event, ...]

    @property
    def done(self) -> bool:
        """Whether the server has done it."""
        return bool(self.events)


async def what_became(client: ListsEvents, intention: Intention) -> Outcome:
    """Ask the server which events an intention caused (D29). Settle it once a person has been told."""
    found: list[Event] = []
    query = EventsQuery(idempotency_key=intention.key, limit=MAX_LIMIT)
    while True:
        page = await client.events(query)
        found += page.items
        if not page.has_more or page.next_cursor in {None, query.cursor}:
            return Outcome(intention, tuple(found))
        query = query.model_copy(update={"cursor": page.next_cursor})
