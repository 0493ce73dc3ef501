"""Where the rows of Activity come from: one page of events per window, read on from the page before it."""

import datetime as dt
from collections.abc import Callable

from client.api import Client
from contract.events import Event, EventsQuery
from contract.subscription import Overview, PlanKind
from screens.activity.filter import asked_for
from tui.presentation.event_descriptions import sentence
from tui.presentation.wording import clock, day_of
from tui.widgets.table.data import Query, Row, Window

__all__ = ["ActivitySource", "event_row"]

_KNOWN_EDGES = 1000


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
