"""What a filter over users means here and now: its words folded, its days as moments."""

import datetime as dt

from contract.exports import ExportQuery
from contract.selections import UsersFilter
from contract.users import UsersQuery
from server.domain.periods import start_of_day
from server.platform.text import fold
from server.store.user_lists import Wanted


def wanted_users(asked: UsersQuery | ExportQuery | UsersFilter, subscription_id: str, time_zone: str) -> Wanted:
    """Whom a query finds; its days begin in the subscription's time zone (D2)."""
    return Wanted(
        subscription_id=subscription_id,
        words=tuple(fold(asked.search).split()),
        status=asked.status and asked.status.value,
        source=asked.source and asked.source.value,
        added_from=_begins(asked.added_from, time_zone),
        added_before=_begins(asked.added_before, time_zone),
    )


def _begins(day: dt.date | None, time_zone: str) -> dt.datetime | None:
    return None if day is None else start_of_day(day, time_zone)
