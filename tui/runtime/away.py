"""Up to where somebody has looked at what happens, kept for each profile: the next start tells what came after it."""

import contextlib
import os
from pathlib import Path

from client.errors import HeadcountError
from contract.events import Event, EventsQuery
from contract.pages import MAX_LIMIT
from contract.people import Permission
from tui.presentation.away import away_words, is_told
from tui.runtime.session import Session

__all__ = ["Away", "LookedAt"]

MOST_PAGES = 4
"""So many pages of events are read at a start; a longer absence is told as `or more`."""


class LookedAt:
    """The last event that somebody has seen, in a file that only its owner may read; with whose it is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, who: str) -> str:
        """The event's id; empty where nothing is known, or of somebody else."""
        try:
            whose, _, event = self._path.read_text("ascii")[:200].strip().partition(" ")
        except (OSError, UnicodeDecodeError):
            return ""
        return event if whose == who else ""

    def write(self, who: str, event: str) -> None:
        """Keep it; where it can't be written the next start tells more than it need."""
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(f"{who} {event}")
            draft.replace(self._path)


class Away:
    """What one start tells. It has been seen once it was closed, or the app was left with it on the screen.

    idle ── look ──▶ told (or nothing to tell) ── seen ──▶ kept
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ready = False

    async def look(self) -> str:
        """What happened since the last look, in one line; empty when nothing did, or nobody has looked before."""
        looked, overview = self._session.looked, self._session.overview
        if looked is None or overview is None or Permission.READ not in overview.me.may:
            return ""
        after = looked.read(self._whose)
        found: list[Event] = []
        more = False
        if after and after != overview.last_event_id:
            try:
                found, more = await self._since(after, overview.me.account.id)
            except HeadcountError:
                return ""
        self._ready = True
        if not found:
            self.seen()
        return away_words(found, more=more)

    async def _since(self, after: str, me: str) -> tuple[list[Event], bool]:
        found: list[Event] = []
        pages = 0
        client = self._session.client
        async for page in client.all_pages(client.events, EventsQuery(after=after, limit=MAX_LIMIT)):
            found += [event for event in page.items if is_told(event, me)]
            pages += 1
            if pages == MOST_PAGES and page.has_more:
                return found, True
        return found, False

    def seen(self) -> None:
        """All of it, up to now; not what was never shown."""
        looked, overview = self._session.looked, self._session.overview
        if self._ready and looked is not None and overview is not None:
            looked.write(self._whose, overview.last_event_id)

    @property
    def _whose(self) -> str:
        me = self._session.overview.me if self._session.overview else None
        return f"{me.account.id}@{me.organisation.id}" if me and me.organisation else "-"
