"""Applying: the rows that may be done become users, chunk by chunk, however often somebody dies in between (D20)."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, TypeAlias

from contract.encodings import codec_named, said
from contract.events import EventKind, EventRequest
from contract.imports import MAX_ATOMIC, ApplyImport, Import, ImportStatus, ImportStop, ImportVerdict
from contract.problems import ProblemCode
from contract.users import BatchMode, UserSource
from server.http.call import Call
from server.http.problems import ServerProblem
from server.imports.planning import path_of, subject
from server.imports.row_validation import FULL, Judged, say_problem
from server.imports.serializers import import_answer, not_ready, required
from server.limits.spending import check_users, counted, over
from server.platform.services import Services
from server.platform.time_slice import Pace, give_way
from server.platform.transaction import Unit, unit_for
from server.store import imports, subscriptions
from server.store.errors import UnavailableError
from server.store.types import AnyRow, Connection
from server.transfers.create import check_asking, request_transfer
from server.users.adding import check_plan, check_ways_in, join, judge, limit_of
from server.users.gate import Gate
from server.users.seat_assignment import Listing, seats_in

Outcomes: TypeAlias = list[tuple[AnyRow, Listing | ServerProblem]]

log = logging.getLogger("headcount.server")

MOST = 2000
"""Rows of one transaction at most; usually as many as take no longer than others may wait."""

_READY = frozenset({ImportStatus.PLANNED.value, ImportStatus.STOPPED.value, ImportStatus.APPLIED.value})
_RUN_OUT = {ProblemCode.NO_SEAT_AVAILABLE, ProblemCode.SPENDING_LIMIT_REACHED, ProblemCode.RATE_LIMITED}
"""What there is no more of: the import stands still, and goes on when there is."""
_IN_THE_WAY = (ImportVerdict.INVALID, ImportVerdict.NEEDS_TRANSFER, ImportVerdict.OVER_LIMIT)
"""Rows that `atomic` can't do. Who is listed already, or stands in the file twice, is where he is wanted."""


def apply_import(call: Call) -> Import:
    """Begin to apply, or go on: the answer comes at once, the work goes on by itself.

    Raises:
        ServerProblem: another version was read, it is not planned, the mode can't be had, or all of it is above the
            limit of who asks.
    """
    body: ApplyImport = call.body
    row = required(call)
    check_plan(call)
    if row.status not in _READY:
        raise not_ready(
            row, "It is not planned yet." if row.status != ImportStatus.APPLYING.value else "It is in progress."
        )
    if body.version != row.version:
        current = import_answer(call, call.services.catalogue, row)
        detail = f"You read version {body.version}; it is at {row.version} now."
        raise ServerProblem(ProblemCode.VERSION_CONFLICT, detail, current=current.model_dump(mode="json"))
    _check_encoding(row, body.encoding)
    if body.mode is BatchMode.ATOMIC:
        _check_atomic(row)
        _check_limit(call, row)
    row = imports.change(
        call.connection,
        row.number,
        status=ImportStatus.APPLYING.value,
        stopped_because=None,
        stopped_detail="",
        mode=body.mode.value,
        ask=body.ask,
        message=body.message,
        encoding_guessed=False,
        account_id=call.principal.account_id,
        token_id=call.token and call.token.token_id,
        actor=call.principal.label,
        request_id=call.request.id,
        idempotency_key=call.request.idempotency_key,
        version=row.version + 1,
    )
    start_applying(call.services, row)
    return import_answer(call, call.services.catalogue, row)


def stop_import(call: Call) -> Import:
    """Stop after the chunk that is being done; stopping what stands still changes nothing.

    Raises:
        ServerProblem: it has not begun.
    """
    row = required(call)
    if row.status not in {*_READY, ImportStatus.APPLYING.value}:
        raise not_ready(row, "It is not planned yet.")
    if row.status == ImportStatus.APPLYING.value:
        row = _stand_still(call.connection, row.number, ImportStop.ASKED, version=row.version + 1)
    return import_answer(call, call.services.catalogue, row)


def start_applying(services: Services, row: AnyRow) -> None:
    """Apply an import beside everything else, once this transaction is committed."""

    async def work() -> None:
        try:
            async for _ in apply_rows(services, row.number):
                await give_way()
        except UnavailableError:  # it can't be saved now: whoever runs this begins it again
            raise
        except Exception:
            log.exception("import %s stands still", row.id)
            async with services.database.writing() as connection:
                _stand_still(connection, row.number, ImportStop.INTERRUPTED)

    services.tasks.start(row.id, work)


