"""Rows that belong to an account outside become transfer requests, with one call (D18, D22)."""

from collections.abc import Sequence

from contract.imports import ImportRow, ImportStatus, ImportTransferReport, ImportTransfers, ImportVerdict
from server.http.call import Call
from server.http.problems import Invalid, ServerProblem
from server.imports.serializers import import_answer, not_ready, required, row_answer
from server.store import imports
from server.store.types import AnyRow
from server.transfers.create import check_asking, request_transfer
from server.transfers.expiry import expire
from server.users.adding import check_plan

AT_ONCE = 10_000


def send_import_transfers(call: Call) -> ImportTransferReport:
    """Send a request to each row that needs one and has none yet; each gives its reason if it can't be asked.

    Raises:
        ServerProblem: the import is under way, or a row that was named needs no request.
    """
    body: ImportTransfers = call.body
    check_plan(call)
    found = required(call)
    if found.status in {ImportStatus.NEEDS_MAPPING.value, ImportStatus.PLANNING.value}:
        raise not_ready(found, "It is not planned yet.")
    expire(call)
    requested, failed = 0, []
    for row in _asked(call, found, body):
        try:
            check_asking(call, call.services.catalogue)
            transfer = request_transfer(call, row.email, body.message)
        except ServerProblem as problem:
            failed.append(_failed(call, found, row, problem))
            continue
        imports.judge_again(call.connection, found.number, row.number, {"transfer_id": transfer.id})
        requested += 1
    after = imports.change(call.connection, found.number, version=found.version + 1)
    current = import_answer(call, call.services.catalogue, after)
    return ImportTransferReport(requested=requested, failed=tuple(failed), current=current)


def _asked(call: Call, found: AnyRow, body: ImportTransfers) -> Sequence[AnyRow]:
    verdict = ImportVerdict.NEEDS_TRANSFER.value
    rows = imports.rows_page(call.connection, found.number, limit=AT_ONCE, verdict=verdict)
    waiting = {row.number: row for row in rows if row.transfer_id is None}
    if body.numbers is None:
        return list(waiting.values())
    for place, number in enumerate(body.numbers):
        if number not in waiting:
            raise Invalid((f"/numbers/{place}", "needs_no_request", f"Row {number} needs no request."))
    return [waiting[number] for number in dict.fromkeys(body.numbers)]


def _failed(call: Call, found: AnyRow, row: AnyRow, problem: ServerProblem) -> ImportRow:
    """Say at the row why it could not be asked; its verdict stays, so that it can be asked again later."""
    values = {"code": problem.code.value, "reason": problem.detail}
    imports.judge_again(call.connection, found.number, row.number, values)
    stored = imports.row(call.connection, found.number, row.number)
    assert stored is not None
    return row_answer(stored)
