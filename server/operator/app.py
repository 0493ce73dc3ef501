"""The operator's application: it answers on the operator's socket alone, and no other listener leads to it."""

import json
import logging
from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.operator.actions import ACTIONS, KEY_HEADER, VERSION, VERSION_HEADER, Action, Told
from server.operator.desk import Desk
from server.operator.doing import do
from server.platform.services import Services
from server.platform.text import made_safe
from server.settings import SettingsError
from server.store.errors import DatabaseError

log = logging.getLogger("headcount.operator")

_MOST = 64 * 1024
_MOST_KEY = 60
_LONGEST = 200


def operator_app(services: Services, address: str = "") -> Starlette:
    """The actions over a running server's own database. `address` is where it listens, if it was not told its own."""
    address = services.settings.public_address or address
    routes = [Route(f"/{action.name}", _endpoint(action, services, address), methods=["POST"]) for action in ACTIONS]
    return Starlette(routes=routes)


def _endpoint(action: Action, services: Services, address: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.headers.get(VERSION_HEADER) != str(VERSION):
            return _refusal(409, "this command and the running server are of different versions")
        key = request.headers.get(KEY_HEADER, "")
        body = await _body(request)
        if not key or len(key) > _MOST_KEY or body is None:
            return _refusal(422, "the server did not understand this command")
        try:
            told = action.told.model_validate_json(body)
        except ValidationError:
            return _refusal(422, "the server did not understand this command")
        return await _answered(action, told, key, services, address)

    return endpoint


async def _body(request: Request) -> bytes | None:
    """What was sent; None of more than any action takes."""
    found = b""
    async for piece in request.stream():
        found += piece
        if len(found) > _MOST:
            return None
    return found


async def _answered(action: Action, told: Told, key: str, services: Services, address: str) -> Response:
    try:
        async with services.database.writing() as connection:
            desk = Desk(
                connection=connection,
                now=services.clock.now(),
                machine=services.clock.machine(),
                catalogue=services.catalogue,
                address=address,
                served=True,
            )
            answer = do(desk, action, told, key)
    except SettingsError as error:
        _note(action, told, "refused")
        return _refusal(422, str(error), error.exit_code)
    except DatabaseError as error:
        _note(action, told, "could not be saved")
        return _refusal(503, f"the database can't be used: {error.orig}; nothing was changed")
    _note(action, told, "done")
    return JSONResponse(answer.model_dump(mode="json"), headers={VERSION_HEADER: str(VERSION)})


def _note(action: Action, told: Told, outcome: str) -> None:
    """One line in the log: what was asked and how it ended, and whom it was about. Nothing secret is among it."""
    about = (getattr(told, name, "") for name in ("organisation", "owner", "email", "which"))
    log.info("%s %s: %s", action.name, made_safe(json.dumps([each for each in about if each]))[:_LONGEST], outcome)


def _refusal(status: int, why: str, code: int = 1) -> Response:
    return JSONResponse({"refused": why, "exit": code}, status_code=status, headers={VERSION_HEADER: str(VERSION)})
