"""What became of commands that had no answer when the app last ended: a crash, a dropped line, a killed terminal."""

import asyncio
from collections.abc import Sequence

from client.api import Client
from client.journal import Intention, Outcome, what_became
from tui.sentences import sentence
from tui.text import clean

__all__ = ["aftermath", "left_over"]

_PRICED = "/v1/quotes/"


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
    paying = outcome.intention.path.startswith(_PRICED)
    summary = "the change you confirmed" if paying else clean(outcome.intention.summary, 80)
    what = f"{summary} (sent {outcome.intention.at.astimezone():%d %b %H:%M})"
    if not outcome.done:
        return f"Not done so far: {what}. Look at the {'overview' if paying else 'list'} before you do it again."
    more = f" and {len(outcome.events) - 1} more" if len(outcome.events) > 1 else ""
    return f"Done: {what}: {sentence(outcome.events[0])}{more}."
