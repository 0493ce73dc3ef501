"""Where the rows of the invitation codes come from."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from client.api import Client
from contract.codes import CodeSort, CodesQuery, CodeState
from screens.codes.text import code_row
from screens.shared.filter_words import parse
from tui.widgets.table.data import Query, Window

__all__ = ["CODE_FIELDS", "CodesSource"]

CODE_FIELDS: Mapping[str, Sequence[str]] = {"state": tuple(state.value for state in CodeState)}
"""What a filter over codes may narrow."""


class CodesSource:
    """The codes of the subscription, the newest first."""

    def __init__(self, client: Client, now: Callable[[], dt.datetime]) -> None:
        self._client, self._now = client, now

    @staticmethod
    def query(query: Query, offset: int = 0, limit: int = 100) -> CodesQuery:
        """What a table's query means to the API.

        Raises:
            FilterError: when a word of the filter can't be understood.
        """
        words = parse(query.text, CODE_FIELDS)
        state = words.fields.get("state")
        sort = f"{'-' if query.descending else ''}{query.sort}" if query.sort else "-created_at"
        return CodesQuery(
            search=words.text,
            state=CodeState(state) if state else None,
            sort=CodeSort(sort),
            offset=offset,
            limit=limit,
            count=True,
        )

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """One page of codes.

        Raises:
            HeadcountError: what the client raises.
            FilterError: when a word of the filter can't be understood.
        """
        page = await self._client.codes(self.query(query, offset, limit))
        now = self._now()
        return Window([code_row(code, now) for code in page.items], page.total or 0)
