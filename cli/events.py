"""`headcount events`: what happened, one line each, for a pipe or a quick look."""

import asyncio
import json
import os
from typing import Any

from cli.exit_codes import exit_code
from cli.say import say
from client.errors import HeadcountError
from client.profile import Profile, open_client
from contract.events import Event, EventsQuery
from contract.pages import MAX_LIMIT
from tui.paths import find
from tui.sentences import sentence
from tui.settings import SettingsError, load
from tui.text import clean


def events(flags: dict[str, Any], *, limit: int, as_json: bool) -> int:
    """Print the newest `limit` events, oldest first. The exit code."""
    try:
        chosen = load(find(os.environ).config_file, flags=flags).chosen_profile()
    except SettingsError as error:
        return say(str(error), 2)
    if chosen is None:
        return say("No profile is configured yet. Make one with: headcount login --url https://…", 2)
    try:
        found = asyncio.run(_newest(chosen[1], max(1, limit)))
    except HeadcountError as error:
        return say(f"{clean(error.message, 500)} {error.advice}", exit_code(error))
    for event in reversed(found):
        plain = f"{event.created_at:%Y-%m-%d %H:%M:%S}  {sentence(event)}"
        print(json.dumps(event.model_dump(mode="json")) if as_json else plain)
    return 0


async def _newest(profile: Profile, limit: int) -> list[Event]:
    found: list[Event] = []
    async with open_client(profile) as client:
        async for page in client.all_pages(client.events, EventsQuery(limit=min(limit, MAX_LIMIT))):
            found += page.items
            if len(found) >= limit:
                break
    return found[:limit]
