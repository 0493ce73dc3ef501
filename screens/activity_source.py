"""Where the rows of Activity come from: one page of events per window."""

from client.api import Client
from contract.events import Event, EventsQuery
from tui.sentences import sentence
from tui.widgets.virtual_table_data import Query, Row, Window

__all__ = ["ActivitySource", "event_row"]


def event_row(event: Event) -> Row:
    """Cells in the order of the table: when, who, what, object."""
    cells = (f"{event.created_at:%Y-%m-%d %H:%M}", event.actor.label, sentence(event), event.object.label)
    return Row(event.id, cells, item=event)


class ActivitySource:
    """What happened, the newest first."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:  # noqa: ARG002 - nothing narrows yet
        """One page of events.

        Raises:
            HeadcountError: what the client raises.
        """
        page = await self._client.events(EventsQuery(offset=offset, limit=limit, count=True))
        return Window([event_row(event) for event in page.items], page.total or 0)
