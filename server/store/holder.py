"""Who has a database open for writing, as they note it in the lock beside it: commands find a running server by it."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_MOST = 4096


class Holder(NamedTuple):
    """The process that has the lock. `serves` says that it is a server.

    `socket` is its operator's socket: empty of a server that has none, None as long as none is open.
    """

    pid: int = 0
    serves: bool = False
    socket: str | None = None

    @property
    def answers(self) -> bool:
        """Whether it is a server that is up: it has said where its operator is answered, or that it is nowhere."""
        return self.serves and self.socket is not None

    @property
    def named(self) -> str:
        """The process, for a sentence."""
        what = "a running server" if self.serves else "another process"
        return f"{what} (process {self.pid})" if self.pid else what


def lock_of(database: Path) -> Path:
    """The lock beside a database."""
    return database.with_name(database.name + ".lock")


def read(database: Path) -> Holder:
    """Who wrote into the lock last; whether they still have it is known only to who tries to take it."""
    try:
        with lock_of(database).open("rb") as file:
            said = json.loads(file.read(_MOST))
        return Holder(int(said["pid"]), said["serves"] is True, said["socket"])
    except (OSError, ValueError, KeyError, TypeError):
        return Holder()


def note(lock: int, holder: Holder) -> None:
    """Write into the lock that one has; a disk without room leaves it empty, which only makes a sentence vaguer."""
    text = json.dumps(holder._asdict()).encode()
    with suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, text, 0)
