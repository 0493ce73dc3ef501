"""The pages that letters lead to, for people with nothing but a browser: plain text that gives nobody any right."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.notifications.wording import PAGE, name
from server.platform.services import Services
from server.platform.text import made_safe
from server.store import outbound_mail
from server.store.types import AnyRow
from server.transfers.links import hash_of

_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
_LONGEST = 200
_NOTHING = "This link no longer works: it was used, a newer one was sent, or the request has ended.\n"


def open_link(services: Services) -> Callable[[Request], Awaitable[Response]]:
    """`GET /request?link=…`: what a request means and how to answer it, for as long as it waits."""

    async def page(request: Request) -> Response:
        secret = request.query_params.get("link", "")[:_LONGEST]
        with services.database.read() as connection:
            row = outbound_mail.by_link(connection, hash_of(secret))
        if row is None or row.expires_at <= services.clock.now():
            return PlainTextResponse(_NOTHING, status_code=404, headers=_HEADERS)
        return PlainTextResponse(_told(row, _address(services)), headers=_HEADERS)

    return page


def welcome(services: Services) -> Callable[[Request], Awaitable[Response]]:
    """`GET /`: what this is, for who follows a link here."""

    async def page(_: Request) -> Response:
        login = _login(_address(services))
        said = f"This is a Headcount server. With Headcount installed and a token of yours:\n\n    {login}\n"
        return PlainTextResponse(said, headers=_HEADERS)

    return page


def _told(row: AnyRow, address: str) -> str:
    house, who = name(row.organisation_name), made_safe(row.email)
    return f"""{house} asks {who} to become a user of its subscription.

The request is pending until {row.expires_at:%Y-%m-%d %H:%M} UTC. Nothing happens unless you accept it.

If you accept, you get a seat there. A paid subscription of your own would end then, without refund;
you are asked before that. Your account and your data stay yours.

To answer, sign in as {who}:

    {_login(address)}
    headcount profile transfers
    headcount profile accept {row.id}
    headcount profile decline {row.id}

Without an account, sign up with this address first: the request waits for you there.
"""


def _address(services: Services) -> str:
    """How this server is reached, as its settings say; what a request says of it could be anybody's word."""
    mail = services.settings.mail
    return services.settings.public_url or (mail.public_url if mail else "ADDRESS-OF-THIS-SERVER")


def _login(address: str) -> str:
    return f"headcount login --url {address}"


PAGES = {PAGE: open_link, "/": welcome}
