"""`/v1/profile/transfers`: what waits for this account, and what it decides or takes back (D22-D24)."""

from contract.pages import Page, PageQuery
from contract.problems import ProblemCode
from contract.profile import AcceptOffer, OwnTransfer, Way
from contract.transfers import Reason, TransferState
from server.domain.transfers import Action, Asked, Party, wrong_side
from server.http import cursors
from server.http.call import Call
from server.http.problems import ServerProblem, not_found
from server.profile.answering import transfer_answer
from server.profile.own import agreed_end, house_of, whose
from server.store import own_transfers
from server.store.types import AnyRow, to_microseconds
from server.transfers.answers import as_problem
from server.transfers.carry import carry_out
from server.transfers.moves import take_back

SORT = "own_transfers.newest"


def list_own_transfers(call: Call) -> Page[OwnTransfer]:
    """A page of this account's requests, both ways, with their ends."""
    query: PageQuery = call.query
    before = _edge(query.cursor) if query.cursor else None
    rows = own_transfers.page(call.connection, whose(call), query.limit + 1, query.offset or 0, before)
    more, shown = len(rows) > query.limit, rows[: query.limit]
    last = shown[-1] if shown else None
    return Page(
        items=tuple(transfer_answer(row) for row in shown),
        next_cursor=cursors.encode(SORT, [to_microseconds(last.created_at), last.id]) if more and last else None,
        has_more=more,
        total=own_transfers.total(call.connection, whose(call)) if query.count else None,
    )


def accept_offer(call: Call) -> OwnTransfer:
    """Agree to an offer: everything is rechecked as for the owner's side (D24).

    Raises:
        ServerProblem: it can't be accepted, or a subscription of one's own would end that was not named.
    """
    body: AcceptOffer | None = call.body
    row = _required(call, Way.OFFER, Action.ACCEPT)
    _check_pending(row)
    gives_up = agreed_end(call, body.ends if body else None, but=row.subscription_id)
    own_transfers.adopt(call.connection, call.id, call.principal.account_id)
    return _decide(call, row, Action.ACCEPT, gives_up=gives_up)


def decline_offer(call: Call) -> OwnTransfer:
    """Say no to an offer."""
    body: Reason | None = call.body
    row = _required(call, Way.OFFER, Action.DECLINE)
    return _decide(call, row, Action.DECLINE, reason=body.reason if body else "")


def cancel_ask(call: Call) -> OwnTransfer:
    """Take back one's own request, whether or not it has found anybody (D25)."""
    row = _required(call, Way.ASK, Action.CANCEL)
    _check_pending(row)
    own_transfers.cancel_ask(call.connection, call.id, call.now)
    if row.subscription_id is not None:
        house = house_of(call, row.organisation_id, row.subscription_id)
        take_back(house, Party.ACCOUNT)
        house.record()
    return _now(call)


def _decide(call: Call, row: AnyRow, action: Action, *, reason: str = "", gives_up: str = "") -> OwnTransfer:
    house = house_of(call, row.organisation_id, row.subscription_id)
    (outcome,) = carry_out(house, [Asked(call.id, action, party=Party.ACCOUNT)], reason, {call.id: gives_up})
    if outcome.verdict.refusal is not None:
        raise as_problem(outcome.verdict.refusal)
    house.record()
    return _now(call)


def _now(call: Call) -> OwnTransfer:
    found = own_transfers.one(call.connection, whose(call), call.id)
    assert found is not None
    return transfer_answer(found)


def _required(call: Call, way: Way, action: Action) -> AnyRow:
    """The request of the path, on the side that may do this.

    Raises:
        ServerProblem: `not_found`, also for somebody else's (D25); `transfer_wrong_side`.
    """
    row = own_transfers.one(call.connection, whose(call), call.id)
    if row is None:
        raise not_found()
    if row.way != way.value:
        raise as_problem(wrong_side(action, Party.ACCOUNT))
    return row


def _check_pending(row: AnyRow) -> None:
    if row.state != TransferState.PENDING.value:
        said = f"This request is {row.state}"
        raise ServerProblem(ProblemCode.TRANSFER_NOT_PENDING, said, state=row.state)


def _edge(cursor: str) -> tuple[int, str]:
    moment, transfer_id = cursors.decode(cursor, SORT, [int, str])
    return int(moment), str(transfer_id)
