"""Planning: a file is taken in, understood, and every row gets its verdict. Nothing is changed yet (D20)."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from contract.encodings import ENCODINGS, codec_named
from contract.events import EventKind, EventObject
from contract.imports import MAX_ROWS, Import, ImportEncodingChoice, ImportMapping, ImportStatus
from contract.problems import ProblemCode
from server.http.bodies import parse_body
from server.http.call import Call, LongCall, Reply, make_call
from server.http.problems import Invalid, ServerProblem
from server.imports.row_validation import Cells, judge_rows
from server.imports.serializers import (
    columns_of,
    encodings_of,
    import_answer,
    mapping_of,
    not_ready,
    places_of,
    remarks_of,
    required,
)
from server.platform.ids import new_id
from server.platform.services import Services
from server.platform.text import is_unsafe
from server.platform.time_slice import Pace, give_way
from server.platform.transaction import unit_for
from server.sheets.reading import open_sheet
from server.sheets.sheet import Person, Remarks, Sheet, SheetKind, UnreadableSheet
from server.store import imports
from server.store.types import AnyRow, Connection
from server.users.adding import check_plan, limit_of

MOST = 2000
"""Rows of one transaction at most; usually as many as take no longer than others may wait."""
ROWS_AT_ONCE = 5000
"""Rows of an earlier plan that are forgotten in one transaction."""
KEPT_FOR = dt.timedelta(days=7)
PATIENCE = 15.0
"""Seconds the answer waits for the plan; a longer one goes on by itself."""


async def plan_import(call: LongCall) -> Import | Reply:
    """Take a file in and plan it, or ask which column is what.

    The import is there, and its key answered, before the planning begins: whoever asks again with the key after the
    server died gets the same import, which is planned by then.

    Raises:
        ServerProblem: the file can't be read, the mapping is none, or the plan has no sub-accounts.
    """
    upload, services = call.asked.upload, call.asked.services
    assert upload is not None
    mapping, codec = await _asked(upload.fields)
    with services.database.read() as connection:
        check_plan(_reading(call, connection))
    sheet = await _opened(upload.path, mapping, codec)
    identity = new_id("imp")
    kept = path_of(services, identity)
    upload.path.rename(kept)
    try:
        async with call.transaction() as unit:
            row = imports.add(unit.connection, _values(unit, identity, upload.name, sheet))
            answer = import_answer(unit, services.catalogue, row)
            call.finish(unit, answer)
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    return await _planned(call, row)


async def choose_encoding(call: LongCall) -> Import | Reply:
    """Say which encoding the file is in: the guess is none any more, or the file is planned anew in another one.

    Raises:
        ServerProblem: there is no such encoding, the file says itself that it has another, or the import is under way.
    """
    services, found = call.asked.services, _to_be_planned(call)
    choice = call.asked.body
    assert isinstance(choice, ImportEncodingChoice)
    codec = _known(choice.encoding)
    if found.kind != SheetKind.CSV.value:
        raise Invalid(("/encoding", "no_encoding", "A workbook has no encoding to choose."))
    values: dict[str, Any] = {"encoding_guessed": False}
    if codec != codec_named(found.encoding):
        values |= _about(await _read_in(path_of(services, found.id), codec, found))
        values |= {"encoding_guessed": False, "stopped_detail": ""}
    async with call.transaction() as unit:
        row = _mappable(unit)
        row = imports.change(unit.connection, row.number, **values, version=row.version + 1)
        call.finish(unit, import_answer(unit, services.catalogue, row))
    return await _planned(call, row)


def _to_be_planned(call: LongCall) -> AnyRow:
    """The import that somebody says something of: it can still be planned, and the plan takes users.

    Raises:
        ServerProblem: not so.
    """
    with call.asked.services.database.read() as connection:
        unit = _reading(call, connection)
        check_plan(unit)
        return _mappable(unit)


async def _read_in(path: Path, codec: str, found: AnyRow) -> Sheet:
    """The file in another encoding, in which its header may say more; columns that somebody chose stay chosen."""
    before, after = await _opened(path, encoding=found.encoding), await _opened(path, encoding=codec)
    if found.mapping is None or (found.mapping == mapping_of(before) and after.mapping):
        return after
    return await _opened(path, ImportMapping.model_validate_json(found.mapping), codec)


async def map_import(call: LongCall) -> Import | Reply:
    """Choose the columns, and plan it; also once more, as long as nothing was applied.

    Raises:
        ServerProblem: the file has no such column, or the import is under way already.
    """
    services, found = call.asked.services, _to_be_planned(call)
    mapping = call.asked.body
    assert isinstance(mapping, ImportMapping)
    sheet = await _opened(path_of(services, found.id), mapping, found.encoding)
    async with call.transaction() as unit:
        row = _mappable(unit)
        values = {name: _about(sheet)[name] for name in ("columns", "mapping", "status", "encodings")}
        row = imports.change(unit.connection, row.number, **values, version=row.version + 1)
        call.finish(unit, import_answer(unit, services.catalogue, row))
    return await _planned(call, row)


def path_of(services: Services, import_id: str) -> Path:
    """Where an import's file is kept until it is applied."""
    return services.files / import_id


