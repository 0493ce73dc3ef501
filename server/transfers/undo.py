"""`POST /v1/transfers/decisions/{id}/undo`: what was decided is pending again (D27)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contract.events import EventKind
from contract.problems import ProblemCode
from contract.transfers import DecisionResult, TransferState, UndoReport
from contract.users import UserStatus
from server.domain.errors import Refusal
from server.domain.transfers import Action, Aftermath, refusal_of_undo
from server.http.call import Call
from server.http.problems import ServerProblem, not_found
from server.store import decisions, invoices, organisations, transfers, users
from server.store.types import AnyRow
from server.transfers.decide import as_item
from server.transfers.event_emission import tell
from server.transfers.serializers import as_answer, as_request
from server.transfers.superseded_subscriptions import bring_back
from server.users.seat_assignment import unlist_users

_PENDING: dict[str, Any] = {
    "state": TransferState.PENDING.value,
    "decided_at": None,
    "decided_by": "",
    "decided_by_account": None,
    "reason": "",
    "user_id": None,
}


@dataclass(frozen=True, slots=True)
class _Undoing:
    """One item on its way back."""

    item: AnyRow
    row: AnyRow | None
    user: AnyRow | None
    refusal: Refusal | None
    before: dict[str, Any]


def undo_decisions(call: Call) -> UndoReport:
    """Take back all of a decision that can be taken back.

    Raises:
        ServerProblem: `not_found`, or `undo_not_possible` when it is too late, was done, or somebody else decided.
    """
    decision = decisions.find(call.connection, call.subscription_id, call.id)
    if decision is None:
        raise not_found()
    return reverse(call, decision)


def reverse(call: Call, decision: AnyRow) -> UndoReport:
    """The same on either side, by the account that decided.

    Raises:
        ServerProblem: `undo_not_possible`.
    """
    _check(call, decision)
    undoings = _judge(call, decision)
    going = [each for each in undoings if each.refusal is None]
    unlisted = [each.user for each in going if each.user is not None]
    if unlisted:
        unlist_users(call, unlisted, for_good=True)
    came = [each.user.account_id for each in going if each.user is not None and each.before.get("joined")]
    organisations.leave(call.connection, call.organisation_id, came)
    for each in going:
        for ended in each.before.get("ends", ()):
            bring_back(call, ended)
    results = [_reopened(call, each) for each in undoings]
    changed = [{"number": each.row.number, **_PENDING} for each in going if each.row is not None]
    transfers.change(call.connection, changed, *_PENDING)
    decisions.close(call.connection, decision.id, undone_at=call.now)
    return UndoReport(undone=len(going), failed=len(undoings) - len(going), results=tuple(results))


def _check(call: Call, decision: AnyRow) -> None:
    why = ""
    if decision.account_id != call.principal.account_id:
        why = "Only the person who decided can undo it."
    elif decision.undone_at is not None:
        why = "It has already been undone."
    elif call.now >= decision.undo_until:
        why = "The ten minutes are over."
    if why:
        raise ServerProblem(ProblemCode.UNDO_NOT_POSSIBLE, why)


def _judge(call: Call, decision: AnyRow) -> list[_Undoing]:
    items = decisions.items_of(call.connection, decision.id)
    rows = transfers.many(call.connection, call.subscription_id, [item.transfer_id for item in items])
    made = users.many(call.connection, call.subscription_id, [item.user_id for item in items if item.user_id])
    pending = _pending_again(call, list(rows.values()))
    since = invoices.issued_since(call.connection, call.subscription_id, decision.created_at)
    undoings = []
    for item in items:
        row, user = rows.get(item.transfer_id), made.get(item.user_id or "")
        before = json.loads(item.before or "{}")
        then = before.get("status")
        aftermath = Aftermath(
            version=item.transfer_version,
            accepted=item.action == Action.ACCEPT.value,
            then=UserStatus(then) if then else None,
            now=UserStatus(user.status) if user is not None and user.removed_at is None else None,
            bought=any(quote_id is not None for quote_id in since),
            renewed=any(quote_id is None for quote_id in since),
            asked_again=row is not None and row.email_key in pending,
        )
        request = as_request(row) if row is not None else None
        undoings.append(_Undoing(item, row, user, refusal_of_undo(request, aftermath), before))
    return undoings


def _pending_again(call: Call, rows: Sequence[AnyRow]) -> set[str]:
    keys = [row.email_key for row in rows]
    return transfers.pending_to(call.connection, call.subscription_id, keys)


def _reopened(call: Call, undoing: _Undoing) -> DecisionResult:
    row, refusal = undoing.row, undoing.refusal
    if row is None or refusal is not None:
        return DecisionResult(
            transfer=as_answer(row) if row is not None else None,
            transfer_id=undoing.item.transfer_id,
            user_status=None,
            problem=as_item(refusal) if refusal else None,
        )
    transfer = as_answer(row, **_PENDING)
    more = {"user_id": row.user_id} if row.user_id else {}
    tell(call, EventKind.TRANSFER_REOPENED, transfer, {"state": row.state}, **more)
    status = UserStatus.REMOVED if undoing.user is not None else None
    return DecisionResult(transfer=transfer, transfer_id=row.id, user_status=status, problem=None)
