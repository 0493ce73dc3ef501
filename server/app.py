"""The application: settings in, an ASGI app out. Nothing happens on import.

An area is a package with an `endpoints` module. It exposes `HANDLERS` (operation → handler), and may expose `QUICK`
(operation → what answers its usual case at once; asked very often, their paths are looked at first),
`ROUTES` (`Services` → routes that are no operation of the contract),
`ON_START` (coroutines over `Services`, run in the order of `AREAS` once the database is open) and
`CHORES` (generators over `Services` for what falls due by itself; between two of their transactions they yield how much
they did, and others get their turn), `ERRANDS` (coroutines over `Services` that wait for somebody else), and `WORKERS`
(coroutines over `Services` that go on for as long as the server runs).
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contract.operations import OPERATIONS, SET_CLOCK, SET_PAYMENTS
from contract.problems import ProblemCode
from server.catalogue import Catalogue, default_catalogue
from server.http.binding import Endpoint, Handlers, Resource, request_id
from server.http.envelope import Envelope
from server.http.problems import ServerProblem, not_found, render
from server.http.proxies import Forwarded
from server.operations.clock_check import restore_clock
from server.pages.page import is_for_a_browser, nowhere
from server.pages.routes import routes as page_routes
from server.payments.gateway import Gateway
from server.payments.sandbox import SandboxGateway
from server.platform.clock import Clock
from server.platform.services import Services
from server.serving.loss_watch import keep_watch, tell_heads
from server.settings import ServerSettings
from server.store import idempotency_keys
from server.store.database import Database

log = logging.getLogger("headcount.server")

AREAS = (
    "people",
    "entitlements",
    "profile",
    "overview",
    "subscription",
    "quotes",
    "starting",
    "users",
    "members",
    "ownership",
    "transfers",
    "codes",
    "imports",
    "invoices",
    "renewals",
    "notifications",
    "oidc",
    "events",
    "sandbox",
    "devices",
)
SANDBOX_ONLY = frozenset({SET_CLOCK, SET_PAYMENTS})

Chore = Callable[[Services], Iterator[int]]
OnStart = Callable[[Services], Awaitable[None]]


def create_app(
    settings: ServerSettings,
    *,
    clock: Clock | None = None,
    gateway: Gateway | None = None,
    catalogue: Catalogue | None = None,
) -> Starlette:
    """The server as an ASGI application; its lifespan opens and closes the database.

    `app.state.services` holds what the areas share.
    """
    database, clock = Database(settings.database), clock or Clock()
    services = Services(
        settings=settings,
        database=database,
        clock=clock,
        catalogue=catalogue or default_catalogue(),
        gateway=gateway or SandboxGateway(database, clock),
    )
    services.database.on_commit = services.notices.ring
    areas = load_areas()
    app = Starlette(
        routes=_routes(areas, services),
        middleware=_around(settings),
        exception_handlers={HTTPException: _http_problem},
        lifespan=_lifespan(areas, services),
    )
    app.router.redirect_slashes = False
    app.state.services = services
    return app


def _around(settings: ServerSettings) -> list[Middleware]:
    """What every request passes through; without proxies nobody speaks for others."""
    around = [Middleware(Envelope)]
    if settings.trusted_proxies or settings.trust_unix:
        around.append(Middleware(Forwarded, settings.trusted_proxies, unix=settings.trust_unix))
    return around


@cache
def load_areas() -> tuple[ModuleType, ...]:
    """The endpoints of every area there is."""
    names = [f"server.{area}" for area in AREAS]
    known = (name for name in names if find_spec(name) and find_spec(f"{name}.endpoints"))
    return tuple(import_module(f"{name}.endpoints") for name in known)


def handlers_of(areas: Sequence[ModuleType]) -> Handlers:
    """All handlers, by operation."""
    return {operation: handler for area in areas for operation, handler in getattr(area, "HANDLERS", {}).items()}


def _routes(areas: Sequence[ModuleType], services: Services) -> list[Route]:
    handlers = handlers_of(areas)
    quick = {operation: each for area in areas for operation, each in getattr(area, "QUICK", {}).items()}
    resources: dict[str, dict[str, Endpoint]] = {}
    for operation in OPERATIONS:
        hidden = operation in SANDBOX_ONLY and not services.settings.sandbox
        if operation in handlers and not hidden:
            endpoint = Endpoint(operation, handlers[operation], services, quick.get(operation))
            resources.setdefault(operation.path, {})[operation.method] = endpoint
    routes = [
        Route("/healthz", _healthy),
        Route("/readyz", _ready(services)),
        Route("/openapi.json", _openapi),
        *page_routes(services),
        *(route for area in areas if hasattr(area, "ROUTES") for route in area.ROUTES(services)),
    ]
    by_name = {operation.path for operation in handlers if operation.by_name}
    found = {
        path: _any_method(path.replace("{id}", "{id:path}") if path in by_name else path, Resource(resources[path]))
        for path in sorted(resources, key=lambda path: ("{" in path, path))
    }
    first = [found.pop(operation.path) for operation in quick if operation.path in found]
    return [*first, *routes, *found.values()]


def _any_method(path: str, resource: Resource) -> Route:
    async def answer(request: Request) -> Response:
        return await resource(request)

    route = Route(path, answer)
    route.methods = set()
    return route


def _lifespan(areas: Sequence[ModuleType], services: Services) -> Callable[[Starlette], Any]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        services.database.open()
        try:
            restore_clock(services)
            async with services.database.writing() as connection:
                idempotency_keys.forget_expired(connection, services.clock.machine())
            for area in areas:
                for hook in getattr(area, "ON_START", ()):
                    await hook(services)
            async with services.database.writing() as connection:
                idempotency_keys.forget_unfinished(connection)
            tell_heads(services.database, "at start")
            async with _house_kept(areas, services):
                yield
            tell_heads(services.database, "at the end")
        finally:
            services.notices.close()
            await services.tasks.close()
            _write_down(services)
            services.database.close()

    return lifespan


def _write_down(services: Services) -> None:
    """At the end: what was only in memory."""
    for _ in services.last_uses.write():
        pass


@asynccontextmanager
async def _house_kept(areas: Sequence[ModuleType], services: Services) -> AsyncIterator[None]:
    bell = asyncio.Event()
    tasks = [asyncio.create_task(each(areas, services, bell)) for each in (_keep_house, _run_errands)]
    tasks += [asyncio.create_task(work(services)) for area in areas for work in getattr(area, "WORKERS", ())]
    tasks.append(asyncio.create_task(keep_watch(services)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _keep_house(areas: Sequence[ModuleType], services: Services, bell: asyncio.Event) -> None:
    """Do what falls due by itself, at start and then every so often; ring when there may be something to ask for."""
    while True:
        for chore in _chores(areas):
            try:
                await services.database.free()
                for did in chore(services):
                    if did:
                        bell.set()
                    await asyncio.sleep(0)
                    await services.database.free()
            except Exception:
                log.exception("a chore failed; it is tried again later")
        await asyncio.sleep(services.settings.chores)


async def _run_errands(areas: Sequence[ModuleType], services: Services, bell: asyncio.Event) -> None:
    """Wait for others beside the chores, so that a slow one holds up no renewal: when it rings, and every so often."""
    errands: list[OnStart] = [errand for area in areas for errand in getattr(area, "ERRANDS", ())]
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(services.settings.chores):
                await bell.wait()
        bell.clear()
        for errand in errands:
            try:
                await errand(services)
            except Exception:
                log.exception("an errand failed; it is tried again later")


def _chores(areas: Sequence[ModuleType]) -> list[Chore]:
    return [_look_at_clock, *(chore for area in areas for chore in getattr(area, "CHORES", ())), _forget_keys]


def _look_at_clock(services: Services) -> Iterator[int]:
    behind = services.clock.behind.total_seconds()
    if behind >= 1:
        log.warning("the machine's clock was set back: time stands still for another %.0f s", behind)
    yield 0


def _forget_keys(services: Services) -> Iterator[int]:
    now = services.clock.machine()
    with services.database.read() as connection:
        old = idempotency_keys.any_expired(connection, now)
    if old:
        with services.database.write() as connection:
            idempotency_keys.forget_expired(connection, now)
    yield 0


def do_chores(areas: Sequence[ModuleType], services: Services) -> int:
    """Run every area's chores now, in one go; answers how much they did."""
    return sum(did for chore in _chores(areas) for did in chore(services))


async def _http_problem(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == HTTPStatus.NOT_FOUND and is_for_a_browser(request):
        return await nowhere(request, request.app.state.services)
    codes = {404: not_found(), 405: ServerProblem(ProblemCode.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})}
    problem = codes.get(status, ServerProblem(ProblemCode.BAD_REQUEST))
    return render(problem, instance=request.scope["path"], request_id=request_id(request))


async def _healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _ready(services: Services) -> Callable[[Request], Awaitable[Response]]:
    async def ready(request: Request) -> Response:
        if services.notices.closed:
            problem = ServerProblem(ProblemCode.SERVER_BUSY, "The server is stopping.", retry_after=1)
            return render(problem, instance=request.scope["path"], request_id=request_id(request))
        if not services.heartbeat.alive():
            problem = ServerProblem(
                ProblemCode.CANNOT_SAVE, "Nothing can be written to the database: is its disk full?", retry_after=1
            )
            return render(problem, instance=request.scope["path"], request_id=request_id(request))
        return JSONResponse({"status": "ok", "sandbox": services.settings.sandbox})

    return ready


async def _openapi(_: Request) -> Response:
    from importlib.metadata import version

    from contract.openapi import document

    return Response(json.dumps(document(version("headcount"))), media_type="application/json")
