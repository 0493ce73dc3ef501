"""Where the rows of Transfers come from: one page of the API per window."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from client.api import Client
from contract.transfers import Direction, Transfer, TransferSort, TransfersQuery, TransferState
from screens.shared.filter_words import parse
from tui.presentation.transfers import Side
from tui.presentation.wording import age
from tui.widgets.table.data import Query, Row, Window

__all__ = ["TRANSFER_FIELDS", "TransfersSource", "transfer_row"]

Clock = Callable[[], dt.datetime]

_MINUS = {False: "", True: "-"}


TRANSFER_FIELDS: Mapping[Side, Mapping[str, Sequence[str]]] = {
    Side.INCOMING: {},
    Side.OUTGOING: {},
    Side.HISTORY: {
        "state": tuple(state.value for state in TransferState),
        "direction": tuple(direction.value for direction in Direction),
    },
}
"""What a filter over requests may narrow, by side."""


class TransfersSource:
    """The requests of one side."""

    def __init__(self, client: Client, side: Side, now: Clock) -> None:
        self._client, self.side, self._now = client, side, now

    def query(self, query: Query, offset: int = 0, limit: int = 100) -> TransfersQuery:
        """What a table's query means to the API on this side.

        Raises:
            FilterError: when a word of the filter can't be understood.
        """
        history = self.side is Side.HISTORY
        words = parse(query.text, TRANSFER_FIELDS[self.side])
        state = words.fields.get("state", "" if history else TransferState.PENDING.value)
        direction = words.fields.get("direction", "" if history else self.side.value)
        usual = TransferSort.CREATED_AT_DESCENDING if history else TransferSort.CREATED_AT
        return TransfersQuery(
            search=words.text,
            direction=Direction(direction) if direction else None,
            state=TransferState(state) if state else None,
            sort=TransferSort(f"{_MINUS[query.descending]}{query.sort}") if query.sort else usual,
            offset=offset,
            limit=limit,
            count=True,
        )

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """One page of requests.

        Raises:
            HeadcountError: what the client raises.
            FilterError: when a word of the filter can't be understood.
        """
        page = await self._client.transfers(self.query(query, offset, limit))
        now = self._now()
        return Window([transfer_row(each, now, self.side) for each in page.items], page.total or 0)


def transfer_row(transfer: Transfer, now: dt.datetime, side: Side = Side.INCOMING) -> Row:
    """Cells in the order of the Transfers table: name, e-mail, says, asked, expires; or with way and state in history.

    What somebody gives up comes before what they say: it is what a decision takes from them.
    """
    gives_up = transfer.gives_up and f"gives up {transfer.gives_up}"
    says = " · ".join(filter(None, (gives_up, transfer.message, transfer.reason)))
    asked = f"{age(transfer.created_at, now)}"
    if side is Side.HISTORY:
        way = "in" if transfer.direction is Direction.INCOMING else "out"
        cells: tuple[str, ...] = (transfer.name, transfer.email, way, transfer.state.value, says, asked)
    else:
        cells = (transfer.name, transfer.email, says, asked, age(transfer.expires_at, now))
    return Row(transfer.id, cells, transfer.version, transfer)
