"""A line to a server that lies: it cuts, resets, falls silent, delays, repeats and breaks up what an answer says.

Loopback only. Answers in chunks (streams) are repeated chunk by chunk, so that whatever was sent comes again, as from
a server that resumes too early; everything else passes as it is, in pieces. What happens to a connection is chosen by
the generator given, so that the same seed does the same to the same connections.
"""

import asyncio
import contextlib
import itertools
import random
import socket
import struct
from collections import Counter, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Self

ENDS = ("close", "reset", "silence", "half")
"""How a connection ends: politely but in the middle of a line, by a reset, never, or with its other half still open."""

_RESET = struct.pack("ii", 1, 0)


@dataclass
class ToxicLine:
    """Forwards a port of its own to `there` on loopback, for `least` to `most` bytes of answer a connection."""

    there: int
    chance: random.Random
    least: int = 100
    most: int = 30_000
    silence: float = 2.0
    """Seconds that a line which has fallen silent stays open."""
    sick: bool = True
    did: Counter[str] = field(default_factory=Counter)
    port: int = 0
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._converse(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _closing(writer):
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.there)
            async with _closing(there_writer):
                asking = asyncio.create_task(self._pass_on(reader, there_writer))
                try:
                    await self._answer(there_reader, writer)
                finally:
                    asking.cancel()
                    await asyncio.gather(asking, return_exceptions=True)

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What is asked passes as it is."""
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What is answered passes until this connection's time has come."""
        left = round(self.least * (self.most / self.least) ** self.chance.random()) if self.sick else 1 << 40
        earlier: deque[bytes] = deque(maxlen=4)
        head = await reader.readuntil(b"\r\n\r\n")
        chunked = b"chunked" in head.lower()
        left = await self._write(writer, head, left)
        while left > 0:
            data = await self._chunk(reader) if chunked else await reader.read(65536)
            if not data:
                return
            left = await self._write(writer, data, left)
            earlier.append(data)
            if self.sick and chunked and left > 0 and self.chance.random() < 0.4:
                self.did["repeat"] += 1
                left = await self._write(writer, self.chance.choice(list(earlier)), left)
        await self._end(writer)

    @staticmethod
    async def _chunk(reader: asyncio.StreamReader) -> bytes:
        """One chunk, whole."""
        size = await reader.readuntil(b"\r\n")
        return size + await reader.readexactly(int(size, 16) + 2)

    async def _write(self, writer: asyncio.StreamWriter, data: bytes, left: int) -> int:
        """Write what is left of the connection's time, in pieces and now and then late; how much is left then."""
        data = data[:left]
        for piece in self._pieces(data):
            if self.sick and self.chance.random() < 0.1:
                self.did["delay"] += 1
                await asyncio.sleep(self.chance.random() * 0.02)
            writer.write(piece)
            await writer.drain()
        return left - len(data)

    def _pieces(self, data: bytes) -> list[bytes]:
        if not self.sick or len(data) < 2:
            return [data]
        cuts = sorted({0, len(data), *(self.chance.randrange(len(data)) for _ in range(self.chance.randrange(4)))})
        return [data[start:end] for start, end in itertools.pairwise(cuts)]

    async def _end(self, writer: asyncio.StreamWriter) -> None:
        (how,) = self.chance.choices(ENDS, weights=(4, 4, 1, 4))
        self.did[how] += 1
        if how == "reset":
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
        elif how == "half":
            writer.write_eof()
            await asyncio.sleep(self.silence)
        elif how == "silence":
            await asyncio.sleep(self.silence)


@contextlib.asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Whatever breaks, the connection is closed at the end, and nothing is said about it."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        try:
            yield
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
