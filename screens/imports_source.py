"""Where the rows of an import come from, and what may be typed to narrow them."""

from collections.abc import Mapping, Sequence

from client.api import Client
from contract.imports import ImportRow, ImportRowsQuery, ImportVerdict
from screens.filter_words import FilterError, parse
from screens.imports_text import verdict_cell, verdict_tone
from tui.widgets.virtual_table import VirtualTable
from tui.widgets.virtual_table_columns import Column
from tui.widgets.virtual_table_data import Query, Row, Window

__all__ = ["COLUMNS", "FIELDS", "VERDICTS", "RowsTable", "Source", "import_row", "rows_query"]

VERDICTS = ("rejected", "done", *(each.value for each in ImportVerdict))
"""What `verdict:` takes: all that somebody has to look at, all that is done, or one verdict."""
FIELDS: Mapping[str, Sequence[str]] = {"verdict": VERDICTS}

COLUMNS = (
    Column("verdict", "Verdict", width=16, tone=verdict_tone),
    Column("number", "Row", width=7, align="right"),
    Column("email", "E-mail", weight=3, min_width=24),
    Column("name", "Name", weight=2, min_width=12, drop=2),
    Column("reason", "Reason", weight=4, min_width=16, drop=1),
)
_NOT_HERE = frozenset({"mark", "mark_all", "mark_none", "mark_range", "sort", "reverse"})


class RowsTable(VirtualTable):
    """Rows in the order of the file: nothing is marked or sorted."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the keys that do."""
        return action not in _NOT_HERE and super().check_action(action, parameters)


def rows_query(query: Query, offset: int = 0, limit: int = 100) -> ImportRowsQuery:
    """What a table's query means to the API. A bare word is a verdict too, so that `inv` is enough.

    Raises:
        FilterError: when a word of the filter can't be understood.
    """
    words = parse(query.text, FIELDS)
    bare = [parse(f"verdict:{word}", FIELDS).fields["verdict"] for word in words.text.split()]
    found = {*bare, *words.fields.values()}
    if len(found) > 1:
        message = f"One verdict at a time: {', '.join(VERDICTS)}"
        raise FilterError(message)
    wanted = next(iter(found), "")
    return ImportRowsQuery(
        verdict=ImportVerdict(wanted) if wanted in set(ImportVerdict) else None,
        done=True if wanted == "done" else None,
        rejected=wanted == "rejected",
        offset=offset,
        limit=limit,
        count=True,
    )


def import_row(row: ImportRow) -> Row:
    """Cells in the order of the table: verdict, row, e-mail, name, reason."""
    cells = row.cells
    name = f"{cells.first_name} {cells.last_name}".strip()
    return Row(str(row.number), (verdict_cell(row), f"{row.number:,}", cells.email, name, row.reason), None, row)


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