def start_planning(services: Services, row: AnyRow) -> None:
    """Plan an import from its start, beside everything else."""

    async def work() -> None:
        places = places_of(ImportMapping.model_validate_json(row.mapping))
        try:
            path, codec = path_of(services, row.id), row.encoding
            sheet = await asyncio.to_thread(open_sheet, path, mapping=places, encoding=codec)
        except (UnreadableSheet, ValueError, OSError) as error:
            await _give_up(services, row, str(error))
            return
        async for _ in plan(services, row.number, sheet):
            await give_way()

    services.tasks.start(row.id, work)


async def plan(services: Services, number: int, sheet: Sheet) -> AsyncIterator[int]:
    """Judge every row, a chunk in a transaction; yields how many rows after each.

    The file is read in a thread, however little there is in how much of it, and a chunk is judged and written in one.
    """
    with services.database.read() as connection:
        row = imports.find(connection, number)
    if row is None or row.status != ImportStatus.PLANNING.value:
        return
    await _begin_anew(services, number)
    seen: dict[str, int] = {}
    remarks = Remarks()
    people, done, pace = sheet.people(remarks), 0, Pace(MOST, start=1000, least=500)
    try:
        while chunk := await asyncio.to_thread(_next, people, pace.size):
            pace.begin()
            if done + len(chunk) > MAX_ROWS:
                await _give_up(services, row, f"More than {MAX_ROWS:,} rows: split it into several files.")
                return
            work = partial(_plan_chunk, services=services, number=number, row=row, chunk=chunk, seen=seen)
            await services.database.write_aside(work)
            done += len(chunk)
            pace.done()
            yield len(chunk)
    except UnreadableSheet as error:
        await _give_up(services, row, error.sentence)
        return
    await _finish(services, row, remarks_of(sheet, remarks))


def _next(people: Iterator[Person], many: int) -> list[Cells]:
    return [Cells(*each) for each in islice(people, many)]


async def _begin_anew(services: Services, number: int) -> None:
    """Forget what an earlier plan found."""
    dropped = 1
    while dropped:
        async with services.database.writing() as connection:
            dropped = imports.drop_rows(connection, number, ROWS_AT_ONCE)
            imports.change(connection, number, **dict.fromkeys(imports.COUNTED, 0), remarks="")
        await give_way()


def subject(row: AnyRow, **attributes: Any) -> EventObject:
    """What an event about an import is about."""
    return EventObject(type="import", id=row.id, label=row.file_name, attributes=attributes)


def _plan_chunk(
    connection: Connection, *, services: Services, number: int, row: AnyRow, chunk: list[Cells], seen: dict[str, int]
) -> None:
    unit = unit_for(connection, services.clock.now(), row)
    found = imports.find(unit.connection, number)
    limit = limit_of(unit, services.catalogue)
    room = None if limit is None or found is None else max(0, limit - found.create - found.add_member)
    judged = judge_rows(unit, chunk, seen, room)
    imports.add_rows(unit.connection, [each.stored(number) for each in judged])
    counts: dict[str, int] = {"rows": len(judged), "remarked": sum(row.remark is not None for row in judged)}
    for each in judged:
        counts[each.verdict] = counts.get(each.verdict, 0) + 1
    imports.count_up(unit.connection, number, counts)


async def _finish(services: Services, row: AnyRow, remarks: str) -> None:
    async with services.database.writing() as connection:
        after = imports.change(connection, row.number, status=ImportStatus.PLANNED.value, remarks=remarks)
        unit = unit_for(connection, services.clock.now(), row)
        unit.emit(EventKind.IMPORT_PLANNED, subject(row, rows=after.rows))
        unit.record()


