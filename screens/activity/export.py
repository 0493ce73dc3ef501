"""The events as a file: all that the filter shows, whether it is on the screen or not."""

import json

from client.api import Client
from contract.events import Event, EventsQuery
from screens.shared.file_export import Place, Save
from tui.presentation.event_descriptions import sentence
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = ["HEAD", "export_of", "exported_words", "saved_row"]

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


def export_of(client: Client, asked: EventsQuery) -> Save:
    """Saves all events that a query finds."""

    async def save(place: Place) -> str:
        return count(await client.save_events(place.path, asked, HEAD, saved_row, replace=place.replace), "event")

    return save


def exported_words(total: int, filtered: str) -> str:
    """What will be in the export: everything, or what the filter as typed lets through."""
    return count(total, "event") + (f": those that match the filter, {clean(filtered, 60)}" if filtered else ".")
