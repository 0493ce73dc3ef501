"""Transfer requests to the rows of an import that need one: each named before, each failure told after."""

from collections.abc import Sequence

from client.api import Client
from contract.imports import ImportRow, ImportRowsQuery, ImportTransferReport, ImportVerdict
from contract.pages import MAX_LIMIT
from tui.presentation.confirmation import Summary
from tui.presentation.lines import line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.users import person
from tui.presentation.wording import count

__all__ = ["MOST_ASKED", "report_lines", "requests_summary", "waiting_rows"]

MOST_ASKED = 10_000
"""The most requests that go out at once."""


async def waiting_rows(client: Client, import_id: str) -> list[ImportRow]:
    """The rows that need a request and have none yet, at most as many as go out at once.

    Raises:
        HeadcountError: what the client raises.
    """
    found: list[ImportRow] = []
    query = ImportRowsQuery(verdict=ImportVerdict.NEEDS_TRANSFER, limit=MAX_LIMIT)
    async for page in client.all_pages(lambda each: client.import_rows(import_id, each), query):
        found += [row for row in page.items if row.transfer_id is None]
        if len(found) >= MOST_ASKED:
            break
    return found[:MOST_ASKED]


def requests_summary(rows: Sequence[ImportRow]) -> Summary:
    """Who is asked, and what that means."""
    many = len(rows)
    who = "This person belongs" if many == 1 else f"These {many:,} people belong"
    return Summary(
        title=f"Send {count(many, 'transfer request')}",
        verb=f"Send {many:,}",
        lines=[f"{who} to an account outside. Each gets an e-mail and decides; nothing is paid now."],
        items=[_item(row) for row in rows],
        opener="imports.transfers",
    )


def _item(row: ImportRow) -> Line:
    cells = row.cells
    name = f"{cells.first_name} {cells.last_name}".strip()
    return line(person(name or cells.email, cells.email), (f"  row {row.number:,}", "dim"))


def report_lines(report: ImportTransferReport) -> tuple[str, list[Line]]:
    """Title and lines of what became of the requests, failures first."""
    failed = len(report.failed)
    title = f"{count(report.requested, 'request')} sent" + (f", {failed:,} not" if failed else "")
    lines: list[Line] = [
        line("! ", clean(row.cells.email, 100), (f"  {clean(row.reason, 300)}", "bad")) for row in report.failed
    ]
    sent = f"{count(report.requested, 'request')} sent; see Transfers for the answers."
    return title, [*lines, (f"✓ {sent}", "ok")] if report.requested else lines
