"""The end of every way to sign in, by a mailed link or an organisation's provider: a new session of this browser."""

import datetime as dt
from collections.abc import Callable
from typing import Protocol, TypeVar

from starlette.responses import Response

from server.pages import session
from server.pages.page import Visit, local
from server.store import tokens
from server.store.types import Connection


class Proven(Protocol):
    """Somebody of whom it is certain who they are."""

    @property
    def account_id(self) -> str:
        """Whose account it is."""


P = TypeVar("P", bound=Proven)


async def begun(visit: Visit, prove: Callable[[Connection, dt.datetime], P], label: str) -> tuple[P, str]:
    """Who it is, and their new session, in one transaction. Whoever was signed in with this browser before is not now.

    `prove` says whose account it is, or raises; it has noted that they sign in by themselves.
    """
    now = visit.services.clock.now()
    async with visit.services.database.writing() as connection:
        found = prove(connection, now)
        if visit.principal is not None:
            tokens.revoke(connection, visit.principal.token_id, now)
        return found, session.begin(connection, found.account_id, now, label)


def entered(visit: Visit, made: str, wanted: str, said: str) -> Response:
    """To where they wanted to go, with the cookie of a session that has begun."""
    response = visit.go(local(wanted or "/"), said=said)
    session.keep(response, session.COOKIE, made, session.LASTS)
    session.drop(response, session.VISIT)
    return response
