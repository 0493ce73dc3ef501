"""The list of events: after one of them oldest first, otherwise newest first; narrowed by who, what and when."""

import datetime as dt
import re

from contract.events import KIND_GROUPS, Event, EventKind, EventsQuery
from contract.field_words import suggested
from contract.pages import Page
from server.domain.periods import start_of_day
from server.http import cursors
from server.http.call import Call
from server.http.masking import sees_codes, shown_events
from server.http.problems import Invalid
from server.store import event_lists, events, subscriptions
from server.store.event_lists import Wanted

OLDEST, NEWEST = "events.oldest", "events.newest"
_ID = re.compile(r"evt_([0-9]{1,18})")
_KINDS = {*KIND_GROUPS, *(kind.partition(".")[0] for kind in EventKind), *EventKind}

_FIRST_DAY, _LAST_DAY = dt.date(1, 1, 3), dt.date(9999, 12, 29)
"""Days whose moments can be told in every time zone."""

CODE_KIND = "code"
"""Whoever is not shown codes does not find them by their words either."""

BLOCK = 10_000
"""Counts are remembered up to a multiple of this: what happened stays, so they hold for ever."""


def number_of(event_id: str) -> int | None:
    """The number inside an event's id; None for what is none."""
    found = _ID.fullmatch(event_id)
    return int(found[1]) if found else None


def list_events(call: Call) -> Page[Event]:
    """A page of events. With `idempotency_key` only those of that command."""
    query: EventsQuery = call.query
    oldest_first = query.after is not None
    sort = OLDEST if oldest_first else NEWEST
    wanted = wanted_by(call, query)
    if wanted is None:
        return Page(items=(), total=0 if query.count else None)
    total = _counted(call, wanted) if query.count or (query.offset and wanted.asked) else 0
    bodies = _bodies(call, wanted, query, total, newest_first=not oldest_first)
    found = shown_events(events.parse(bodies[: query.limit]), call.principal.role)
    more = len(bodies) > query.limit
    last = number_of(found[-1].id) if found else None
    return Page(
        items=found,
        next_cursor=cursors.encode(sort, [last or 0]) if more else None,
        has_more=more,
        total=total if query.count else None,
    )


def wanted_by(call: Call, query: EventsQuery) -> Wanted | None:
    """What a query asks for, the cursor left out; None when nothing can match.

    Raises:
        Invalid: an id that is none, or a kind that there is not.
    """
    if query.kind and query.kind not in _KINDS:
        kinds = f"There are {', '.join(KIND_GROUPS)}, and such as transfer.accepted."
        raise Invalid(("/kind", "bad_kind", kinds + suggested(query.kind, _KINDS)))
    asked = event_lists.match(who=query.who, about=query.object, anywhere=query.search, kind=query.kind)
    if asked and (query.object or query.search) and not sees_codes(call.principal.role):
        asked = event_lists.but(asked, CODE_KIND)
    if asked is None:
        return None
    low, high = _number("after", query.after), events.last_seq(call.connection, call.organisation_id)
    if query.up_to is not None:
        high = min(high, _number("up_to", query.up_to))
    if query.since is not None:
        low = max(low, _before(call, query.since))
    if query.until is not None:
        high = min(high, _before(call, query.until, end=True))
    return Wanted(call.organisation_id, low, high, asked, query.idempotency_key)


def _number(field: str, event_id: str | None) -> int:
    if event_id is None:
        return 0
    number = number_of(event_id)
    if number is None:
        raise Invalid((f"/{field}", "bad_event_id", "Give the id of an event, such as evt_12."))
    return number


def _before(call: Call, day: dt.date, *, end: bool = False) -> int:
    """The number of the last event before a day begins, or before it ends."""
    zone = subscriptions.get(call.connection, call.subscription_id).time_zone
    day = max(_FIRST_DAY, min(day, _LAST_DAY)) + dt.timedelta(days=int(end))
    return event_lists.before_moment(call.connection, call.organisation_id, start_of_day(day, zone))


def _bodies(call: Call, wanted: Wanted, query: EventsQuery, total: int, *, newest_first: bool) -> list[str]:
    """One more than the page holds, if there are; a place in the second half is read from the other end."""
    limit, offset = query.limit + 1, query.offset or 0
    if query.cursor is not None:
        edge = int(cursors.decode(query.cursor, NEWEST if newest_first else OLDEST, [int])[0])
        wanted = (
            wanted._replace(high=min(wanted.high, edge - 1))
            if newest_first
            else wanted._replace(low=max(wanted.low, edge))
        )
    if not wanted.asked or offset <= total // 2:
        return event_lists.bodies(call.connection, wanted, limit=limit, offset=offset, newest_first=newest_first)
    limit = min(limit, total - offset)
    if limit <= 0:
        return []
    left = total - offset - limit
    return event_lists.bodies(call.connection, wanted, limit=limit, offset=left, newest_first=not newest_first)[::-1]


def _counted(call: Call, wanted: Wanted) -> int:
    """How many there are: up to a whole number of blocks they are counted once, since nothing in the past changes."""
    whole = wanted.high // BLOCK * BLOCK
    if not wanted.asked or wanted.low >= whole:
        return event_lists.count(call.connection, wanted)
    past = wanted._replace(high=whole)
    remembered = call.services.totals.get(past, lambda: event_lists.count(call.connection, past))
    return remembered + event_lists.count(call.connection, wanted._replace(low=whole))
