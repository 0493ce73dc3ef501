"""Serving in one process, and stopping within a second even with open streams."""

import asyncio
import contextlib
import os
import socket
import sys
import threading
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette

from server.app import create_app
from server.catalogue import Catalogue
from server.operator.door import OperatorServer, opened_at
from server.platform import logs
from server.platform.services import Services
from server.serving.client_timeouts import Patience, PatientProtocol, look_at_all
from server.serving.connection_cap import Door, most_connections
from server.serving.listeners import Listener
from server.serving.memory import Collector, keep_little
from server.serving.startup_checks import check
from server.settings import ServerSettings
from server.store.database import open_soon

GRACE = 1
"""Seconds that requests under way get when the server stops."""

_INPUT = 0

SWITCH = 0.0001
"""Seconds after which a thread that searches, or writes very much, lets the requests go on: a fiftieth of Python's own.

An answer gives Python's lock away at each row that it reads, and has to wait for it again.
"""


class HeadcountServer(uvicorn.Server):
    """uvicorn that says when it is ready, ends the event streams first when it stops, and leaves with code 0."""

    def __init__(self, config: uvicorn.Config, services: Services, where: str, most: int) -> None:
        super().__init__(config)
        self._services = services
        self._where = where
        self._most = most
        self._looked = 0.0
        self._collector: Collector | None = None
        self.operator: OperatorServer | None = None
        """What an operator's commands are answered by, beside."""

    def collects(self, collector: Collector) -> None:
        """The process is this server's alone: it says when Python looks through everything."""
        self._collector = collector

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so in one line on the standard error."""
        await super().startup([Door(each, self._most) for each in sockets or ()])
        if self._collector:
            self._collector.begin()
        if self.started and self._where:
            print(f"headcount server ready on {self._where}", file=sys.stderr, flush=True)  # noqa: T201 - a command's output

    async def on_tick(self, counter: int) -> bool:
        """Every tenth of a second: end the connections of clients that take too long.

        At first the operator's socket is opened: from here on a signal that comes meanwhile ends the server properly.
        """
        if self.operator and not self.operator.started:
            await self.operator.open()
        now = asyncio.get_running_loop().time()
        if now - self._looked >= min(1.0, self._services.settings.patience / 10):
            self._looked = now
            look_at_all(self.server_state, now)
            if self._collector:
                self._collector.look(now, busy=self._services.database.in_transaction)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: first the streams, then the connections, then the app."""
        self._services.notices.close()
        if self.operator:
            await self.operator.end()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at a signal; a second one does not wait for anybody."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True


def make_server(app: Starlette, where: str = "", most: int | None = None) -> HeadcountServer:
    """A server for an app; give its sockets to `run` or `serve`. At `most` so many connections at once."""
    services: Services = app.state.services
    settings = services.settings
    patience = Patience(seconds=settings.patience, slowest=settings.slowest)
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=cast("Any", partial(PatientProtocol, patience)),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )
    return HeadcountServer(config, services, where, settings.max_connections if most is None else most)


def serve(
    settings: ServerSettings,
    listener: Listener,
    *,
    catalogue: Catalogue | None = None,
    exit_with_parent: bool = False,
    operator: Path | None = None,
) -> int:
    """Run until a signal, or until the standard input ends; answers the exit code.

    `operator` is where the socket for an operator's commands is; without it there is none.

    Raises:
        SettingsError: the database can't be opened, for instance because another process has it; or something is not
            as it has to be (`server.serving.startup_checks`).
    """
    logs.configure()
    sys.setswitchinterval(SWITCH)
    keep_little()
    app = create_app(settings, catalogue=catalogue)
    services: Services = app.state.services
    open_soon(services.database)
    services.database.announce(None if operator else "")
    beside: OperatorServer | None = None
    try:
        server = make_server(app, listener.where, most_connections(settings.max_connections))
        check(services)
        server.collects(Collector())
        beside = server.operator = _beside(services, operator, listener.where)
        if exit_with_parent:
            threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
        server.run(sockets=[listener.socket])
    finally:
        if beside:
            beside.close()
        services.database.close()
        if listener.file:
            listener.file.unlink(missing_ok=True)
    return 0 if server.started else 1


def _beside(services: Services, operator: Path | None, where: str) -> OperatorServer | None:
    address = where if where.startswith("http") else ""
    return OperatorServer(services, opened_at(operator), address) if operator else None


def _stop_with_parent(server: HeadcountServer) -> None:
    """Wait for the end of the standard input, whose other end the kernel closes when the parent ends."""
    with contextlib.suppress(OSError):
        while os.read(_INPUT, 4096):
            pass
    server.should_exit = True