async def apply_rows(services: Services, number: int) -> AsyncIterator[int]:
    """Do what is to be done, each chunk in a transaction with its progress; yields how many rows after each.

    A chunk is done beside the event loop.

    What a chunk did is written in its own transaction, so whoever goes on after a crash finds exactly what is left.
    """
    after, pace = 0, Pace(MOST)
    while True:
        pace.begin()
        row, after, tried = await services.database.write_aside(
            partial(_next_chunk, services=services, number=number, after=after, size=pace.size)
        )
        if row is None:
            return
        if not tried:
            break
        pace.done()
        yield tried
    path_of(services, row.id).unlink(missing_ok=True)


def _next_chunk(
    connection: Connection, *, services: Services, number: int, after: int, size: int
) -> tuple[AnyRow | None, int, int]:
    """The import as it was found (None: it is not to be applied any more), the last row tried, and how many it were."""
    row = imports.find(connection, number)
    if row is None or row.status != ImportStatus.APPLYING.value:
        return None, after, 0
    return row, *_Chunk(services, connection, row).do(after, size)


class _Chunk:
    """One transaction's worth of an import."""

    def __init__(self, services: Services, connection: Any, row: AnyRow) -> None:
        request = EventRequest(id=row.request_id, idempotency_key=row.idempotency_key)
        self._services = services
        self._row = row
        self._mode = BatchMode(row.mode)
        self._unit: Unit = unit_for(connection, services.clock.now(), row, request)
        self._stopped = ""

    def do(self, after: int, many: int) -> tuple[int, int]:
        """Do the next rows after one; answers the last of them, and how many were tried (none: it is over)."""
        size = MAX_ATOMIC + 1 if self._mode is BatchMode.ATOMIC else many
        rows = imports.to_do(self._unit.connection, self._row.number, after, size)
        with counted(self._unit, self._services.catalogue, self._row.account_id):
            try:
                check_ways_in(self._unit, self._services.catalogue)
                tried = self._do(rows)
            except ServerProblem as problem:
                if problem.leaves:
                    problem.leaves(self._unit.connection)
                _stand_still(self._unit.connection, self._row.number, ImportStop.REFUSED, stopped_detail=problem.detail)
                return after, 0
        if tried < len(rows):
            because = ImportStop.REFUSED if self._stopped else ImportStop.FULL
            _stand_still(self._unit.connection, self._row.number, because, stopped_detail=self._stopped)
        elif len(rows) < size:
            self._end()
        self._unit.record()
        return (rows[-1].number if rows else after), (tried if tried == size else 0)

    def _do(self, rows: Sequence[AnyRow]) -> int:
        """Judge again and list those who may be; answers how many rows were reached before something ran out."""
        keys = [row.email_key for row in rows]
        verdicts = judge(self._unit, rows, source=UserSource.IMPORT, keys=keys)
        reached, outcomes = self._fit(rows, verdicts)
        problems = [(row, each) for row, each in outcomes if isinstance(each, ServerProblem)]
        coming = [(row, each) for row, each in outcomes if isinstance(each, Listing)]
        added = join(self._unit, [each for _, each in coming]) if coming else []
        done = [(row.number, user, _done_as(listing)) for (row, listing), user in zip(coming, added, strict=True)]
        if done:
            imports.mark_done(self._unit.connection, self._row.number, done)
        self._count(coming, problems)
        return reached

    def _fit(self, rows: Sequence[AnyRow], verdicts: Sequence[Listing | ServerProblem]) -> tuple[int, Outcomes]:
        """Those who come in, and why others don't; it stops where seats, a limit, or what may be said has run out.

        Above a contract's number a row is refused, and the others go on.
        """
        limit = limit_of(self._unit, self._services.catalogue)
        seats = seats_in(subscriptions.get(self._unit.connection, self._unit.subscription_id))
        full, room = ServerProblem(ProblemCode.NO_SEAT_AVAILABLE), limit
        if limit is not None and self._mode is not BatchMode.UNTIL_FULL:
            full = ServerProblem(ProblemCode.USER_LIMIT_REACHED, FULL)
        elif limit is None and self._mode is BatchMode.UNTIL_FULL:
            room = max(0, seats.paid - seats.listed)
        catalogue, who = self._services.catalogue, self._row.account_id
        gate = Gate(self._unit, catalogue, who, verdicts, room=room, full=full, asks=self._row.ask)
        if self._mode is BatchMode.ATOMIC:
            _refuse_atomic(rows, verdicts)
            if problem := gate.check_all():
                raise ServerProblem(ProblemCode.NOT_DONE, f"Nothing was changed: {problem.detail}")
            if not self._row.ask:
                gate.check_outside(f"{self._row.id} {self._row.version}")
        outcomes: Outcomes = []
        for place, (row, verdict) in enumerate(zip(rows, verdicts, strict=True)):
            found = gate.admit(verdict) if isinstance(verdict, Listing) else verdict
            if isinstance(found, ServerProblem) and found.code in _RUN_OUT:
                self._stopped = "" if found.code is ProblemCode.NO_SEAT_AVAILABLE else found.detail
                gate.told.keep()
                return place, outcomes
            if isinstance(found, ServerProblem) and found.code is ProblemCode.NEEDS_TRANSFER and self._row.ask:
                found = self._ask(row, found)
            outcomes.append((row, found))
        gate.told.keep()
        return len(rows), outcomes

    def _ask(self, row: AnyRow, found: ServerProblem) -> ServerProblem:
        """Send a request to an account outside; why it can't be asked, where it can't."""
        try:
            check_asking(self._unit, self._services.catalogue)
            transfer = request_transfer(self._unit, row.email, self._row.message)
        except ServerProblem as problem:
            return ServerProblem(found.code, problem.detail)
        values = {"transfer_id": transfer.id}
        imports.judge_again(self._unit.connection, self._row.number, row.number, values)
        return found

    def _count(
        self, coming: Sequence[tuple[AnyRow, Listing]], problems: Sequence[tuple[AnyRow, ServerProblem]]
    ) -> None:
        changes = Counter({"applied": len(coming)})
        changes.update(_done_as(listing) for _, listing in coming)
        changes.subtract(row.verdict for row, _ in coming)
        for row, problem in problems:
            verdict = say(problem)
            changes.update([str(verdict["verdict"])])
            changes.subtract([row.verdict])
            imports.judge_again(self._unit.connection, self._row.number, row.number, verdict)
        imports.count_up(self._unit.connection, self._row.number, changes)

    def _end(self) -> None:
        """Everything was tried: say so once, with how many users came since it was said last."""
        row = imports.find(self._unit.connection, self._row.number)
        assert row is not None
        values = {"status": ImportStatus.APPLIED.value, "announced": row.applied}
        imports.change(self._unit.connection, row.number, **values)
        added = row.applied - row.announced
        self._unit.emit(EventKind.IMPORT_APPLIED, subject(row, added=added, rows=row.rows, mode=row.mode))


