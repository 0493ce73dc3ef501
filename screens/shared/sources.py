"""Where the tables' rows come from: one page of the API per window."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from client.api import Client
from contract.transfers import Direction, Transfer, TransferSort, TransfersQuery, TransferState
from contract.users import User, UserSort, UserSource, UsersQuery, UserStatus
from screens.shared.filter_words import DAYS, parse
from tui.presentation.day_spans import DaySpan, day_span
from tui.presentation.wording import age
from tui.widgets.table.data import Query, Row, Window

__all__ = [
    "STATUS_WORDS",
    "TRANSFER_FIELDS",
    "USER_FIELDS",
    "Side",
    "TransfersSource",
    "UsersSource",
    "transfer_row",
    "user_row",
    "users_query",
]

Clock = Callable[[], dt.datetime]

USER_FIELDS: Mapping[str, Sequence[str]] = {
    "status": (UserStatus.ACTIVE.value, UserStatus.NOT_PAID.value),
    "source": tuple(source.value for source in UserSource),
    "added": DAYS,
}
"""What a filter over users may narrow."""

STATUS_WORDS = {UserStatus.ACTIVE: "● active", UserStatus.NOT_PAID: "! NOT PAID", UserStatus.REMOVED: "- removed"}
"""A user's status as every list shows it: sign and word."""

_MINUS = {False: "", True: "-"}


class Side(StrEnum):
    """What the requests are looked at as: those we decide, those we wait for, and all there ever were."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    HISTORY = "history"


TRANSFER_FIELDS: Mapping[Side, Mapping[str, Sequence[str]]] = {
    Side.INCOMING: {},
    Side.OUTGOING: {},
    Side.HISTORY: {
        "state": tuple(state.value for state in TransferState),
        "direction": tuple(direction.value for direction in Direction),
    },
}
"""What a filter over requests may narrow, by side."""


def users_query(query: Query, offset: int = 0, limit: int = 100) -> UsersQuery:
    """What a table's query means to the API.

    Raises:
        FilterError: when a word of the filter can't be understood.
    """
    words = parse(query.text, USER_FIELDS)
    status, source, added = (words.fields.get(name) for name in ("status", "source", "added"))
    days = day_span(added) if added else DaySpan()
    return UsersQuery(
        search=words.text,
        status=UserStatus(status) if status else None,
        source=UserSource(source) if source else None,
        added_from=days.start,
        added_before=days.before,
        sort=UserSort(f"{_MINUS[query.descending]}{query.sort}") if query.sort else UserSort.NAME,
        offset=offset,
        limit=limit,
        count=True,
    )


def user_row(user: User, zone: dt.tzinfo = dt.UTC) -> Row:
    """Cells in the order of the Users table: name, e-mail, position, status, source, and the day added in a zone."""
    cells = (
        user.name,
        user.email,
        user.position,
        STATUS_WORDS[user.status],
        user.source.value,
        f"{user.added_at.astimezone(zone):%Y-%m-%d}",
    )
    return Row(user.id, cells, user.version, user)


class UsersSource:
    """The users of the subscription; `zone` is the one its days are meant in (D2)."""

    def __init__(self, client: Client, zone: Callable[[], dt.tzinfo] = lambda: dt.UTC) -> None:
        self._client, self._zone = client, zone

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """One page of users.

        Raises:
            HeadcountError: what the client raises.
            FilterError: when a word of the filter can't be understood.
        """
        page = await self._client.users(users_query(query, offset, limit))
        zone = self._zone()
        return Window([user_row(user, zone) for user in page.items], page.total or 0)


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
