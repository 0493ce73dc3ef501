"""Where the tables' rows come from: one page of the API per window."""

import datetime as dt
from collections.abc import Callable

from client.api import Client
from contract.transfers import Direction, Transfer, TransferSort, TransfersQuery, TransferState
from contract.users import User, UserSort, UserSource, UsersQuery, UserStatus
from screens.filter_words import parse
from tui.widgets.virtual_table_data import Query, Row, Window
from tui.wording import age

USER_FIELDS = {"status": UserStatus, "source": UserSource}
STATUS_WORDS = {UserStatus.ACTIVE: "active", UserStatus.NOT_PAID: "NOT PAID", UserStatus.REMOVED: "removed"}
_MINUS = {False: "", True: "-"}

_Clock = Callable[[], dt.datetime]


def users_query(query: Query, offset: int = 0, limit: int = 100) -> UsersQuery:
    """What a table's query means to the API.

    Raises:
        FilterError: when a word of the filter can't be understood.
    """
    words = parse(query.text, USER_FIELDS)
    status, source = words.fields.get("status"), words.fields.get("source")
    return UsersQuery(
        search=words.text,
        status=UserStatus(status) if status else None,
        source=UserSource(source) if source else None,
        sort=UserSort(f"{_MINUS[query.descending]}{query.sort}") if query.sort else UserSort.NAME,
        offset=offset,
        limit=limit,
        count=True,
    )


def user_row(user: User) -> Row:
    """Cells in the order of the Users table: name, e-mail, position, status, source, added."""
    cells = (
        user.name,
        user.email,
        user.position,
        STATUS_WORDS[user.status],
        user.source.value,
        f"{user.added_at:%Y-%m-%d}",
    )
    return Row(user.id, cells, user.version, user)


class UsersSource:
    """The users of the subscription."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """One page of users.

        Raises:
            HeadcountError: what the client raises.
            FilterError: when a word of the filter can't be understood.
        """
        page = await self._client.users(users_query(query, offset, limit))
        return Window([user_row(user) for user in page.items], page.total or 0)


class TransfersSource:
    """The requests of one side: incoming that wait, outgoing that wait, or all that have ended."""

    def __init__(self, client: Client, side: str, now: _Clock) -> None:
        self._client, self.side, self._now = client, side, now

    def query(self, query: Query, offset: int = 0, limit: int = 100) -> TransfersQuery:
        """What a table's query means to the API on this side.

        Raises:
            FilterError: when a word of the filter can't be understood.
        """
        history = self.side == "history"
        words = parse(query.text, {"state": TransferState, "direction": Direction} if history else {})
        state, direction = words.fields.get("state"), words.fields.get("direction")
        usual = TransferSort.CREATED_AT_DESCENDING if history else TransferSort.CREATED_AT
        waiting = None if history else TransferState.PENDING
        return TransfersQuery(
            search=words.text,
            direction=Direction(direction or self.side) if direction or not history else None,
            state=TransferState(state) if state else waiting,
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
        return Window([transfer_row(each, now) for each in page.items], page.total or 0)


def transfer_row(transfer: Transfer, now: dt.datetime) -> Row:
    """Cells in the order of the Transfers table: name, e-mail, what they say or give up, state, asked, expires."""
    says = transfer.gives_up and f"gives up {transfer.gives_up}"
    cells = (
        transfer.name,
        transfer.email,
        " · ".join(filter(None, (says, transfer.message or transfer.reason))),
        transfer.state.value,
        age(transfer.created_at, now),
        age(transfer.expires_at, now) if transfer.state is TransferState.PENDING else "",
    )
    return Row(transfer.id, cells, transfer.version, transfer)
