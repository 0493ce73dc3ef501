"""`headcount sandbox`: move a sandbox's clock and tell its gateway what to do, from a second terminal."""

import argparse
import re
from typing import Any

from cli.connection import Stop, call, chosen
from cli.exit_codes import DONE, FAILED, USAGE
from cli.tables import print_json
from client.api import Client
from client.errors import NotFound
from contract.events import Event, EventsQuery
from contract.pages import MAX_LIMIT
from contract.sandbox import DURATION, Clock, ClockBody, PaymentsBody, PaymentsState
from tui.presentation.event_descriptions import sentence
from tui.presentation.wording import count

__all__ = ["advance", "now", "payments"]

_NO_SANDBOX = "This server is not a sandbox: its clock can't be moved, and its payments are real."
_DOES = {
    "accept": "accepted",
    "decline": "refused",
    "late": "answered late",
    "twice": "answered twice",
    "unreachable": "lost: the gateway will not answer at first",
}


def advance(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Move the clock by a duration such as `P1M`, and tell what happened on the way, a line each."""
    duration = options.duration.upper()
    if not re.fullmatch(DURATION, duration):
        message = "Give a duration such as P1M (a month), P10D (ten days), PT2H (two hours) or P1DT2H."
        raise Stop(message, USAGE)
    body = ClockBody(advance=duration)
    clock, events = call(chosen(options, flags, or_demo=True), lambda client: _moved(client, body), noted=True)
    if options.json:
        print_json(*events)
        return DONE
    for event in events:
        print(f"{event.created_at:%Y-%m-%d %H:%M} UTC  {sentence(event)}")
    print(f"It is {clock.now:%Y-%m-%d %H:%M} UTC now.")
    return DONE


async def _moved(client: Client, body: ClockBody) -> tuple[Clock, list[Event]]:
    """What the clock says afterwards, and everything after the last event before."""
    newest = await client.events(EventsQuery(limit=1))
    last = newest.items[0].id if newest.items else "evt_0"
    try:
        clock = await client.set_clock(body)
    except NotFound as error:
        raise Stop(_NO_SANDBOX, FAILED) from error
    events: list[Event] = []
    async for page in client.all_pages(client.events, EventsQuery(after=last, limit=MAX_LIMIT)):
        events += page.items
    return clock, events


def now(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """What time it is there."""
    overview = call(chosen(options, flags, or_demo=True), lambda client: client.overview())
    if not overview.sandbox:
        raise Stop(_NO_SANDBOX, FAILED)
    if options.json:
        print_json(Clock(now=overview.as_of))
    else:
        print(f"{overview.as_of:%Y-%m-%d %H:%M} UTC")
    return DONE


def payments(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """What becomes of the next payment, or of the next few."""
    body = PaymentsBody(next=options.next, times=options.times)
    state = call(chosen(options, flags, or_demo=True), lambda client: _set(client, body), noted=True)
    if options.json:
        print_json(state)
    else:
        which = "The next payment" if state.times == 1 else f"The next {count(state.times, 'payment')}"
        print(f"{which} will be {_DOES[state.next]}.")
    return DONE


async def _set(client: Client, body: PaymentsBody) -> PaymentsState:
    try:
        return await client.set_payments(body)
    except NotFound as error:
        raise Stop(_NO_SANDBOX, FAILED) from error
