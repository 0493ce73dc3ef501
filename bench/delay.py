"""A line between the app and the server on a Unix socket: it counts requests, and may be as slow as a long way is."""

import asyncio
import re
import threading
import time
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Seen(NamedTuple):
    """A request that went over the line, and when (seconds, `time.perf_counter`)."""

    method: str
    path: str
    at: float


class Line:
    """Forwards from the socket `here` to the socket `there`, `delay` seconds a round trip, in a thread of its own."""

    def __init__(self, here: Path, there: Path, *, delay: float = 0.0) -> None:
        self.here, self.there, self.delay = here, there, delay
        self.requests: list[Seen] = []
        self.bytes = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.here.unlink(missing_ok=True)

    def since(self, count: int) -> list[str]:
        """The requests after the first `count`, as `GET /v1/users`, without the event stream."""
        return [f"{seen.method} {seen.path}" for seen in self.requests[count:] if not seen.path.endswith("/stream")]

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        self._server = await asyncio.start_unix_server(self._accept, self.here)

    async def _close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(self.there)
        self._writers += [writer, there_writer]
        ways = ((reader, there_writer, _Requests(self)), (there_reader, writer, None))
        for source, target, requests in ways:
            self._begin(self._forward(source, target, requests))

    def _begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _forward(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, requests: "_Requests | None"
    ) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        writing = self._begin(self._write_late(waiting, target))
        with suppress(ConnectionError):
            while data := await source.read(65536):
                if requests:
                    requests.feed(data)
                self.bytes += len(data)
                waiting.put_nowait((self._loop.time() + self.delay / 2, data))
        waiting.put_nowait((self._loop.time() + self.delay / 2, b""))
        await writing

    async def _write_late(self, waiting: "asyncio.Queue[tuple[float, bytes]]", target: asyncio.StreamWriter) -> None:
        while True:
            due, data = await waiting.get()
            if (left := due - self._loop.time()) > 0:
                await asyncio.sleep(left)
            if not data:
                break
            target.write(data)
            with suppress(ConnectionError):
                await target.drain()
        target.close()


class _Requests:
    """Finds the requests in what one connection carries."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._head = b""
        self._body = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        while data:
            skipped = min(self._body, len(data))
            self._body -= skipped
            data = data[skipped:]
            head, end, rest = (self._head + data).partition(b"\r\n\r\n")
            if not end:
                self._head = head
                return
            self._head, data = b"", rest
            self._note(head)

    def _note(self, head: bytes) -> None:
        method, target, _ = head.split(b" ", 2)
        self._line.requests.append(Seen(method.decode(), target.decode().partition("?")[0], time.perf_counter()))
        length = _LENGTH.search(head)
        self._body = int(length[1]) if length else 0
