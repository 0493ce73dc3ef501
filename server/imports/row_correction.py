"""Mending a row in place: it is judged again at once, and with it the rows that share its old or new address."""

from collections import Counter

from contract.imports import ImportRow, ImportRowChange, ImportStatus, ImportVerdict, MendedRow
from server.http.call import Call
from server.http.problems import Invalid
from server.imports.row_validation import Cells, Judged, judge_rows, repeated
from server.imports.serializers import import_answer, not_ready, required, row_answer
from server.store import imports
from server.store.types import AnyRow
from server.users.adding import limit_of

_MENDABLE = frozenset({ImportStatus.PLANNED.value, ImportStatus.STOPPED.value, ImportStatus.APPLIED.value})
MOST_ALIKE = 100
"""Rows of one address that are judged again one by one."""


def mend_import_row(call: Call) -> MendedRow:
    """Write the new cells and judge the row again.

    Raises:
        ServerProblem: the import is under way, there is no such row, or it is done already.
    """
    change: ImportRowChange = call.body
    found = required(call)
    if found.status not in _MENDABLE:
        raise not_ready(found, "Its rows can be corrected when it is planned or stopped.")
    row = imports.row(call.connection, found.number, change.number)
    if row is None:
        raise Invalid(("/number", "no_such_row", "The import has no such row."))
    if row.user_id is not None:
        raise not_ready(found, "This row is already imported: edit the user.")
    mended = _judge_again(call, found, _cells(row, change))
    alike = {row.email_key, mended.email_key} - {None}
    others = [each for key in alike if key for each in _judge_others(call, found, change.number, key)]
    others.sort(key=lambda each: each.number)
    after = imports.change(call.connection, found.number, version=found.version + 1)
    stored = imports.row(call.connection, found.number, change.number)
    assert stored is not None
    return MendedRow(
        row=row_answer(stored), others=tuple(others), current=import_answer(call, call.services.catalogue, after)
    )


def _cells(row: AnyRow, change: ImportRowChange) -> Cells:
    names = ("email", "first_name", "last_name", "position")
    given = {name: getattr(change, name) for name in names}
    return Cells(row.number, *(getattr(row, name) if given[name] is None else given[name] for name in names))


def _judge_others(call: Call, found: AnyRow, number: int, key: str) -> list[ImportRow]:
    """The rows that were duplicates of this one, or are now; in the order of the file the first one counts.

    So many are judged one by one, and answered; all others are repetitions of the same row, and told so together.
    """
    changed = []
    rows = imports.rows_by_key(call.connection, found.number, key, MOST_ALIKE)
    for row in rows:
        if row.number == number or row.user_id is not None or row.verdict == ImportVerdict.INVALID.value:
            continue
        current = imports.find(call.connection, found.number)
        assert current is not None
        judged = _judge_again(call, current, Cells(row.number, row.email, row.first_name, row.last_name, row.position))
        if (judged.verdict, judged.reason) != (row.verdict, row.reason):
            stored = imports.row(call.connection, found.number, row.number)
            assert stored is not None
            changed.append(row_answer(stored))
    if len(rows) == MOST_ALIKE:
        last = rows[-1].number
        first = imports.holder(call.connection, found.number, key, last + 1)
        if first is not None:
            imports.repeats(call.connection, found.number, key, after=last, reason=repeated(first))
    return changed


def _judge_again(call: Call, found: AnyRow, cells: Cells) -> Judged:
    """Judge one row among the others, and write what came out."""
    before = imports.row(call.connection, found.number, cells.number)
    assert before is not None
    seen: dict[str, int] = {}
    probe = judge_rows(call, [cells], seen, None)[0]
    seen = {}
    if probe.email_key and probe.verdict != ImportVerdict.INVALID.value:
        first = imports.holder(call.connection, found.number, probe.email_key, cells.number)
        if first is not None:
            seen[probe.email_key] = first
    judged = judge_rows(call, [cells], seen, _room(call, found, before))[0]
    if (judged.email, judged.remark) == (before.email, None):
        judged.remark = before.remark
    stored = judged.stored(found.number)
    values = {name: value for name, value in stored.items() if name not in {"import_number", "number"}}
    imports.judge_again(call.connection, found.number, cells.number, values)
    changes = Counter({judged.verdict: 1, "remarked": int(judged.remark is not None)})
    changes.subtract({before.verdict: 1, "remarked": int(before.remark is not None)})
    imports.count_up(call.connection, found.number, changes)
    return judged


def _room(call: Call, found: AnyRow, before: AnyRow) -> int | None:
    limit = limit_of(call, call.services.catalogue)
    if limit is None:
        return None
    mine = before.verdict in {ImportVerdict.CREATE.value, ImportVerdict.ADD_MEMBER.value}
    return max(0, limit - imports.remaining(found) + int(mine))
