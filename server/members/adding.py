"""Putting members on the subscription, one or many: "Add to my subscription" (D15, D17)."""

from collections.abc import Sequence

from contract.members import NewFromMembers
from contract.problems import ItemProblem, ProblemCode
from contract.users import Added, BatchMode, UserBatchReport, UserResult, UserSource
from server.http.call import Call
from server.http.problems import ServerProblem, not_found
from server.members.listing import find
from server.store import members, users
from server.store.types import AnyRow
from server.subscription.next_payment import next_payment, payment_change
from server.users.adding import admit_one, check_plan, list_one, main_account, main_account_decides
from server.users.batch import fit
from server.users.gate import Verdicts
from server.users.seat_assignment import Listing, list_users


def add_member(call: Call) -> Added:
    """Put one member on the subscription.

    Raises:
        ServerProblem: there is no such member, it is a user already, here or elsewhere, or the contract is full.
    """
    row = find(call)
    check_plan(call)
    verdict = _judge(call, [row.id], {row.id: row})[0]
    return list_one(call, admit_one(call, verdict))


def add_members(call: Call) -> UserBatchReport:
    """Put many members on the subscription, in the order given; one result each.

    `atomic` does all or nothing; `best_effort` does what can be done; `until_full` adds nobody without a free seat.
    """
    batch: NewFromMembers = call.body
    check_plan(call)
    known = members.many(call.connection, call.organisation_id, list(dict.fromkeys(batch.ids)))
    verdicts = fit(call, _judge(call, batch.ids, known), [], batch.mode)
    if batch.mode is BatchMode.ATOMIC and any(isinstance(each, ServerProblem) for each in verdicts):
        undone = ServerProblem(ProblemCode.NOT_DONE)
        verdicts = [each if isinstance(each, ServerProblem) else undone for each in verdicts]
    coming = [each for each in verdicts if isinstance(each, Listing)]
    before = next_payment(call, call.services.catalogue)
    added = iter(list_users(call, coming) if coming else [])
    results = tuple(
        _refused(index, each) if isinstance(each, ServerProblem) else UserResult(index=index, user=next(added))
        for index, each in enumerate(verdicts)
    )
    change = payment_change(before, next_payment(call, call.services.catalogue))
    return UserBatchReport(done=len(coming), failed=len(results) - len(coming), results=results, next_payment=change)


def _judge(call: Call, ids: Sequence[str], known: dict[str, AnyRow]) -> Verdicts:
    """For each member in order: what it becomes, or why not. Named twice is a user already the second time."""
    owner = main_account(call)
    listed = users.listed_keys(call.connection, call.subscription_id, [row.email_key for row in known.values()])
    verdicts: Verdicts = []
    for each in ids:
        row = known.get(each)
        if row is None:
            verdicts.append(not_found())
        elif row.email_key in listed or row.listed_on == call.subscription_id:
            verdicts.append(ServerProblem(ProblemCode.ALREADY_USER))
        elif row.id == owner:
            verdicts.append(main_account_decides())
        else:
            listed.add(row.email_key)
            verdicts.append(Listing.of(row, UserSource.MEMBER, outside=row.listed_on is not None))
    return verdicts


def _refused(index: int, why: ServerProblem) -> UserResult:
    problem = ItemProblem(code=why.code, detail=why.detail, pointer=f"/ids/{index}")
    return UserResult(index=index, problem=problem)
