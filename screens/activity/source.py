"""Where the rows of Activity come from: what its filter means, and one page of events per window, read on in turn."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from client.api import Client
from contract.events import KIND_GROUPS, Event, EventKind, EventsQuery
from contract.field_words import suggested
from contract.subscription import Overview, PlanKind
from screens.shared.filter_words import FilterError, not_meant
from tui.presentation.event_descriptions import sentence
from tui.presentation.wording import clock, day_of
from tui.widgets.table.data import Query, Row, Window

__all__ = ["BILLED", "FIELDS", "ActivitySource", "asked_for", "event_row"]

_KNOWN_EDGES = 1000

FIELDS = ("who", "kind", "object", "since", "until", "command")
"""What a filter over events may narrow, in the order in which it is shown."""

_DAYS = {"today": 0, "yesterday": 1}


BILLED = ("invoice", "payment")
"""Kinds that a contract has no word for."""


def asked_for(typed: str, today: dt.date, *, contract: bool = False) -> EventsQuery:
    """What a filter means to the API; `today` is the organisation's. On a `contract` nothing is said of payments.

    A word with something else before its colon is searched for as it stands, unless it is nearly a field.

    Raises:
        FilterError: for a value that its field does not take, or for nearly a field.
    """
    free: list[str] = []
    narrowed: dict[str, list[str]] = {}
    for word in typed.split():
        name, colon, value = word.partition(":")
        if colon and name.lower() in FIELDS:
            narrowed.setdefault(name.lower(), []).append(value)
        else:
            not_meant(name if colon else "", FIELDS)
            free.append(word)
    asked: dict[str, object] = {"search": " ".join(free)[:254]}
    for name, values in narrowed.items():
        if any(values):
            field, read = _READERS[name]
            asked[field] = read(name, " ".join(values), _Basis(today, contract=contract))
    return EventsQuery.model_validate(asked)


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a value is read by."""

    today: dt.date
    contract: bool = False


def _text(_: str, value: str, __: _Basis) -> str:
    return value[:254]


def _kind(name: str, value: str, basis: _Basis) -> str:
    """A kind or a group of them; either may be shortened as long as it is clear."""
    typed = value.lower().replace("-", "_")
    groups = [group for group in KIND_GROUPS if group not in (BILLED if basis.contract else ())]
    known = [kind.value for kind in EventKind] if "." in typed else groups
    found = [each for each in known if each == typed] or [each for each in known if each.startswith(typed)]
    if len(found) == 1:
        return found[0]
    if len(found) > 1 and "." in typed:
        message = f"{name}: {', '.join(found[:8])}?"
    else:
        near = suggested(typed, [*known, *groups])
        message = f"{name}: takes {', '.join(groups)}, or one such as transfer.accepted{f'.{near}' if near else ''}"
    raise FilterError(message)


def _day(name: str, value: str, basis: _Basis) -> dt.date:
    today = basis.today
    if value.lower() in _DAYS:
        return today - dt.timedelta(days=_DAYS[value.lower()])
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        message = f"{name}: takes a day such as {today}, today or yesterday"
        raise FilterError(message) from error


_Reader = Callable[[str, str, _Basis], object]
_READERS: Mapping[str, tuple[str, _Reader]] = {
    "who": ("who", _text),
    "kind": ("kind", _kind),
    "object": ("object", _text),
    "since": ("since", _day),
    "until": ("until", _day),
    "command": ("idempotency_key", _text),
}


def event_row(event: Event, now: dt.datetime, me: str = "") -> Row:
    """Cells in the order of the table: when, who, what, object."""
    who = "you" if me and event.actor.account_id == me else event.actor.label
    return Row(event.id, (clock(event.created_at, now), who, sentence(event, me=me), event.object.label), item=event)


class ActivitySource:
    """What happened, the newest first, as it was when the event `as_of` of the query was the newest.

    `overview` tells who looks, and what day it is.
    """

    def __init__(self, client: Client, overview: Callable[[], Overview | None]) -> None:
        self._client, self._overview = client, overview
        self._edges: dict[tuple[Query, int], str] = {}

    def query(self, query: Query) -> EventsQuery:
        """What a table's query means to the API, places left out.

        Raises:
            FilterError: when a word of the filter can't be understood.
        """
        overview = self._overview()
        today = day_of(overview.as_of, overview) if overview else dt.datetime.now(dt.UTC).date()
        contract = overview is not None and overview.plan.kind is PlanKind.CONTRACT
        asked = asked_for(query.text, today, contract=contract)
        return asked.model_copy(update={"up_to": query.as_of or None})

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """One page of events: after the page before it, where that is known, else by its place.

        Raises:
            HeadcountError: what the client raises.
            FilterError: when a word of the filter can't be understood.
        """
        edge = self._edges.get((query, offset))
        where = {"cursor": edge} if edge else {"offset": offset or None}
        asked = self.query(query).model_copy(update={**where, "limit": limit, "count": True})
        page = await self._client.events(asked)
        if page.next_cursor:
            if len(self._edges) > _KNOWN_EDGES:
                self._edges.clear()
            self._edges[query, offset + len(page.items)] = page.next_cursor
        overview = self._overview()
        now = overview.as_of if overview else dt.datetime.now(dt.UTC)
        me = overview.me.account.id if overview else ""
        return Window([event_row(event, now, me) for event in page.items], page.total or 0)

    async def count_since(self, query: Query, event_id: str = "") -> int:
        """How many events match that are newer than the list, or that stand in it above one of them.

        Raises:
            HeadcountError: what the client raises.
        """
        newer: dict[str, object] = {"after": query.as_of, "up_to": None}
        if event_id:
            newer = {"after": event_id, "up_to": query.as_of or None}
        newer |= {"limit": 1, "count": True}
        page = await self._client.events(self.query(query).model_copy(update=newer))
        return page.total or 0
