"""`GET /v1/events` and `GET /v1/events/stream`."""

from contract.operations import LIST_EVENTS, STREAM_EVENTS
from server.events.listing import list_events
from server.events.stream import stream_events

HANDLERS = {LIST_EVENTS: list_events, STREAM_EVENTS: stream_events}
