"""Where the rows of an import come from, and what may be typed to narrow them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from client.api import Client
from contract.imports import ImportRow, ImportRowsQuery, ImportVerdict
from screens.imports.text import verdict_cell, verdict_tone
from screens.shared.filter_words import parse
from tui.widgets.table.columns import Column, Place
from tui.widgets.table.data import Query, Row, Window
from tui.widgets.table.table import VirtualTable

__all__ = ["COLUMNS", "FIELDS", "VERDICTS", "RowsTable", "Source", "import_row", "rows_query"]

VERDICTS = ("rejected", "remarked", "done", *(each.value for each in ImportVerdict))
"""What `verdict:` takes: all that somebody has to look at, all with a remark, all that is done, or one verdict."""
FIELDS: Mapping[str, Sequence[str]] = {"verdict": VERDICTS}

_NAME = Column("name", "Name", weight=2, min_width=12, drop=2)
_REASON = Column("reason", "Reason", weight=4, min_width=16, drop=1)
_EITHER = replace(_REASON, label="Reason, or name")
COLUMNS = (
    Column("verdict", "Verdict", width=16, tone=verdict_tone),
    Column("number", "Row", width=7, align="right"),
    Column("email", "E-mail", weight=3, min_width=24),
    _NAME,
    _REASON,
)
_LONGEST = 200


class RowsTable(VirtualTable):
    """Rows in the order of the file: nothing is marked or sorted.

    Where there is no room for both, one column says the reason, or the name where there is none.
    """

    READ_ONLY = True

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the columns are; the last one's label says what it stands for."""
        found = super().places
        if any(place.column is _NAME for place in found):
            return found
        return tuple(replace(place, column=_EITHER) if place.column is _REASON else place for place in found)

    def shown(self, row: Row) -> Row:
        """The reason, or the name instead."""
        if any(place.column is _NAME for place in super().places):
            return row
        *others, name, reason = row.cells
        return replace(row, cells=(*others, name, reason or name))


def rows_query(query: Query, offset: int = 0, limit: int = 100) -> ImportRowsQuery:
    """What a table's query means to the API: `verdict:` narrows, other words are looked for in the rows.

    Raises:
        FilterError: when a word of the filter can't be understood.
    """
    words = parse(query.text, FIELDS)
    wanted = words.fields.get("verdict", "")
    return ImportRowsQuery(
        search=words.text[:_LONGEST],
        verdict=ImportVerdict(wanted) if wanted in set(ImportVerdict) else None,
        done=True if wanted == "done" else None,
        rejected=wanted == "rejected",
        remarked=wanted == "remarked",
        offset=offset,
        limit=limit,
        count=True,
    )


def import_row(row: ImportRow) -> Row:
    """Cells in the order of the table: verdict, row, e-mail, name, reason or remark."""
    cells = row.cells
    name = f"{cells.first_name} {cells.last_name}".strip()
    return Row(
        str(row.number), (verdict_cell(row), str(row.number), cells.email, name, row.reason or row.remark), None, row
    )


class Source:
    """The rows of one import; none before it is there."""

    def __init__(self, client: Client, import_id: str = "") -> None:
        self._client, self.import_id = client, import_id

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:
        """One page of rows.

        Raises:
            HeadcountError: what the client raises.
            FilterError: when a word of the filter can't be understood.
        """
        if not self.import_id:
            return Window([], 0)
        page = await self._client.import_rows(self.import_id, rows_query(query, offset, limit))
        return Window([import_row(row) for row in page.items], page.total or 0)
