"""The stream of events: server-sent events, without holes, resumed with `Last-Event-ID`.

A stream sleeps until a commit of its organisation rings, or until it is time for a comment line; only then it reads.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from contract.people import Permission
from contract.problems import ProblemCode
from server.events.listing import number_of
from server.http.auth import still_may
from server.http.call import LongCall
from server.http.masking import shown_body
from server.http.problems import ServerProblem
from server.platform.services import Services
from server.store import events

BATCH = 500
MEDIA_TYPE = "text/event-stream"
COMMENT = ": still here\n\n"


async def stream_events(call: LongCall) -> Response:
    """Everything after `Last-Event-ID` (without it: from now on), as it is committed.

    The stream ends when the server stops, or when the token is revoked or runs out. `HEAD` answers without one: its
    connection is to be free for the next request.

    Raises:
        ServerProblem: `Last-Event-ID` is none, or too many streams are open.
    """
    last = _resume_after(call)
    headers = {"X-Accel-Buffering": "no"}
    if call.asked.http.method == "HEAD":
        return Response(media_type=MEDIA_TYPE, headers=headers)
    who = call.asked.principal
    counted = ExitStack()
    counted.enter_context(call.asked.services.streams.passed(who.account_id, who.organisation_id))
    return _Counted(_frames(call, last), media_type=MEDIA_TYPE, headers=headers, counted=counted)


class _Counted(StreamingResponse):
    """A stream that counts until it ends, however it does."""

    def __init__(self, content: AsyncIterator[str], *, counted: ExitStack, media_type: str, headers: Any) -> None:
        super().__init__(content, media_type=media_type, headers=headers)
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._counted:
            await super().__call__(scope, receive, send)


def _resume_after(call: LongCall) -> int:
    given = call.asked.http.headers.getlist("last-event-id")
    with call.asked.services.database.read() as connection:
        newest = events.last_seq(connection, call.asked.principal.organisation_id)
    if not given or given == [""]:
        return newest
    number = number_of(given[0])
    if number is None or len(given) > 1:
        raise ServerProblem(ProblemCode.BAD_REQUEST, "Last-Event-ID must be the id of an event, such as evt_12.")
    return min(number, newest)


async def _frames(call: LongCall, last: int) -> AsyncIterator[str]:
    services, principal = call.asked.services, call.asked.principal
    with services.notices.listen(principal.organisation_id) as bell:
        yield ": welcome\n\n"
        while not services.notices.closed and still_may(principal, Permission.READ, services):
            bell.clear()
            sees = still_may(principal, Permission.MANAGE_USERS, services)
            frames, last = _read(services, principal.organisation_id, last, sees=sees)
            if frames:
                yield frames
            elif not await _rings(bell, services.settings.heartbeat):
                yield COMMENT


def _read(services: Services, organisation_id: str, last: int, *, sees: bool) -> tuple[str, int]:
    with services.database.read() as connection:
        rows = events.after(connection, organisation_id, last, BATCH)
    frames = "".join(
        f"id: {events.event_id(seq)}\nevent: {kind}\ndata: {shown_body(kind, body, sees=sees)}\n\n"
        for seq, kind, body in rows
    )
    return frames, rows[-1][0] if rows else last


async def _rings(bell: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return False
    return True
