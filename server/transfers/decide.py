"""Deciding incoming requests: one by one, or many at once (D22, D26)."""

from contract.problems import ItemProblem
from contract.transfers import Decided, DecisionReport, DecisionResult, Decisions, Reason
from server.domain.errors import Refusal
from server.domain.transfers import UNDO_FOR, Action, Asked
from server.http.call import Call
from server.transfers.decision_log import keep
from server.transfers.execute import Outcome, carry_out
from server.transfers.serializers import as_problem


def accept_transfer(call: Call) -> Decided:
    """Make one account a user."""
    return _decide_one(call, Action.ACCEPT)


def decline_transfer(call: Call) -> Decided:
    """Say no to one request."""
    body: Reason | None = call.body
    return _decide_one(call, Action.DECLINE, body.reason if body else "")


def decide_transfers(call: Call) -> DecisionReport:
    """Decide many; each is answered, none that was not named is touched, and all can be taken back for a while."""
    body: Decisions = call.body
    asked = [Asked(seen.id, Action.ACCEPT, seen.version) for seen in body.accept]
    asked += [Asked(seen.id, Action.DECLINE, seen.version) for seen in body.decline]
    outcomes = carry_out(call, asked, body.reason)
    results = tuple(_result(outcome) for outcome in outcomes)
    done = [outcome.verdict.asked.action for outcome in outcomes if outcome.verdict.refusal is None]
    return DecisionReport(
        id=keep(call, outcomes),
        accepted=done.count(Action.ACCEPT),
        declined=done.count(Action.DECLINE),
        failed=len(outcomes) - len(done),
        undo_until=call.now + UNDO_FOR,
        results=results,
    )


def as_item(refusal: Refusal) -> ItemProblem:
    """A rule's no as one item of a batch."""
    return ItemProblem(code=refusal.code, detail=f"{refusal.detail}.")


def _decide_one(call: Call, action: Action, reason: str = "") -> Decided:
    (outcome,) = carry_out(call, [Asked(call.id, action)], reason)
    if outcome.verdict.refusal is not None:
        raise as_problem(outcome.verdict.refusal)
    assert outcome.transfer is not None
    undo_until = call.now + UNDO_FOR
    return Decided(**dict(outcome.transfer), decision=keep(call, [outcome]), undo_until=undo_until)


def _result(outcome: Outcome) -> DecisionResult:
    refusal = outcome.verdict.refusal
    return DecisionResult(
        transfer=outcome.transfer,
        transfer_id=outcome.verdict.asked.id,
        user_status=outcome.user.status if outcome.user else None,
        problem=as_item(refusal) if refusal else None,
    )
