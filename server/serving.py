"""Serving in one process, and stopping within a second even with open streams."""

import contextlib
import os
import socket
import sys
import threading
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from contract.subscription import BillingCycle, PlanKind
from server import logs
from server.app import create_app
from server.catalogue import Catalogue
from server.listeners import Listener
from server.services import Services
from server.settings import ServerSettings, SettingsError
from server.store import subscriptions

GRACE = 1
"""Seconds that requests under way get when the server stops."""

_INPUT = 0

SWITCH = 0.0005
"""Seconds after which a thread that writes an export or searches lets the requests go on: a tenth of Python's own.

An answer gives Python's lock away at each statement and has to wait for it again.
"""


class HeadcountServer(uvicorn.Server):
    """uvicorn that says when it is ready, ends the event streams first when it stops, and leaves with code 0."""

    def __init__(self, config: uvicorn.Config, services: Services, where: str = "") -> None:
        super().__init__(config)
        self._services = services
        self._where = where

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so in one line on the standard error."""
        await super().startup(sockets)
        if self.started and self._where:
            print(f"headcount server ready on {self._where}", file=sys.stderr, flush=True)  # noqa: T201 - a command's output

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: first the streams, then the connections, then the app."""
        self._services.notices.close()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at a signal; a second one does not wait for anybody."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True


def make_server(app: Starlette, where: str = "") -> HeadcountServer:
    """A server for an app; give its sockets to `run` or `serve`."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )
    services: Services = app.state.services
    return HeadcountServer(config, services, where)


def serve(
    settings: ServerSettings, listener: Listener, *, catalogue: Catalogue | None = None, exit_with_parent: bool = False
) -> int:
    """Run until a signal, or until the standard input ends; answers the exit code.

    Raises:
        SettingsError: the database can't be opened, for instance because another process has it; or somebody has a plan
            that the catalogue does not sell.
    """
    logs.configure()
    sys.setswitchinterval(SWITCH)
    app = create_app(settings, catalogue=catalogue)
    services: Services = app.state.services
    services.database.open()
    server = make_server(app, listener.where)
    try:
        _check_plans(services)
        if exit_with_parent:
            threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
        server.run(sockets=[listener.socket])
    finally:
        services.database.close()
        if listener.file:
            listener.file.unlink(missing_ok=True)
    return 0 if server.started else 1


def _check_plans(services: Services) -> None:
    """Without its plan a subscription could be neither shown nor renewed."""
    with services.database.read() as connection:
        held = subscriptions.held_terms(connection)
    for plan, cycle, currency in held:
        offer = services.catalogue.offers.get(plan)
        if offer is None:
            message = f"a subscription has the plan {plan!r}, which the catalogue does not have"
            raise SettingsError(message)
        if offer.kind is PlanKind.PAID and offer.unit_price(BillingCycle(cycle), currency) is None:
            message = f"a subscription pays for {plan!r} {cycle} in {currency}, which the catalogue has no price for"
            raise SettingsError(message)


def _stop_with_parent(server: HeadcountServer) -> None:
    """Wait for the end of the standard input, whose other end the kernel closes when the parent ends."""
    with contextlib.suppress(OSError):
        while os.read(_INPUT, 4096):
            pass
    server.should_exit = True
