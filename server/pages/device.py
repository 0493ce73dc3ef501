"""Signing a terminal in from a browser: the code that it shows, what asks, and one's yes or no (RFC 8628).

An address may have the code in it, which fills the field in and does nothing else. What waits behind a code is shown on
a page of its own, so that one may go back to it, and is confirmed there with a form.
"""

from collections.abc import Callable

from starlette.responses import Response

from contract.device import PAGE
from contract.problems import ProblemCode
from server.devices import confirming
from server.devices.confirming import DeniedError, No, Person, Waiting
from server.http.problems import ServerProblem
from server.http.proxies import network_of_client
from server.pages import session
from server.pages.page import Page, Visit
from server.store.types import Connection

ASKS = f"{PAGE}/asks"
_LONGEST = 40
_STATUS = {No.UNKNOWN: 404, No.EXPIRED: 410, No.TOO_MANY: 429, No.NOT_A_MEMBER: 403}
_CONFLICT = 409


async def show_field(visit: Visit) -> Response:
    """`GET /device?user_code=…`: the field for the code."""
    return visit.render("device.html", code=visit.query.get("user_code", "")[:_LONGEST], wrong="")


async def show_asking(visit: Visit) -> Response:
    """`GET /device/asks?user_code=…`: what waits behind a code, or what became of it."""
    typed = visit.query.get("user_code", "")[:_LONGEST]
    try:
        return visit.render("device_asks.html", asks=await _done(visit, "look", typed))
    except DeniedError as error:
        return _denied(visit, typed, error)


async def answer(visit: Visit) -> Response:
    """`POST /device`: look what waits, or answer it."""
    action, typed = visit.form.get("do", ""), visit.form.get("code", "")[:_LONGEST]
    if action not in {"look", "confirm", "refuse"}:
        raise ServerProblem(ProblemCode.BAD_REQUEST)
    try:
        found = await _done(visit, action, typed)
    except DeniedError as error:
        return _denied(visit, typed, error)
    if action == "look":
        return visit.go(f"{ASKS}?user_code={found.code}")
    return visit.go("/", said="device_confirmed" if action == "confirm" else "device_refused")


async def _done(visit: Visit, action: str, typed: str) -> Waiting:
    services = visit.services
    now = services.clock.now()
    who = _person(visit)
    house = visit.form.get("organisation", "")[:_LONGEST]
    works: dict[str, Callable[[Connection], Waiting]] = {
        "look": lambda connection: confirming.look(connection, who, typed, now),
        "confirm": lambda connection: confirming.confirm(connection, who, typed, house, now),
        "refuse": lambda connection: confirming.refuse(connection, who, typed, now),
    }
    try:
        async with services.database.writing() as connection:
            session.still(visit.who, services)
            return works[action](connection)
    except DeniedError as error:
        if error.guess:
            async with services.database.writing() as connection:
                confirming.guessed(connection, who, now)
        raise


def _person(visit: Visit) -> Person:
    return Person(visit.who.account_id, network_of_client(visit.http))


def _denied(visit: Visit, typed: str, error: DeniedError) -> Response:
    status = _STATUS.get(error.why, _CONFLICT)
    response = visit.render("device.html", status=status, code=typed, wrong=error.why.value)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


PAGES = (Page(path=PAGE, show=show_field, do=answer), Page(path=ASKS, show=show_asking))
