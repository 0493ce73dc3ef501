"""`headcount events`: what happened, one line each, for a pipe, a quick look, or a terminal left open."""

import argparse
import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cli.connection import Stop, call, chosen, told
from cli.exit_codes import DONE, USAGE, exit_code
from cli.lists import Listed, gathered, how_many, print_list, tell_rest
from cli.output import say
from cli.tables import as_json
from client.api import Client
from client.errors import HeadcountError
from client.events import Live, Offline, Unreadable
from contract.events import Event, EventsQuery
from contract.pages import MAX_LIMIT
from server.platform.streams import unseen
from tui.presentation.event_descriptions import sentence

__all__ = ["events"]

_GATHER = 0.1
"""Seconds in which events of a burst are gathered before they are asked for."""

_LOOK_EVERY = 0.5
"""Seconds between two looks whether somebody still reads."""

_AGAIN = 1.0
"""Seconds after which is asked again when that failed: the stream says what is wrong."""


def events(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Print the newest `--limit` events that match, oldest first, with `--follow` for ever. The exit code."""
    query = EventsQuery(
        who=options.who,
        kind=(options.kind or "").lower(),
        object=options.object,
        search=" ".join(options.words),
        since=options.since,
        until=options.until,
        idempotency_key=options.command_key,
    )
    limit = how_many(options)
    if limit == 0 and not options.follow:
        message = "--limit 0 goes with --follow: it shows nothing of what has happened, only what comes."
        raise Stop(message, USAGE)
    return call(chosen(options, flags), lambda client: _print(client, query, limit, options))


async def _print(client: Client, query: EventsQuery, limit: int | None, options: argparse.Namespace) -> int:
    told_of = (await client.overview()).last_event_id if options.follow else None
    past = query.model_copy(update={"up_to": told_of})
    found = await gathered(client, client.events, past, limit, counts=not options.follow)
    listed = Listed(found.items[::-1], has_more=found.has_more, total=found.total)
    if told_of is None and options.json:
        print_list(listed)
        return DONE
    _show(listed.items, as_lines_of_json=options.json)
    if told_of is None:
        tell_rest(listed)
        return DONE
    return await _Follower(client, query, told_of, as_lines_of_json=options.json).run()


def _show(found: Iterable[Event], *, as_lines_of_json: bool) -> None:
    for event in found:
        plain = f"{event.created_at:%Y-%m-%d %H:%M:%S} UTC  {sentence(event)}"
        print(as_json(event) if as_lines_of_json else plain, flush=True)


async def _nobody_reads() -> int:
    """Ends when what is printed gets nowhere any more, so that `| head -3` ends when it has its three."""
    while not unseen(sys.stdout):  # noqa: ASYNC110 - nothing tells when a reader leaves
        await asyncio.sleep(_LOOK_EVERY)
    return DONE


@dataclass(slots=True)
class _Follower:
    """Prints what happens after an event. The stream says that something did; the server finds what matches.

    So the filter means the same as in the list, and a cut of the stream loses and repeats nothing.
    """

    client: Client
    query: EventsQuery
    last_id: str
    as_lines_of_json: bool
    _rung: asyncio.Event = field(default_factory=asyncio.Event)
    _heard: str = ""
    _cut: bool = False

    async def run(self) -> int:
        """Until nobody reads on, or the server lets this token read no longer: the exit code of that."""
        parts = [asyncio.ensure_future(each) for each in (self._listen(), self._print_when_rung(), _nobody_reads())]
        try:
            ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            return await next(each for each in parts if each in ended)
        finally:
            for each in parts:
                each.cancel()

    async def _listen(self) -> int:
        async for item in self.client.stream(self.last_id):
            match item:
                case Event():
                    self._ring(item.id)
                case Unreadable():
                    self._ring(item.event_id)
                case Live() if self._cut:
                    self._cut = False
                    say("Connected again: nothing was missed.", DONE)
                case Offline(retry_in=None):
                    return say(told(item.error), exit_code(item.error))
                case Offline() if not self._cut:
                    self._cut = True
                    say(f"{told(item.error)} Trying again; ctrl+c ends it.", DONE)
                case _:
                    pass
        return DONE

    def _ring(self, event_id: str) -> None:
        self._heard = event_id
        self._rung.set()

    async def _print_when_rung(self) -> int:
        while True:
            await self._rung.wait()
            await asyncio.sleep(_GATHER)
            self._rung.clear()
            try:
                await self._print_up_to(self._heard)
            except HeadcountError:
                self._rung.set()
                await asyncio.sleep(_AGAIN)

    async def _print_up_to(self, heard: str) -> None:
        """What matches of what happened since the last event that was told of."""
        if heard != self.last_id:
            newer = self.query.model_copy(update={"after": self.last_id, "up_to": heard, "limit": MAX_LIMIT})
            async for page in self.client.all_pages(self.client.events, newer):
                _show(page.items, as_lines_of_json=self.as_lines_of_json)
                if page.items:
                    self.last_id = page.items[-1].id
            self.last_id = heard
