"""What became of commands that had no answer when the app last ended: a crash, a dropped line, a killed terminal."""

import asyncio
from collections.abc import Sequence

from client.api import Client
from client.journal import Intention, Outcome, what_became
from contract.events import EventKind
from contract.operations import DECIDE_TRANSFERS
from contract.users import UserStatus
from tui.presentation.event_descriptions import sentence
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = ["aftermath", "left_over"]

_PRICED = ("/v1/quotes/", "/v1/profile/start/quotes/")
_DECISIONS = {
    EventKind.TRANSFER_ACCEPTED: "accepted",
    EventKind.TRANSFER_DECLINED: "declined",
    EventKind.TRANSFER_REOPENED: "undone",
}


async def left_over(client: Client) -> Sequence[Intention]:
    """Commands of earlier runs without an answer, oldest first."""
    return await asyncio.to_thread(client.journal.unfinished) if client.journal else ()


async def aftermath(client: Client, intentions: Sequence[Intention]) -> list[str]:
    """Ask the server about each and say it in a sentence; each is told once.

    Raises:
        HeadcountError: when the server can't be asked now; nothing is lost, the next start asks again.
    """
    said: list[str] = []
    for intention in intentions:
        said.append(_told(await what_became(client, intention)))
        if client.journal:
            await asyncio.to_thread(client.journal.settle, intention.key)
    return said


def _told(outcome: Outcome) -> str:
    intention = outcome.intention
    if intention.path.startswith(DECIDE_TRANSFERS.path):
        return _decisions_told(outcome)
    paying = intention.path.startswith(_PRICED)
    what = f"{'the change you confirmed' if paying else clean(intention.summary, 80)} ({_sent(intention)})"
    if not outcome.done:
        return f"Not done yet: {what}. Look at the {'overview' if paying else 'list'} before you repeat it."
    more = f" and {len(outcome.events) - 1} more" if len(outcome.events) > 1 else ""
    return f"Done: {what}: {sentence(outcome.events[0])}{more}."


def _sent(intention: Intention) -> str:
    return f"sent {intention.at.astimezone():%d %b %H:%M}"


def _decisions_told(outcome: Outcome) -> str:
    """How many of a batch were done and how many were not: what their events name, against what was asked."""
    intention = outcome.intention
    events = [event for event in outcome.events if event.type in _DECISIONS]
    if not events:
        many = count(intention.items, "request")
        what = f"your decision about {many}" if intention.items else "undoing a decision"
        return f"Not done yet: {what} ({_sent(intention)}). Look at the list before you repeat it."
    asked = max(intention.items, len(events))
    did = " and ".join(filter(None, (_counted(outcome, kind) for kind in _DECISIONS)))
    of = f" of {count(asked, 'request')}" if intention.items else ""
    left = asked - len(events)
    rest = f" {left:,} not done: look at the list." if left else ""
    return f"Done: {did}{of} ({_sent(intention)}).{rest}"


def _counted(outcome: Outcome, kind: EventKind) -> str:
    """`5 accepted, 2 of them NOT PAID`."""
    events = [event for event in outcome.events if event.type is kind]
    if not events:
        return ""
    unpaid = sum(event.object.attributes.get("user_status") == UserStatus.NOT_PAID.value for event in events)
    return f"{len(events):,} {_DECISIONS[kind]}" + (f" (NOT PAID: {unpaid:,})" if unpaid else "")