async def _give_up(services: Services, row: AnyRow, sentence: str) -> None:
    """The file turned out to be broken further down: what is wrong is said, and a new file is needed."""
    await _begin_anew(services, row.number)
    async with services.database.writing() as connection:
        counters = dict.fromkeys(imports.COUNTED, 0)
        values = {"status": ImportStatus.NEEDS_MAPPING.value, "stopped_detail": sentence, "mapping": None}
        imports.change(connection, row.number, **counters, **values)


async def _planned(call: LongCall, row: AnyRow) -> Import | Reply:
    """The import as it is when it is planned, or after some patience."""
    services = call.asked.services
    if row.status == ImportStatus.PLANNING.value:
        start_planning(services, row)
        await services.tasks.settled(row.id, PATIENCE)
    with services.database.read() as connection:
        unit = _reading(call, connection)
        found = imports.find(connection, row.number)
        assert found is not None
        if found.stopped_detail:
            raise ServerProblem(ProblemCode.UNREADABLE_FILE, found.stopped_detail, ran=True)
        return import_answer(unit, services.catalogue, found)


async def _opened(path: Path, mapping: ImportMapping | None = None, encoding: str = "") -> Sheet:
    places = places_of(mapping) if mapping else None
    try:
        return await asyncio.to_thread(open_sheet, path, mapping=places, encoding=encoding)
    except UnreadableSheet as error:
        raise ServerProblem(ProblemCode.UNREADABLE_FILE, error.sentence, why=error.code.value) from error
    except ValueError as error:
        raise Invalid(("/mapping", "no_such_column", f"{error}.")) from error
    except FileNotFoundError as error:
        raise ServerProblem(ProblemCode.UNREADABLE_FILE, "The file is no longer available: send it again.") from error


async def _asked(fields: Any) -> tuple[ImportMapping | None, str]:
    """The mapping and the codec that came with the file, if any."""
    unknown = sorted(set(fields) - {"mapping", "encoding"})
    if unknown:
        raise Invalid((f"/{unknown[0]}", "extra_forbidden", "The form takes file, mapping and encoding."))
    codec = _known(fields["encoding"]) if "encoding" in fields else ""
    mapping = await parse_body(fields["mapping"].encode(), ImportMapping) if "mapping" in fields else None
    return mapping, codec


def _known(encoding: str) -> str:
    if codec := codec_named(encoding):
        return codec
    raise Invalid(("/encoding", "unknown_encoding", f"No such encoding. There are: {', '.join(ENCODINGS.values())}."))


def _mappable(unit: Call) -> AnyRow:
    found = required(unit)
    open_now = {ImportStatus.NEEDS_MAPPING.value, ImportStatus.PLANNED.value}
    if found.status not in open_now or found.applied:
        raise not_ready(found, "Its columns and its encoding can no longer be chosen.")
    return found


def _reading(call: LongCall, connection: Any) -> Call:
    return make_call(call.asked, connection, call.asked.services.clock.now())


def _values(unit: Call, identity: str, name: str, sheet: Sheet) -> dict[str, Any]:
    plain = "".join("\N{REPLACEMENT CHARACTER}" if is_unsafe(char) else char for char in name).strip()
    return {
        "id": identity,
        "organisation_id": unit.organisation_id,
        "subscription_id": unit.subscription_id,
        "account_id": unit.principal.account_id,
        "created_by": unit.principal.label,
        "actor": unit.principal.label,
        "file_name": plain or "people",
        "request_id": unit.request.id,
        "idempotency_key": unit.request.idempotency_key,
        "created_at": unit.now,
        "expires_at": unit.now + KEPT_FOR,
        **_about(sheet),
    }


def _about(sheet: Sheet) -> dict[str, Any]:
    status = ImportStatus.PLANNING if sheet.mapping else ImportStatus.NEEDS_MAPPING
    return {
        "kind": sheet.kind.value,
        "encoding": sheet.encoding,
        "encoding_guessed": sheet.guessed,
        "encodings": encodings_of(sheet),
        "delimiter": sheet.delimiter,
        "columns": columns_of(sheet),
        "mapping": mapping_of(sheet),
        "status": status.value,
    }
