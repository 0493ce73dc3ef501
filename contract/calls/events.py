"""Calls about what happened."""

from contract.events import Event, EventsQuery
from contract.operation import Operation
from contract.pages import Page
from contract.people import Permission

LIST_EVENTS = Operation(
    "list_events", "GET", "/v1/events", "What happened", Page[Event], Permission.READ, query=EventsQuery
)
STREAM_EVENTS = Operation(
    "stream_events",
    "GET",
    "/v1/events/stream",
    "Events as they happen, as server-sent events; resumes with Last-Event-ID",
    Event,
    Permission.READ,
    stream=True,
)
