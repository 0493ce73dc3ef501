"""The events as a file: all that the filter shows, whether it is on the screen or not."""

import json

from contract.events import Event, EventsQuery
from screens.shared.file_export import SavingFiles
from screens.shared.save_file import Place
from tui.presentation.event_descriptions import sentence
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = ["HEAD", "SavingEvents", "saved_row"]

HEAD = (
    "event",
    "time",
    "kind",
    "who",
    "account",
    "what",
    "object_type",
    "object",
    "object_id",
    "before",
    "after",
    "request",
    "command",
)
"""The columns of the file; times are UTC, before and after are JSON."""


def saved_row(event: Event) -> tuple[str, ...]:
    """An event in these columns."""
    actor, about, request = event.actor, event.object, event.request
    return (
        event.id,
        f"{event.created_at:%Y-%m-%dT%H:%M:%SZ}",
        event.type.value,
        actor.label,
        actor.account_id or "",
        sentence(event),
        about.type,
        about.label,
        about.id,
        json.dumps(event.previous, ensure_ascii=False) if event.previous else "",
        json.dumps(about.attributes, ensure_ascii=False) if about.attributes else "",
        request.id or "",
        request.idempotency_key or "",
    )


class SavingEvents(SavingFiles):
    """What `E` does on the list of events. Reading is all it needs."""

    def save_events(self, asked: EventsQuery) -> None:
        """Ask for a place, and save there what a query finds."""

        async def save(place: Place) -> str:
            saved = await self.client.save_events(place.path, asked, HEAD, saved_row, replace=place.replace)
            return count(saved, "event")

        text = self.table.asked.text
        filtered = f": those that the filter shows, {clean(text, 60)}" if text else "."
        name = f"events-{self.session.now().date():%Y-%m-%d}.csv"
        about = f"{count(self.table.total, 'event')}{filtered}"
        self.ask_where_to_save("Export the events", name, about, save, text_only=True)
