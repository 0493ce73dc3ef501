"""Reading imports: one, all of them, the rows of one, and its failed rows as a file to be mended (D20)."""

from collections.abc import AsyncIterator, Iterator, Sequence

from contract.exports import Language
from contract.imports import Import, ImportRow, ImportRowsQuery, ImportsQuery, RejectedQuery, SheetFormat
from contract.pages import Page
from server.http import cursors
from server.http.call import Call, LongCall, make_call
from server.http.downloads import Download, download
from server.imports.serializers import import_answer, required, row_answer
from server.platform.services import Services
from server.platform.text import fold
from server.platform.time_slice import give_way
from server.sheets.wording import PERSON, Heading
from server.sheets.writing import write_csv, write_xlsx
from server.store import imports
from server.store.types import AnyRow

_NEWEST, _IN_ORDER = "newest", "row"


def get_import(call: Call) -> Import:
    """One import as it is now."""
    return import_answer(call, call.services.catalogue, required(call))


def list_imports(call: Call) -> Page[Import]:
    """Imports that are not forgotten yet, the newest first."""
    query: ImportsQuery = call.query
    before = None if query.cursor is None else int(cursors.decode(query.cursor, _NEWEST, [int])[0])
    rows = imports.page(
        call.connection, call.subscription_id, limit=query.limit + 1, before=before, offset=query.offset or 0
    )
    more, rows = len(rows) > query.limit, rows[: query.limit]
    return Page(
        items=tuple(import_answer(call, call.services.catalogue, row) for row in rows),
        next_cursor=cursors.encode(_NEWEST, [rows[-1].number]) if more else None,
        has_more=more,
        total=imports.count(call.connection, call.subscription_id) if query.count else None,
    )


def list_import_rows(call: Call) -> Page[ImportRow]:
    """Rows with their verdicts, in the order of the file."""
    query: ImportRowsQuery = call.query
    found = required(call)
    verdict = query.verdict and query.verdict.value
    words = fold(query.search).split()
    after = 0 if query.cursor is None else int(cursors.decode(query.cursor, _IN_ORDER, [int])[0])
    rows = imports.rows_page(
        call.connection,
        found.number,
        limit=query.limit + 1,
        verdict=verdict,
        done=query.done,
        rejected=query.rejected,
        remarked=query.remarked,
        words=words,
        after=after,
        offset=query.offset or 0,
    )
    total = None
    if query.count:
        total = imports.count_rows(
            call.connection,
            found.number,
            verdict=verdict,
            done=query.done,
            rejected=query.rejected,
            remarked=query.remarked,
            words=words,
        )
    more, rows = len(rows) > query.limit, rows[: query.limit]
    return Page(
        items=tuple(row_answer(row) for row in rows),
        next_cursor=cursors.encode(_IN_ORDER, [rows[-1].number]) if more else None,
        has_more=more,
        total=total,
    )


COLUMNS = (*PERSON, Heading.REASON)
AT_ONCE = 1000


async def rejected_rows(call: LongCall) -> Download:
    """The rows that somebody has to look at, in the order of the file, streamed at any size.

    Raises:
        ServerProblem: `not_found`.
    """
    query, services = call.asked.query, call.asked.services
    assert isinstance(query, RejectedQuery)
    with services.database.read() as connection:
        found = required(make_call(call.asked, connection, services.clock.now()))
    write = write_csv if query.format is SheetFormat.CSV else write_xlsx
    pieces = write(_failed(services, found), Language.ENGLISH, COLUMNS)
    return download(call, f"rejected-{found.id}", query.format, _pieces(pieces))


async def _pieces(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await give_way()


def _failed(services: Services, found: AnyRow) -> Iterator[Sequence[str]]:
    after = 0
    while True:
        with services.database.read() as connection:
            rows = imports.rejected(connection, found.number, after, AT_ONCE)
        for row in rows:
            yield row.email, row.first_name, row.last_name, row.position, row.reason or ""
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].number
