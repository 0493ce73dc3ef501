"""`headcount events`: what happened, one line each, for a pipe or a quick look."""

import argparse
from typing import Any

from cli.exit_codes import DONE
from cli.reach import call, chosen
from cli.tables import as_json
from client.api import Client
from contract.events import Event, EventsQuery
from contract.pages import MAX_LIMIT
from tui.sentences import sentence

__all__ = ["events"]


def events(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Print the newest `--limit` events, oldest first. The exit code."""
    found = call(chosen(options, flags), lambda client: _newest(client, max(1, options.limit)))
    for event in reversed(found):
        print(as_json(event) if options.json else f"{event.created_at:%Y-%m-%d %H:%M:%S} UTC  {sentence(event)}")
    return DONE


async def _newest(client: Client, limit: int) -> list[Event]:
    found: list[Event] = []
    async for page in client.all_pages(client.events, EventsQuery(limit=min(limit, MAX_LIMIT))):
        found += page.items
        if len(found) >= limit:
            break
    return found[:limit]
