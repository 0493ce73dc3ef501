"""Imports and their rows as they travel."""

import json
from typing import Any

from contract.encodings import said
from contract.imports import (
    Import,
    ImportCells,
    ImportColumn,
    ImportCounts,
    ImportEncoding,
    ImportField,
    ImportMapping,
    ImportPrice,
    ImportRow,
    ImportSeats,
    ImportStatus,
    ImportStop,
    ImportVerdict,
)
from contract.problems import ProblemCode
from contract.users import BatchMode
from server.catalogue import Catalogue
from server.domain.periods import local_date
from server.domain.renewal import forecast
from server.domain.seat_allocation import joining
from server.domain.spending import with_users
from server.http.call import Call
from server.http.problems import ServerProblem, not_found
from server.limits.spending import check_users
from server.platform.transaction import Unit
from server.sheets.headers import address_column
from server.sheets.sheet import Field, Remarks, Sheet
from server.store import imports, subscriptions
from server.store.types import AnyRow
from server.subscription.next_payment import payment_change
from server.subscription.reading import standing_of

_WITHOUT_PLAN = frozenset({ImportStatus.NEEDS_MAPPING.value, ImportStatus.PLANNING.value})
_SAMPLE = 80


def required(call: Call) -> AnyRow:
    """The import of the path.

    Raises:
        ServerProblem: `not_found`, also for somebody else's.
    """
    found = imports.get(call.connection, call.subscription_id, call.id)
    if found is None:
        raise not_found()
    return found


def import_answer(unit: Unit, catalogue: Catalogue, row: AnyRow) -> Import:
    """The import with its price as of now."""
    seats, price = (None, None) if row.status in _WITHOUT_PLAN else _priced(unit, catalogue, row)
    spending = check_users(unit, catalogue, unit.actor.account_id, imports.remaining(row)) if seats else None
    mapping = ImportMapping.model_validate_json(row.mapping) if row.mapping else None
    return Import(
        id=row.id,
        status=ImportStatus(row.status),
        stopped_because=ImportStop(row.stopped_because) if row.stopped_because else None,
        stopped_detail=row.stopped_detail,
        file_name=row.file_name,
        kind=row.kind,
        encoding=row.encoding,
        encoding_guessed=row.encoding_guessed,
        encodings=tuple(ImportEncoding.model_validate(each) for each in json.loads(row.encodings or "[]")),
        remarks=tuple(json.loads(row.remarks or "[]")),
        delimiter=row.delimiter,
        columns=tuple(ImportColumn.model_validate(each) for each in json.loads(row.columns or "[]")),
        mapping=mapping,
        rows=row.rows,
        counts=ImportCounts(**{name: getattr(row, name) for name in imports.VERDICTS}),
        seats=seats,
        price=price,
        spending=spending,
        remarked=row.remarked,
        mode=BatchMode(row.mode) if row.mode else None,
        applied=row.applied,
        remaining=imports.remaining(row),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        version=row.version,
    )


def row_answer(row: Any) -> ImportRow:
    """One row, stored or only just judged."""
    return ImportRow(
        number=row.number,
        cells=ImportCells(email=row.email, first_name=row.first_name, last_name=row.last_name, position=row.position),
        verdict=ImportVerdict(row.verdict),
        field=ImportField(row.field) if row.field else None,
        code=row.code or "",
        reason=row.reason or "",
        remark=row.remark or "",
        user_id=row.user_id,
        transfer_id=row.transfer_id,
    )


def columns_of(sheet: Sheet) -> str:
    """The columns to choose from, as they are stored. That of addresses is guessed where nothing was understood."""
    address = None if sheet.mapping else address_column(sheet.sample)
    mapping = sheet.mapping if address is None else {Field.EMAIL: address}
    guessed = {place: name for name, place in mapping.items()}
    found = [
        {
            "number": column.place + 1,
            "header": _plain(column.header),
            "sample": [_plain(each) for each in column.samples],
            "field": guessed.get(column.place),
        }
        for column in sheet.columns
    ]
    return json.dumps(found)


def encodings_of(sheet: Sheet) -> str:
    """The encodings to choose from, as they are stored."""
    found = [
        {"encoding": each.codec, "name": said(each.codec), "names": [_plain(name) for name in each.names]}
        for each in sheet.readings
    ]
    return json.dumps(found) if found else ""


def remarks_of(sheet: Sheet, remarks: Remarks) -> str:
    """What is to be said about the file, as it is stored."""
    first, other = sheet.mapping.get(Field.EMAIL), sheet.mapping.get(Field.OTHER_EMAIL)
    found = remarks.sentences()
    if first is not None and other is not None:
        names = [_plain(sheet.columns[place].header.strip()) or f"column {place + 1}" for place in (first, other)]
        rows = f"{remarks.filled:,} row{'s' * (remarks.filled != 1)}"
        found.insert(
            0, f"Where \u201c{names[0]}\u201d is empty, the address is that of \u201c{names[1]}\u201d: {rows}."
        )
    return json.dumps(found) if found else ""


def mapping_of(sheet: Sheet) -> str | None:
    """The mapping that was taken, as it is stored."""
    if not sheet.mapping:
        return None
    return json.dumps({name.value: place + 1 for name, place in sheet.mapping.items()})


def places_of(mapping: ImportMapping) -> dict[Field, int]:
    """A mapping as the reader of files counts columns: from 0."""
    return {Field(name): number - 1 for name, number in mapping if number is not None}


def not_ready(row: AnyRow, detail: str) -> ServerProblem:
    """The import is at another point."""
    return ServerProblem(ProblemCode.IMPORT_NOT_READY, detail, status=row.status)


def _plain(cell: str) -> str:
    return cell[:_SAMPLE].encode("utf-8", "replace").decode()


def _priced(unit: Unit, catalogue: Catalogue, row: AnyRow) -> tuple[ImportSeats, ImportPrice]:
    subscription = subscriptions.get(unit.connection, unit.subscription_id)
    needed = imports.remaining(row)
    today = local_date(unit.now, subscription.time_zone)
    market = catalogue.market(subscription.currency)
    standing = standing_of(subscription, catalogue)
    found = joining(standing, needed, today, market)
    price = ImportPrice(
        pay_now=found.pay_now,
        renewal_adds=found.renewal_adds,
        renewal_date=found.renewal_date,
        next_payment=payment_change(forecast(standing, market), forecast(with_users(standing, needed), market)),
    )
    return ImportSeats(free=found.free, needed=needed, short=found.short), price
