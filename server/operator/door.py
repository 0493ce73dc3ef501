"""The operator's socket: a file in a folder of mode 0700, and a look at who comes by it.

Whoever may open it could open the database, too: the user whose process the server is, and root.
"""

import os
import socket
from pathlib import Path

import uvicorn

from server.operator.app import operator_app
from server.operator.peers import user_of
from server.platform.services import Services
from server.serving.connection_cap import Door
from server.serving.listeners import Listener, private
from server.settings import sqlite_path

NO_SOCKET = "none"
"""What stands in the place of a path for a server without one."""

_AT_ONCE = 16
_ROOT = 0
_GRACE = 1


def usual_path(database: str) -> Path | None:
    """Where the socket of a database's server is, unless another place is named; None for one in memory."""
    path = sqlite_path(database)
    return path.with_name(path.name + ".operator") / "socket" if path else None


def opened_at(path: Path) -> Listener:
    """Listen there.

    Raises:
        SettingsError: others can reach into the folder, or another server answers there.
    """
    return private(path.expanduser().absolute())


class OwnersDoor(Door):
    """Lets in whoever has this process's user, or is root. Where the kernel does not tell, the folder alone guards."""

    def knows(self, accepted: socket.socket) -> bool:
        """Whether this one may come in."""
        return user_of(accepted) in {os.geteuid(), _ROOT, None}


class OperatorServer(uvicorn.Server):
    """Answers on the operator's socket, as long as the server that it belongs to."""

    def __init__(self, services: Services, listener: Listener, address: str = "") -> None:
        config = uvicorn.Config(
            operator_app(services, address),
            loop="asyncio",
            http="h11",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_GRACE,
        )
        super().__init__(config)
        self._services = services
        self._listener = listener

    async def open(self) -> None:
        """Answer from now on, and say in the database's lock where."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup([OwnersDoor(self._listener.socket, _AT_ONCE)])
        self._services.database.announce(str(self._listener.file))

    async def end(self) -> None:
        """Take nobody new, finish what was begun, and remove the file."""
        if self.started:
            self._services.database.announce(None)
            await self.shutdown()
        self.close()

    def close(self) -> None:
        """Let go of the socket."""
        self._listener.socket.close()
        if self._listener.file:
            self._listener.file.unlink(missing_ok=True)
