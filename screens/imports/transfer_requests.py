"""Transfer requests to the rows of an import that need one: each named before, each failure told after."""

from collections.abc import Sequence

from textual import work

from client.api import Client
from client.errors import HeadcountError
from contract.events import EventKind
from contract.imports import (
    Import,
    ImportRow,
    ImportRowsQuery,
    ImportTransferReport,
    ImportTransfers,
    ImportVerdict,
)
from contract.pages import MAX_LIMIT
from screens.imports.job import FollowedImport
from tui.presentation.confirmation import Summary
from tui.presentation.errors import told
from tui.presentation.lines import line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.users import person
from tui.presentation.wording import count

__all__ = ["MOST_ASKED", "AskingRows", "report_lines", "requests_summary", "waiting_rows"]

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
        lines=[f"{who} to an account outside. Each gets a mail and decides; nothing is paid now."],
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
    sent = f"{count(report.requested, 'request')} on the way; Transfers shows what becomes of them."
    return title, [*lines, (f"✓ {sent}", "ok")] if report.requested else lines


class AskingRows(FollowedImport):
    """What `t` does: every row that needs a request and has none is named, then asked."""

    def action_transfers(self) -> None:
        """t: ask everybody who needs to be asked."""
        if self.refuses("send transfer requests"):
            return
        if self.current is None or not self.current.counts.needs_transfer:
            self.show_result("No row needs a transfer request.", "dim")
        else:
            self._find_waiting(self.current)

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _find_waiting(self, current: Import) -> None:
        try:
            rows = await waiting_rows(self.client, current.id)
        except HeadcountError as error:
            self.show_error(told(error))
            return
        if not rows:
            self.show_result("Everybody who needs a request has got one: Transfers shows them.", "dim")
            return
        wanted = ImportTransfers(numbers=tuple(row.number for row in rows))
        self.confirm(
            requests_summary(rows),
            lambda: self.app.run_worker(self._ask_them(current.id, wanted), group="command", exit_on_error=False),
        )

    async def _ask_them(self, import_id: str, wanted: ImportTransfers) -> None:
        keys = self.intentions
        self.begin("sending transfer requests")
        try:
            report = await self.client.send_import_transfers(import_id, wanted, key=keys.key(wanted, import_id))
        except HeadcountError as error:
            keys.failed(error, wanted, import_id)
            if self.is_attached:
                self.show_error(told(error))
        else:
            keys.answered(wanted, import_id)
            if self.is_attached:
                self.learn(report.current)
                title, lines = report_lines(report)
                self.show_ledger(title, lines, failed=bool(report.failed))
        finally:
            self.ended(EventKind.TRANSFER_REQUESTED)
