"""What happened: the list, the stream, and a file of it."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from client.calls.base import BaseClient
from client.events import EventStream
from client.saved_files import TableFile
from contract import operations as op
from contract.events import Event, EventsQuery
from contract.pages import MAX_LIMIT, Page

LATEST_EVENTS = EventsQuery()


class EventsCalls(BaseClient):
    """Everything that happened in the organisation (D29)."""

    async def events(self, query: EventsQuery = LATEST_EVENTS) -> Page[Event]:
        """What happened: the newest first, or oldest first after an event (D29)."""
        return await self._ask(op.LIST_EVENTS, Page[Event], query=query)

    def stream(self, after: str = "evt_0") -> EventStream:
        """What happens after an event, for ever: an async iterator that reconnects by itself."""
        return EventStream(self._reach, after, self._executor.pace)

    async def save_events(
        self,
        path: Path,
        query: EventsQuery,
        head: Sequence[str],
        row: Callable[[Event], Sequence[str]],
        *,
        replace: bool = False,
    ) -> int:
        """Save what matches as CSV, a row each, however many there are; answers how many.

        Raises:
            AlreadyThere: a file of this name is there, and was not to be replaced.
            NotSaved: it can't be written.
        """
        saved = 0
        whole = query.model_copy(update={"limit": MAX_LIMIT, "offset": None, "count": False})
        file = await asyncio.to_thread(TableFile, path, replace=replace)
        try:
            await asyncio.to_thread(file.write, [head])
            async for page in self.all_pages(self.events, whole):
                await asyncio.to_thread(file.write, [row(event) for event in page.items])
                saved += len(page.items)
            await asyncio.to_thread(file.finish)
        finally:
            await asyncio.to_thread(file.discard)
        return saved