def _done_as(listing: Listing) -> str:
    return (ImportVerdict.ADD_MEMBER if listing.account_id else ImportVerdict.CREATE).value


def say(problem: ServerProblem) -> dict[str, Any]:
    """The verdict of a row that could not be done, as it is stored."""
    judged = Judged(0, "", "", "", "")
    if problem.code is ProblemCode.USER_LIMIT_REACHED:
        judged.say(ImportVerdict.OVER_LIMIT, FULL)
    else:
        say_problem(judged, problem)
    return {name: getattr(judged, name) for name in ("verdict", "field", "code", "reason")}


def _refuse_atomic(rows: Sequence[AnyRow], verdicts: Sequence[Listing | ServerProblem]) -> None:
    for row, problem in zip(rows, verdicts, strict=True):
        if isinstance(problem, ServerProblem) and problem.code is not ProblemCode.ALREADY_USER:
            detail = f"Nothing was changed: row {row.number:,}: {problem.detail}"
            raise ServerProblem(ProblemCode.NOT_DONE, detail)


def _check_encoding(row: AnyRow, encoding: str | None) -> None:
    """A guess has to be confirmed by its name; whoever names another one has not read this plan."""
    read_in = said(row.encoding)
    if encoding is not None and row.encoding and codec_named(encoding) != codec_named(row.encoding):
        raise not_ready(row, f"The names were read as {read_in}. Choose the encoding first, and read the plan again.")
    if encoding is None and row.encoding_guessed:
        detail = (
            f"That the file is in {read_in} is a guess: look at its names, then name the encoding or choose another."
        )
        raise not_ready(row, detail)


def _check_limit(call: Call, row: AnyRow) -> None:
    check = check_users(call, call.services.catalogue, call.principal.account_id, imports.remaining(row))
    if check is not None and not check.allowed:
        raise over(call, check)


def _check_atomic(row: AnyRow) -> None:
    remaining = imports.remaining(row)
    if remaining > MAX_ATOMIC:
        detail = (
            f"All or none takes at most {MAX_ATOMIC:,} rows; there are {remaining:,}: one transaction of so many "
            "would block everybody else's changes. Use best effort; it can be stopped and continues where it was."
        )
        raise ServerProblem(ProblemCode.TOO_MANY_FOR_ATOMIC, detail, most=MAX_ATOMIC, remaining=remaining)
    counts = {each.value: getattr(row, each.value) for each in _IN_THE_WAY if getattr(row, each.value)}
    if counts:
        said = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items())
        raise ServerProblem(ProblemCode.NOT_DONE, f"Correct these rows first, or use best effort: {said}.", **counts)


def _stand_still(connection: Any, number: int, because: ImportStop, **values: Any) -> AnyRow:
    return imports.change(
        connection, number, status=ImportStatus.STOPPED.value, stopped_because=because.value, **values
    )
