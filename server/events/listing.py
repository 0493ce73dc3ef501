"""The list of events: after one of them oldest first, otherwise newest first."""

import re

from contract.events import Event, EventsQuery
from contract.pages import Page
from server.http import cursors
from server.http.call import Call
from server.http.problems import Invalid
from server.store import events

OLDEST, NEWEST = "events.oldest", "events.newest"
_ID = re.compile(r"evt_([0-9]{1,18})")


def number_of(event_id: str) -> int | None:
    """The number inside an event's id; None for what is none."""
    found = _ID.fullmatch(event_id)
    return int(found[1]) if found else None


def list_events(call: Call) -> Page[Event]:
    """A page of events. With `idempotency_key` only those of that command."""
    query: EventsQuery = call.query
    oldest_first = query.after is not None
    sort = OLDEST if oldest_first else NEWEST
    edge = _edge(query, sort)
    bodies = events.page(
        call.connection,
        call.organisation_id,
        limit=query.limit + 1,
        after_seq=edge if oldest_first else None,
        before_seq=None if oldest_first else edge,
        offset=query.offset or 0,
        idempotency_key=query.idempotency_key,
    )
    found = events.parse(bodies[: query.limit])
    more = len(bodies) > query.limit
    last = number_of(found[-1].id) if found else None
    return Page(
        items=found,
        next_cursor=cursors.encode(sort, [last or 0]) if more else None,
        has_more=more,
        total=_total(call, query) if query.count else None,
    )


def _edge(query: EventsQuery, sort: str) -> int | None:
    """The number the page starts at (without it): the cursor's, or that of `after`."""
    if query.cursor is not None:
        return int(cursors.decode(query.cursor, sort, [int])[0])
    if query.after is None:
        return None
    number = number_of(query.after)
    if number is None:
        raise Invalid(("/after", "bad_event_id", "Give the id of an event, such as evt_12."))
    return number


def _total(call: Call, query: EventsQuery) -> int:
    after = number_of(query.after) if query.after else None
    return events.count(
        call.connection, call.organisation_id, after_seq=after or 0, idempotency_key=query.idempotency_key
    )
