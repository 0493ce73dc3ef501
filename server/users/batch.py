"""Many users in one transaction, with one result each (additions first, then removals)."""

from collections.abc import Sequence
from typing import TypeAlias

from contract.joining import PaymentChange
from contract.problems import ItemProblem, ProblemCode
from contract.users import BatchMode, User, UserBatch, UserBatchReport, UserResult
from server.http.call import Call
from server.http.problems import ServerProblem, not_found
from server.store import subscriptions, users
from server.store.types import AnyRow
from server.subscription.next_payment import next_payment, payment_change
from server.users.adding import become_accounts, check_plan, contract_limit, judge, limit_reached
from server.users.gate import Gate, Verdicts
from server.users.seat_assignment import Listing, list_users, seats_in, unlist_users
from server.users.serializers import seated_now, user_answer

Removals: TypeAlias = list[AnyRow | ServerProblem]


def batch_users(call: Call) -> UserBatchReport:
    """Remove, then add (so that the freed seats count), then answer in the order of the request.

    `atomic` does all or nothing; `best_effort` does what can be done; `until_full` adds nobody without a free seat.
    """
    batch: UserBatch = call.body
    if batch.add:
        check_plan(call)
    removals = _judge_removals(call, batch.remove)
    leaving = {each.email_key for each in removals if not isinstance(each, ServerProblem)}
    additions = fit(call, judge(call, batch.add, leaving), removals, batch.mode)
    problems = [each for each in (*additions, *removals) if isinstance(each, ServerProblem)]
    if batch.mode is BatchMode.ATOMIC and problems:
        undone = ServerProblem(ProblemCode.NOT_DONE)
        additions = [each if isinstance(each, ServerProblem) else undone for each in additions]
        removals = [each if isinstance(each, ServerProblem) else undone for each in removals]
    catalogue = call.services.catalogue
    before = next_payment(call, catalogue)
    removed = _remove(call, removals)
    added = _add(call, additions)
    return _report([*added, *removed], len(batch.add), payment_change(before, next_payment(call, catalogue)))


def _judge_removals(call: Call, ids: Sequence[str]) -> Removals:
    found = users.many(call.connection, call.subscription_id, ids)
    seen: set[str] = set()
    verdicts: Removals = []
    for each in ids:
        row = found.get(each)
        if row is None:
            verdicts.append(not_found())
        elif row.removed_at is not None or each in seen:
            verdicts.append(ServerProblem(ProblemCode.USER_REMOVED))
        else:
            verdicts.append(row)
        seen.add(each)
    return verdicts


def fit(call: Call, verdicts: Verdicts, removals: Removals, mode: BatchMode) -> Verdicts:
    """Refuse those who don't come in: no room, above the limit of who asks, or outside.

    Room is a contract's number, or the free seats of `until_full`. What is all or none is refused by its first reason.

    Raises:
        ServerProblem: `spending_limit_reached`, `needs_transfer`, `not_done` or `rate_limited`, of all or none.
    """
    row = subscriptions.get(call.connection, call.subscription_id)
    seats = seats_in(row)
    going = sum(not isinstance(each, ServerProblem) for each in removals)
    full, room = ServerProblem(ProblemCode.NO_SEAT_AVAILABLE, available_seats=0), None
    if contract_limit(call) is not None:
        full, room = limit_reached(), seats.paid - seats.listed + going
    elif mode is BatchMode.UNTIL_FULL:
        room = max(0, seats.paid - seats.listed + going)
    who = call.principal.account_id
    gate = Gate(call, call.services.catalogue, who, verdicts, room=room, full=full, leaving=going)
    if mode is BatchMode.ATOMIC:
        return _all_or_none(call, verdicts, removals, gate, room)
    fitted = [gate.admit(each) if isinstance(each, Listing) else each for each in verdicts]
    gate.told.keep()
    return fitted


def _all_or_none(call: Call, verdicts: Verdicts, removals: Removals, gate: Gate, room: int | None) -> Verdicts:
    """Where something is in the way already, nobody outside is looked for."""
    fitted: Verdicts = []
    for each in verdicts:
        fits = isinstance(each, ServerProblem) or room is None or room > 0
        fitted.append(each if fits else limit_reached())
        room = room - 1 if room is not None and isinstance(each, Listing) else room
    if any(isinstance(each, ServerProblem) for each in (*fitted, *removals)):
        return fitted
    if problem := gate.check_all():
        raise problem
    gate.check_outside(call.request.id)
    return fitted


def _remove(call: Call, removals: Removals) -> list[User | ServerProblem]:
    going = [each for each in removals if not isinstance(each, ServerProblem)]
    if not going:
        return [each for each in removals if isinstance(each, ServerProblem)]
    unlist_users(call, going)
    after = users.many(call.connection, call.subscription_id, [each.id for each in going])
    seated = seated_now(call)
    return [each if isinstance(each, ServerProblem) else user_answer(after[each.id], seated) for each in removals]


def _add(call: Call, verdicts: Verdicts) -> list[User | ServerProblem]:
    coming = [each for each in verdicts if isinstance(each, Listing)]
    added = iter(list_users(call, become_accounts(call, coming)) if coming else [])
    return [each if isinstance(each, ServerProblem) else next(added) for each in verdicts]


def _report(outcomes: Sequence[User | ServerProblem], additions: int, change: PaymentChange | None) -> UserBatchReport:
    results = tuple(_result(index, outcome, additions) for index, outcome in enumerate(outcomes))
    failed = sum(result.problem is not None for result in results)
    return UserBatchReport(done=len(results) - failed, failed=failed, results=results, next_payment=change)


def _result(index: int, outcome: User | ServerProblem, additions: int) -> UserResult:
    if isinstance(outcome, User):
        return UserResult(index=index, user=outcome)
    place = f"/add/{index}" if index < additions else f"/remove/{index - additions}"
    field = outcome.errors[0].pointer if outcome.errors else ""
    problem = ItemProblem(code=outcome.code, detail=outcome.detail, pointer=place + field)
    return UserResult(index=index, problem=problem)
