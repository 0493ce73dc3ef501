"""How many connections there are at once: fewer than files may be open, so that the database always has its own.

asyncio's own way of accepting goes round in circles when no file can be opened, and logs each round.
"""

import errno
import logging
import os
import resource
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from contract.problems import ProblemCode
from server.http.problems import ServerProblem, raw
from server.settings import SettingsError

log = logging.getLogger("headcount.server")

KEPT_BACK = 96
"""Files that are not connections: the database and its readers, uploads, webhooks, mail, the log."""

LEAST = 16
"""With fewer connections than that there is no serving."""

REFUSED_AT_ONCE = 64
"""So many are refused in a row before those that are served get their turn."""

_BREATH = 0.02
_NO_MORE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_FULL = raw(
    ServerProblem(ProblemCode.SERVER_BUSY, "The server has too many open connections. Try again soon.", retry_after=2)
)


def most_connections(wanted: int) -> int:
    """How many connections there may be: what is wanted, as far as files may be open. The limit is raised if it can be.

    Raises:
        SettingsError: next to nothing would be left for connections.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + KEPT_BACK
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    most = wanted if soft == resource.RLIM_INFINITY else min(wanted, soft - KEPT_BACK)
    if most < min(LEAST, wanted):
        message = f"only {soft} files may be open: the server needs {KEPT_BACK + LEAST} or more (ulimit -n)"
        raise SettingsError(message)
    if most < wanted:
        log.warning("at most %d connections at once, since only %d files may be open (ulimit -n)", most, soft)
    return most


class Visitor(socket.socket):
    """A connection that is counted until its file is closed."""

    gone: Callable[[], None] | None = None

    def close(self) -> None:
        """Close it, and make room for another."""
        super().close()
        gone, self.gone = self.gone, None
        if gone is not None:
            gone()


class Door(socket.socket):
    """A listening socket that lets so many in at once, and tells the others to come again later.

    It listens beside the socket it is made from, which nobody else may accept on and its owner still closes.
    """

    def __init__(self, listener: socket.socket, most: int) -> None:
        super().__init__(fileno=os.dup(listener.fileno()))
        self._most = most
        self.inside = 0
        self.refused = 0
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection there is room for.

        Raises:
            BlockingIOError: nobody (else) waits, or it is somebody else's turn.
        """
        for _ in range(REFUSED_AT_ONCE):
            try:
                accepted, address = super().accept()
            except OSError as error:
                if error.errno not in _NO_MORE:
                    raise
                self._refuse_without_files()
                continue
            if not self.knows(accepted):
                accepted.close()
                continue
            if self.inside < self._most:
                return self._let_in(accepted), address
            self._refuse(accepted)
            log.warning("%d connections are open, the most there may be: others are refused", self._most)
        raise BlockingIOError

    def knows(self, accepted: socket.socket) -> bool:
        """Whether this one may come in at all; whoever may not is answered nothing."""
        del accepted
        return True

    def close(self) -> None:
        """Nobody comes in any more."""
        super().close()
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None

    def _let_in(self, accepted: socket.socket) -> Visitor:
        visitor = Visitor(fileno=accepted.detach())
        visitor.gone = self._goes
        self.inside += 1
        return visitor

    def _goes(self) -> None:
        self.inside -= 1

    def _refuse(self, accepted: socket.socket) -> None:
        """Read what was asked, so that the answer is not lost with it, and answer without waiting for anything."""
        self.refused += 1
        with accepted, suppress(OSError):
            accepted.settimeout(0)
            with suppress(BlockingIOError):
                accepted.recv(65536)
            accepted.send(_FULL)
            accepted.shutdown(socket.SHUT_WR)

    def _refuse_without_files(self) -> None:
        """Give the file that was kept for this to the next one for a moment; without it, at least don't run in circles.

        Raises:
            BlockingIOError: nobody waits, or nobody can be refused either.
        """
        log.error("no more files can be opened: connections are refused")
        if self._spare is None:
            self._spare = _opened()
        if self._spare is None:
            time.sleep(_BREATH)
            raise BlockingIOError
        os.close(self._spare)
        self._spare = None
        try:
            with suppress(OSError):
                self._refuse(super().accept()[0])
        finally:
            self._spare = _opened()


def _opened() -> int | None:
    try:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
