"""How long a client may take, and how much of what it sends is taken apart at once (`server.serving.pieces`).

uvicorn waits for ever for what a client began and does not finish, and for one that does not read. Here a head has to
be complete within `seconds` of its first byte (of a new connection: of its beginning). Of a body and of an answer
`seconds * slowest` bytes have to move in any `seconds` until the last one has: a slow link has its time, a stalled one
does not. Nobody is hurried while the server itself is what takes its time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from contract.problems import ProblemCode
from server.http.problems import ServerProblem, raw
from server.serving.pieces import PIECE, BoundedConnection

TOO_SLOW = raw(ServerProblem(ProblemCode.TOO_SLOW))
"""What a client is told that does not finish its request."""

_NOTHING = object()


@dataclass(frozen=True, kw_only=True)
class Patience:
    """`seconds` for a head, and for each next part of a body or an answer; `slowest` is in bytes a second."""

    seconds: float
    slowest: int

    @property
    def least(self) -> float:
        """Bytes that have to move in so many seconds."""
        return self.seconds * self.slowest


class Progress:
    """Whether something that is under way comes on. It is told how much has moved in all, each time one looks."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._about: object = _NOTHING
        self._since = 0.0
        self._moved = 0

    def rest(self) -> None:
        """Nothing is under way, or nobody is to blame."""
        self._about = _NOTHING

    def stalled(self, about: object, moved: int, now: float) -> bool:
        """Whether `about`, of which so many bytes have moved by now, took too long for too little."""
        if self._about != about or moved - self._moved >= self._patience.least:
            self._about, self._since, self._moved = about, now, moved
        return now - self._since >= self._patience.seconds


class _Metered:
    """A transport that counts what was written to it, and asks before it reads on."""

    def __init__(self, transport: asyncio.Transport, read_on: Callable[[], bool]) -> None:
        self._transport = transport
        self._read_on = read_on
        self.written = 0
        self.paused = False

    def pause_reading(self) -> None:
        """Nothing more is wanted now."""
        self.paused = True
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """More is wanted: what was read before comes first."""
        self.paused = False
        if self._read_on():
            self._transport.resume_reading()

    def wait(self) -> None:
        """Read nothing while there is something left of what was read."""
        self._transport.pause_reading()

    def write(self, data: bytes) -> None:
        """Hand on, and count."""
        self.written += len(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class PatientProtocol(H11Protocol):
    """One connection. `look` is called every now and then, and ends it when its client takes too long."""

    def __init__(
        self,
        patience: Patience,
        *,
        config: Any,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head = Progress(patience)
        self._body = Progress(patience)
        self._answer = Progress(patience)
        self._received = 0
        self._metered: _Metered
        self._left = b""
        self._going_on = False
        self.conn = BoundedConnection()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come: its time begins."""
        self._metered = _Metered(transport, self._read_on)
        super().connection_made(cast("asyncio.Transport", self._metered))
        self._head.stalled(self.cycle, 0, self.loop.time())

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._received += len(data)
        self._unset_keepalive_if_required()
        self._left += data
        if not self._going_on:
            self._take_apart()

    def send_400_response(self, msg: str) -> None:
        """Tell a client that what it sends is no request, or more than one has."""
        refused = self.conn.refused if isinstance(self.conn, BoundedConnection) else None
        if refused is None:
            super().send_400_response(msg)
            return
        self.transport.write(raw(ServerProblem(refused)))
        self.transport.close()

    def _take_apart(self) -> None:
        """Hand the next piece on; the one after it when others had their turn."""
        size = PIECE if self._costs() else len(self._left)
        piece, self._left = self._left[:size], self._left[size:]
        self.conn.receive_data(piece)
        self.handle_events()
        if self._left and not self.transport.is_closing():
            self._metered.wait()
            self._go_on_soon()

    def _costs(self) -> bool:
        """Whether there is something to be taken apart: not in a body of announced length."""
        chunked = any(name == b"transfer-encoding" for name, _ in self.headers or ())
        return chunked or self.conn.their_state is not h11.SEND_BODY

    def _read_on(self) -> bool:
        """Whether all that was read is taken apart; if not, that goes on."""
        if self._left:
            self._go_on_soon()
        return not self._left

    def _go_on_soon(self) -> None:
        if not (self._going_on or self._metered.paused):
            self._going_on = True
            self.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._going_on = False
        if self._metered.paused or self.transport.is_closing():
            return
        self._take_apart()
        if not (self._left or self._metered.paused or self.transport.is_closing()):
            self._metered.resume_reading()

    def look(self, now: float) -> None:
        """End the connection if its client took too long."""
        if self._untaken(now):
            self.transport.abort()
        elif not self.transport.is_closing() and self._unfinished(now):
            self._say_goodbye()

    def _untaken(self, now: float) -> bool:
        """Whether the client does not take what was written."""
        left = self.transport.get_write_buffer_size()
        if not left:
            self._answer.rest()
            return False
        return self._answer.stalled(self.transport, self._metered.written - left, now)

    def _unfinished(self, now: float) -> bool:
        """Whether the client does not finish the request it began."""
        state = self.conn.their_state
        invited = not (self.flow.read_paused or self.conn.they_are_waiting_for_100_continue)
        if state is h11.SEND_BODY and invited:
            self._head.rest()
            return self._body.stalled(self.cycle, self._received, now)
        self._body.rest()
        if state is h11.IDLE and (self.cycle is None or self.conn.trailing_data[0]):
            return self._head.stalled(self.cycle, 0, now)
        self._head.rest()
        return False

    def _say_goodbye(self) -> None:
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if not answering:
            self.transport.write(TOO_SLOW)
        self.transport.close()


def look_at_all(state: ServerState, now: float) -> None:
    """End every connection whose client takes too long."""
    for connection in tuple(state.connections):
        if isinstance(connection, PatientProtocol):
            connection.look(now)
