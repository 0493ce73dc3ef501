"""The users as a file, and the empty file to fill in: written while it is sent, beside the event loop."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from contract.exports import ExportQuery, TemplateQuery
from contract.imports import SheetFormat
from contract.people import Permission
from contract.problems import ProblemCode
from contract.users import UserStatus
from server.domain.periods import local_date
from server.http.auth import still_may
from server.http.call import LongCall
from server.http.downloads import Download, download
from server.http.problems import ServerProblem
from server.sheets.wording import LISTED, PERSON, status_words
from server.sheets.writing import write_csv, write_xlsx
from server.store import subscriptions
from server.store.types import Connection, from_microseconds
from server.store.user_lists import UserList
from server.subscription.reading import seated_status
from server.users.listing import finds_nobody, wanted_users
from server.users.serializers import shown_status

PIECES_AT_ONCE = 10
"""Pieces that are written before others get their turn at the connection."""

_QUARTER = 900_000_000
"""Microseconds in a quarter of an hour: days begin with one in every time zone there is."""

_WRITERS: Mapping[SheetFormat, Callable[..., Iterator[bytes]]] = {
    SheetFormat.CSV: write_csv,
    SheetFormat.XLSX: write_xlsx,
}


async def users_template(call: LongCall) -> Download:
    """A header in the user's language, and nothing below."""
    query = call.asked.query
    assert isinstance(query, TemplateQuery)
    content = b"".join(_WRITERS[query.format]((), query.language, PERSON))
    return download(call, "users-template", query.format, content)


async def export_users(call: LongCall) -> Download:
    """Every user the filters let through, in the order they were added: who is there all the while comes once."""
    query = call.asked.query
    assert isinstance(query, ExportQuery)
    today = call.asked.services.clock.now().date()
    return download(call, f"users-{today.isoformat()}", query.format, _sent(call, query))


async def _sent(call: LongCall, query: ExportQuery) -> AsyncIterator[bytes]:
    """The file, piece by piece. Each is read and written in a thread, in a transaction of its own, while one is sent.

    Raises:
        ServerProblem: the token was taken back: the file breaks off, and nobody takes it for the whole.
    """
    services, principal = call.asked.services, call.asked.principal
    walk = _Walk(query, principal.subscription_id, services.clock.now())
    pieces = _WRITERS[query.format](walk.rows(), query.language, LISTED)

    def begin() -> "asyncio.Task[list[bytes]]":
        reading = services.database.read_aside(lambda connection: walk.with_(connection, pieces))
        return asyncio.create_task(reading)

    ahead = begin()
    try:
        while some := await ahead:
            ahead = begin()
            yield b"".join(some)
            if not still_may(principal, Permission.READ, services):
                raise ServerProblem(ProblemCode.NOT_AUTHENTICATED)
    finally:
        ahead.cancel()


class _Walk:
    """The rows of an export, read from whichever connection there is when more are needed."""

    def __init__(self, query: ExportQuery, subscription_id: str, now: dt.datetime) -> None:
        self._query, self._now = query, now
        self._subscription_id = subscription_id
        self._seated = UserStatus.ACTIVE
        self._words = status_words(query.language)
        self._connection: Connection | None = None
        self._zone = ""

    def with_(self, connection: Connection, pieces: Iterator[bytes]) -> list[bytes]:
        """The next pieces, read from this connection; none at the end."""
        self._connection = connection
        try:
            return list(islice(pieces, PIECES_AT_ONCE))
        finally:
            self._connection = None

    def rows(self) -> Iterator[Sequence[str]]:
        """The users as cells."""
        key: Sequence[int] | None = None
        while batch := self._read(key):
            zone = self._zone
            for email, first_name, last_name, position, status, added, _ in batch:
                shown = self._words[shown_status(status, self._seated)]
                yield email, first_name, last_name, position, shown, _day(added // _QUARTER, zone)
            key = batch[-1][-2:]

    def _read(self, key: Sequence[int] | None) -> Sequence[Any]:
        assert self._connection is not None
        row = subscriptions.get(self._connection, self._subscription_id)
        self._zone, self._seated = row.time_zone, seated_status(row, self._now)
        if finds_nobody(self._query.status, self._seated):
            return ()
        wanted = wanted_users(self._query, self._subscription_id, row.time_zone)
        return UserList(self._connection, wanted, row.users_active + row.users_not_paid).added_after(key)


@cache
def _day(quarters: int, time_zone: str) -> str:
    return local_date(from_microseconds(quarters * _QUARTER), time_zone).isoformat()
