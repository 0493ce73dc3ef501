"""Signing in with an organisation's own provider: sent there by a form, back by a link that works in this browser once.

The address that was typed decides who it is offered to; what the provider proves decides who is signed in.
"""

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

from contract.mailbox import Mailbox, mailbox
from contract.problems import ProblemCode
from server.http.problems import ServerProblem, not_found
from server.http.proxies import network_of_client
from server.oidc.domains import domain_of, issuer_for, named
from server.oidc.errors import (
    GoneError,
    LieError,
    NotYoursError,
    RefusedError,
    SignOnError,
    StaleError,
    TooManyError,
    Why,
)
from server.pages import session
from server.pages.entering import begun, entered
from server.pages.page import Page, Visit, local
from server.settings import Issuer

if TYPE_CHECKING:  # what only servers with providers need is loaded when somebody signs in with one
    from server.oidc.flow import Brought, Way
    from server.oidc.id_token import Claims
    from server.oidc.signing_in import SignedIn

log = logging.getLogger("headcount.server")

START = "/sign-in/oidc/{name}/start"
BACK = "/sign-in/oidc/{name}/callback"
_LONGEST = 4096
_TYPED = 200

_STATUS: dict[type[SignOnError], HTTPStatus] = {
    GoneError: HTTPStatus.SERVICE_UNAVAILABLE,
    LieError: HTTPStatus.BAD_GATEWAY,
    RefusedError: HTTPStatus.FORBIDDEN,
    StaleError: HTTPStatus.GONE,
    TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
    NotYoursError: HTTPStatus.FORBIDDEN,
}
_AGAIN: dict[type[SignOnError], int] = {GoneError: 10, TooManyError: 600}
"""Seconds after which trying again may help."""

_OURS = (GoneError, LieError)
"""What whoever runs the server, or the provider, has to know of."""


def required_for(visit: Visit, who: Mailbox) -> Issuer | None:
    """The provider that people with this address have to sign in with, if they have no other way."""
    found = issuer_for(who, visit.services.settings.issuers)
    return found if found is not None and found.required else None


async def offered(visit: Visit, who: Mailbox, wanted: str) -> Response | None:
    """Send somebody to the provider of their domain; None when it has none, or they want a link by mail instead.

    It is the same for every address of a domain, whether it is known or not.
    """
    issuer = issuer_for(who, visit.services.settings.issuers)
    if issuer is None:
        return None
    if not mails_beside(visit, issuer):
        return await _leave(visit, issuer, wanted, who.email)
    if visit.form.get("by") == "mail":
        return None
    return visit.render("sign_on.html", issuer=issuer, email=who.email, domain=domain_of(who), next=wanted)


def refused_link(visit: Visit, email: str) -> Response | None:
    """What a mailed link leads to where people have to sign in with their provider; None where they need not."""
    issuer = required_for(visit, mailbox(email))
    if issuer is None:
        return None
    return visit.render("sign_on_required.html", status=HTTPStatus.FORBIDDEN, issuer=issuer)


def mails_beside(visit: Visit, issuer: Issuer) -> bool:
    """Whether people of a provider may ask for a link as well."""
    return visit.services.settings.mail is not None and not issuer.required


async def start(visit: Visit) -> Response:
    """`POST /sign-in/oidc/{name}/start`: to the provider."""
    wanted = local(visit.form.get("next", "/"))
    if visit.principal is not None:
        return visit.go(wanted)
    hint = visit.form.get("email", "")[:_TYPED]
    return await _leave(visit, _issuer(visit), wanted, hint if hint.isprintable() else "")


async def _leave(visit: Visit, issuer: Issuer, wanted: str, hint: str) -> Response:
    """To the provider, by a page that leads there at once.

    A redirect would not do: browsers hold a form to the places its page names, and where a provider sends people on to
    is its own business.
    """
    from server.oidc.flow import Start

    try:
        address = await _way(visit, issuer).begin(Start(visit.secret, wanted, network_of_client(visit.http), hint))
    except SignOnError as error:
        return _failed(visit, issuer, error)
    response = visit.render("leaving.html", issuer=issuer, address=address)
    response.headers["Refresh"] = f"0; url={address}"
    return response


async def back_to_start(visit: Visit) -> Response:
    """`GET` of the same: after a reload, or from a bookmark."""
    _issuer(visit)
    return visit.go("/sign-in")


async def end(visit: Visit) -> Response:
    """`GET /sign-in/oidc/{name}/callback`: signed in, if the provider proves it, in the browser that was sent there."""
    if visit.http.method != "GET":
        raise ServerProblem(ProblemCode.METHOD_NOT_ALLOWED, headers={"Allow": "GET"})
    issuer = _issuer(visit)
    try:
        proven = await _way(visit, issuer).end(_brought(visit))
        found, made = await _signed_in(visit, issuer, proven.claims)
    except SignOnError as error:
        if isinstance(error, StaleError) and visit.principal is not None:
            return visit.go("/")
        return _failed(visit, issuer, error)
    done = "signed_up" if found.new else "other_address" if found.other_email else ""
    return entered(visit, made, proven.destination, said=done)


async def _signed_in(visit: Visit, issuer: Issuer, claims: "Claims") -> "tuple[SignedIn, str]":
    """Whose account it is, and their new session."""
    from server.oidc.signing_in import sign_in

    label = f"{session.browser_of(visit.http)}, {issuer.title}"
    return await begun(visit, lambda connection, now: sign_in(connection, issuer, claims, now), label)


def _brought(visit: Visit) -> "Brought":
    from server.oidc.flow import Brought

    said = {name: value[:_LONGEST] for name, value in visit.query.items()}
    return Brought(
        browser=session.secret_of(visit.http, session=False),
        state=said.get("state", ""),
        code=said.get("code", ""),
        error=said.get("error", ""),
        issuer=said.get("iss"),
    )


def _way(visit: Visit, issuer: Issuer) -> "Way":
    from server.oidc.flow import way_to

    found = way_to(visit.services, issuer.name)
    assert found is not None
    return found


def _issuer(visit: Visit) -> Issuer:
    name = visit.http.path_params["name"]
    found = named(name, visit.services.settings.issuers)
    if found is None:
        raise not_found()
    return found


def _failed(visit: Visit, issuer: Issuer, error: SignOnError) -> Response:
    """Why nobody was signed in, and what to do. What the provider wrote is on no page, and in no log."""
    level = logging.WARNING if isinstance(error, _OURS) else logging.INFO
    log.log(level, "single sign-on with %s: %s", issuer.name, error)
    why = error.why.name.lower() if isinstance(error, NotYoursError) else _KINDS[type(error)]
    mails = mails_beside(visit, issuer)
    response = visit.render("sign_on_failed.html", status=_STATUS[type(error)], issuer=issuer, why=why, mails=mails)
    if type(error) in _AGAIN:
        response.headers["Retry-After"] = str(_AGAIN[type(error)])
    return response


_KINDS: dict[type[SignOnError], str] = {
    GoneError: "gone",
    LieError: "lie",
    RefusedError: "refused",
    StaleError: "stale",
    TooManyError: "too_many",
}
WHYS = (*_KINDS.values(), *(each.name.lower() for each in Why))
"""Every reason that the page has a sentence for."""

PAGES = (
    Page(path=START, show=back_to_start, do=start, open=True),
    Page(path=BACK, show=end, open=True),
)
