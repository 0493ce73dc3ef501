"""The addresses of OAuth, which take forms, and the one that describes them.

They answer in OAuth's own shape (RFC 6749, 5.2), not with problems, and nothing of theirs is ever in an address.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contract.base import Answer
from contract.device import AUTHORIZE, CLIENT, GRANT, METADATA, READ, REVOKE, TOKEN, OAuthError, OAuthRefusal
from server.devices import asking, fetching
from server.devices.refusals import Refused
from server.http.bodies import read_body
from server.http.problems import ServerProblem
from server.http.proxies import network_of_client
from server.http.unsaved import RETRY_AFTER
from server.platform.services import Services
from server.store.errors import UnavailableError
from server.store.types import Connection

log = logging.getLogger("headcount.server")

MOST_BYTES = 8 * 1024
MOST_FIELDS = 20
_FORM = "application/x-www-form-urlencoded"
_HERE = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?")
_NO_ADDRESS = "This server does not know its own address: it has to be started with --public-url."

Form = Mapping[str, str]
Work = Callable[[Services, Request, Form], Awaitable[Answer | Refused | None]]


class _RefusalError(Exception):
    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.description)
        self.refused = refused


def routes(services: Services) -> list[Route]:
    """All of them."""
    found = [Route(path, _posted(services, work)) for path, work in _WORKS.items()]
    for each in found:
        each.methods = set()
    return [*found, Route(METADATA, _metadata(services), methods=["GET"])]


def _posted(services: Services, work: Work) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            if request.method != "POST":
                return _said(Refused(OAuthError.INVALID_REQUEST, "Send a POST.", status=405), Allow="POST")
            found = await work(services, request, await _form(request))
        except _RefusalError as error:
            return _said(error.refused)
        except UnavailableError as error:
            log.error("a device could not be answered: %s", error.orig)
            said = "The server can't save anything now. Try again."
            return _said(Refused(OAuthError.TEMPORARILY_UNAVAILABLE, said, status=503, retry_after=RETRY_AFTER))
        if isinstance(found, Refused):
            return _said(found)
        return JSONResponse({} if found is None else found.model_dump(mode="json", exclude_none=True))

    return answer


def _said(refused: Refused, **headers: str) -> Response:
    if refused.retry_after is not None:
        headers["Retry-After"] = str(refused.retry_after)
    body = OAuthRefusal(error=refused.error.value, error_description=refused.description)
    return JSONResponse(body.model_dump(), status_code=refused.status, headers=headers)


async def _form(request: Request) -> Form:
    """The fields, each given once; an empty one counts as left out (RFC 6749, 3.2)."""
    if request.scope["query_string"]:
        raise _refused(OAuthError.INVALID_REQUEST, "Send the parameters as a form, never in the address.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise _refused(OAuthError.INVALID_REQUEST, f"Send the parameters as {_FORM}.")
    try:
        text = (await read_body(request, MOST_BYTES)).decode()
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MOST_FIELDS, errors="strict"
        )
    except (ServerProblem, ValueError) as error:
        raise _refused(OAuthError.INVALID_REQUEST, "The form can't be read, or is too long.") from error
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _refused(OAuthError.INVALID_REQUEST, "Give each parameter once.")
    return {name: value for name, value in fields.items() if value}


def _refused(error: OAuthError, description: str, status: int = 400) -> _RefusalError:
    return _RefusalError(Refused(error, description, status=status))


def _required(form: Form, name: str) -> str:
    if name not in form:
        raise _refused(OAuthError.INVALID_REQUEST, f"{name} is missing.")
    return form[name]


def _check_client(form: Form) -> None:
    if _required(form, "client_id") != CLIENT:
        raise _refused(OAuthError.INVALID_CLIENT, f"The only client here is {CLIENT}.", 401)


async def _authorize(services: Services, request: Request, form: Form) -> Answer | Refused:
    _check_client(form)
    address = address_of(services, request)
    if not address:
        return Refused(OAuthError.TEMPORARILY_UNAVAILABLE, _NO_ADDRESS, status=503)
    wish = asking.Wish(
        machine=form.get("machine", ""),
        organisation=form.get("organisation", ""),
        scope=form.get("scope", ""),
        network=network_of_client(request),
    )
    async with services.database.writing() as connection:
        return asking.ask(connection, wish, address, services.clock.now())


async def _token(services: Services, _: Request, form: Form) -> Answer | Refused:
    grant = _required(form, "grant_type")
    if grant != GRANT:
        raise _refused(OAuthError.UNSUPPORTED_GRANT_TYPE, f"The only grant here is {GRANT}.")
    _check_client(form)
    code = _required(form, "device_code")
    async with services.database.writing() as connection:
        return fetching.fetch(connection, code, services.clock.now())


async def _revoke(services: Services, _: Request, form: Form) -> None:
    """A token, or a device's code; one that is neither is as good as revoked (RFC 7009, 2.2)."""
    given = _required(form, "token")

    def end(connection: Connection) -> None:
        now = services.clock.now()
        fetching.cancel(connection, given, now)
        fetching.revoke_own(connection, given, now)

    async with services.database.writing() as connection:
        end(connection)


_WORKS: dict[str, Work] = {AUTHORIZE: _authorize, TOKEN: _token, REVOKE: _revoke}


def _metadata(services: Services) -> Callable[[Request], Awaitable[Response]]:
    """What a client that knows nothing but the address reads first (RFC 8414)."""

    async def page(request: Request) -> Response:
        issuer = address_of(services, request)
        if not issuer:
            return _said(Refused(OAuthError.TEMPORARILY_UNAVAILABLE, _NO_ADDRESS, status=503))
        return JSONResponse(
            {
                "issuer": issuer,
                "device_authorization_endpoint": f"{issuer}{AUTHORIZE}",
                "token_endpoint": f"{issuer}{TOKEN}",
                "revocation_endpoint": f"{issuer}{REVOKE}",
                "grant_types_supported": [GRANT],
                "response_types_supported": [],
                "scopes_supported": [READ],
                "token_endpoint_auth_methods_supported": ["none"],
                "revocation_endpoint_auth_methods_supported": ["none"],
            }
        )

    return page


def address_of(services: Services, request: Request) -> str:
    """How people reach this server, as its settings say; empty when nobody knows.

    What a request calls it could be anybody's word, and counts on this machine alone.
    """
    if said := services.settings.public_address:
        return said
    host = request.headers.get("host", "")
    return f"http://{host}" if _HERE.fullmatch(host) and request.client is not None else ""
