"""The failed rows as a file with a reason column: mended there, it is imported again (D20)."""

from collections.abc import AsyncIterator, Iterator, Sequence

from contract.exports import Language
from contract.imports import RejectedQuery, SheetFormat
from server.http.call import LongCall, make_call
from server.http.downloads import Download, download
from server.imports.serializers import required
from server.platform.services import Services
from server.platform.time_slice import give_way
from server.sheets.wording import PERSON, Heading
from server.sheets.writing import write_csv, write_xlsx
from server.store import imports
from server.store.types import AnyRow

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
    pieces = write(_rows(services, found), Language.ENGLISH, COLUMNS)
    return download(call, f"rejected-{found.id}", query.format, _pieces(pieces))


async def _pieces(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await give_way()


def _rows(services: Services, found: AnyRow) -> Iterator[Sequence[str]]:
    after = 0
    while True:
        with services.database.read() as connection:
            rows = imports.rejected(connection, found.number, after, AT_ONCE)
        for row in rows:
            yield row.email, row.first_name, row.last_name, row.position, row.reason or ""
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].number
