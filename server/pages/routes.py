"""Every page there is, as routes."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.pages import device, joining, own_account, ownership, signing_in, single_sign_on, starting
from server.pages.page import Page, answering
from server.pages.rendering import STATIC, static
from server.platform.services import Services

MODULES = (device, joining, own_account, ownership, signing_in, single_sign_on, starting)
"""The modules that have pages, each as `PAGES`."""


def pages() -> tuple[Page, ...]:
    """All pages, module by module."""
    return tuple(page for module in MODULES for page in module.PAGES)


def routes(services: Services) -> list[Route]:
    """A route for each page, whatever the method, and for the files they have with them."""
    made = [_any_method(page.path, answering(page, services)) for page in pages()]
    return [*made, *(Route(f"/static/{name}", _file(name)) for name in STATIC)]


def _any_method(path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    route = Route(path, answer)
    route.methods = set()
    return route


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        return Response(static(name), media_type=STATIC[name])

    return answer
