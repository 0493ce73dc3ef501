"""Who came by an import, and what taking it back does."""

from collections.abc import Sequence

from client.api import Client
from contract.imports import ImportRow, ImportRowsQuery
from contract.pages import MAX_LIMIT
from contract.subscription import Overview, PlanKind
from tui.presentation.confirmation import MOST_UNTYPED, Summary
from tui.presentation.users import person
from tui.presentation.wording import count, said_day

__all__ = ["NAMED", "imported_users", "undo_summary"]

NAMED = 200
"""How many of the rows are named before they are imported: the list behind the dialog has all of them."""


async def imported_users(client: Client, import_id: str) -> list[ImportRow]:
    """The rows that are done: each names the user it became.

    Raises:
        HeadcountError: what the client raises.
    """
    pages = client.all_pages(
        lambda each: client.import_rows(import_id, each), ImportRowsQuery(done=True, limit=MAX_LIMIT)
    )
    return [row async for page in pages for row in page.items if row.user_id]


def undo_summary(rows: Sequence[ImportRow], overview: Overview) -> Summary:
    """What taking an import back does: it removes these people again, and refunds nothing."""
    many = len(rows)
    day = said_day(overview.subscription.period_end, overview)
    paid = overview.plan.kind is PlanKind.PAID
    seats = f" No refund; the seats stay paid until the renewal on {day}." if paid else ""
    return Summary(
        title=f"Undo: remove {count(many, 'user')} again",
        verb=f"Remove {many:,}",
        lines=[f"Users who were imported leave the list of users.{seats}"],
        items=[person(row.cells.email, row.cells.email) for row in rows],
        back="They stay members.",
        type_number=many if many > MOST_UNTYPED else None,
        opener="imports.undo",
    )
