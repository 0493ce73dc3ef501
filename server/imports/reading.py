"""Reading imports: one, all of them, and the rows of one."""

from contract.imports import Import, ImportRow, ImportRowsQuery, ImportsQuery
from contract.pages import Page
from server.http import cursors
from server.http.call import Call
from server.imports.serializers import import_answer, required, row_answer
from server.platform.text import fold
from server.store import imports

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
        words=words,
        after=after,
        offset=query.offset or 0,
    )
    total = None
    if query.count:
        total = imports.count_rows(
            call.connection, found.number, verdict=verdict, done=query.done, rejected=query.rejected, words=words
        )
    more, rows = len(rows) > query.limit, rows[: query.limit]
    return Page(
        items=tuple(row_answer(row) for row in rows),
        next_cursor=cursors.encode(_IN_ORDER, [rows[-1].number]) if more else None,
        has_more=more,
        total=total,
    )
