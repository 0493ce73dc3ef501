"""A live server on a free loopback port, in a thread of this process, for what needs a real connection."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders import RunningServer
from ready_made import empty_tables
from starlette.applications import Starlette

from server.app import create_app
from server.operator.door import OperatorServer
from server.platform.clock import Clock
from server.serving.server import HeadcountServer, make_server
from server.settings import ServerSettings


@dataclass(frozen=True)
class LiveServer:
    """A server that answers at `url`. Use cases called from the test's own thread go through `call`."""

    url: str
    running: RunningServer
    uvicorn: HeadcountServer
    loop: asyncio.AbstractEventLoop

    def call(self, work: Any, *arguments: Any) -> Any:
        """Run something on the server's own loop, where its database lives, and answer what it answered."""

        async def on_loop() -> Any:
            return work(*arguments)

        return asyncio.run_coroutine_threadsafe(on_loop(), self.loop).result(10)


@contextmanager
def live_server(folder: Path, *, port: int = 0, **settings: Any) -> Iterator[LiveServer]:
    """Start one, and stop it at the end, also with open streams; on any free port, or on one it had before."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    clock = Clock()
    empty_tables(folder / "live.db")
    database = f"sqlite:///{folder / 'live.db'}"
    app = create_app(ServerSettings(database=database, sandbox=True, **settings), clock=clock)
    with serving_in_a_thread(app, listener) as (server, loop):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield LiveServer(url, RunningServer(app, clock), server, loop)
    listener.close()


@contextmanager
def serving_in_a_thread(
    app: Starlette, *listeners: socket.socket, operator: OperatorServer | None = None
) -> Iterator[tuple[HeadcountServer, asyncio.AbstractEventLoop]]:
    """An app that answers on sockets from a thread, and that thread's loop; stopped at the end.

    `operator` answers an operator's commands beside it.
    """
    server = make_server(app)
    server.operator = operator
    ready = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        serving = asyncio.create_task(server.serve(sockets=list(listeners)))
        while not (server.started and (operator is None or operator.started)) and not serving.done():
            await asyncio.sleep(0.005)
        ready.set()
        await serving

    def run() -> None:
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server, loops[0]
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()
