"""`/v1/profile/transfers`: what waits for this account, and what it decides or takes back (D22-D24)."""

from functools import partial

from contract.pages import Page, PageQuery
from contract.problems import ProblemCode
from contract.profile import AcceptOffer, OpenOffer, OwnTransfer, Way
from contract.transfers import Reason, TransferState
from server.domain.transfers import Action, Asked, Party, Told, wrong_side
from server.http.call import Call
from server.http.paging import newest
from server.http.problems import ServerProblem, not_found
from server.limits.spending import counted
from server.notifications.enqueue import note_joined
from server.platform.kept_secrets import hash_of
from server.profile.answering import transfer_answer
from server.profile.own import agreed_end, house_of, whose
from server.store import decisions, limits, own_transfers, transfers
from server.store.types import AnyRow
from server.transfers.decide import carry_out
from server.transfers.moves import take_back
from server.transfers.serializers import as_problem
from server.transfers.undo import reverse

SORT = "own_transfers.newest"
NOTHING = Told()


def list_own_transfers(call: Call) -> Page[OwnTransfer]:
    """A page of this account's requests, both ways, with their ends."""
    query: PageQuery = call.query
    page = newest(query, SORT, partial(own_transfers.page, call.connection, whose(call)))
    until = decisions.undoable_by(call.connection, call.principal.account_id, call.now)
    return Page(
        items=tuple(transfer_answer(row, until.get(row.id)) for row in page.rows),
        next_cursor=page.next_cursor,
        has_more=page.next_cursor is not None,
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
    told = agreed_end(call, body.ends if body else (), but=row.subscription_id)
    own_transfers.adopt(call.connection, call.id, call.principal.account_id)
    return _decide(call, row, Action.ACCEPT, told=told)


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


def undo_offer(call: Call) -> OwnTransfer:
    """Take one's own decision back: the offer is pending again, and whatever ended with it is there again (D27).

    Raises:
        ServerProblem: `not_found`, `undo_not_possible`, or `transfer_changed`.
    """
    row = own_transfers.one(call.connection, whose(call), call.id)
    if row is None:
        raise not_found()
    decision = decisions.by_account(call.connection, call.principal.account_id, call.id)
    if decision is None:
        raise ServerProblem(ProblemCode.UNDO_NOT_POSSIBLE, "You have not decided about this request.")
    house = house_of(call, row.organisation_id, row.subscription_id)
    house.token = _opening_token(house, call.id)
    with counted(house, call.services.catalogue, _opener(house, call.id)):
        (result,) = reverse(house, decision).results
    if result.problem is not None:
        raise ServerProblem(result.problem.code, result.problem.detail)
    house.record()
    return _now(call)


def open_offer(call: Call) -> OwnTransfer:
    """What a link leads to. It gives nobody a right: somebody else's is 404 like one that was sent before (D23, D25).

    Raises:
        ServerProblem: `not_found`.
    """
    body: OpenOffer = call.body
    row = own_transfers.by_link(call.connection, whose(call), hash_of(body.link))
    if row is None:
        raise not_found()
    return _answer(call, row)


def _decide(call: Call, row: AnyRow, action: Action, *, reason: str = "", told: Told = NOTHING) -> OwnTransfer:
    house = house_of(call, row.organisation_id, row.subscription_id)
    house.token = _opening_token(house, call.id)
    with counted(house, call.services.catalogue, _opener(house, call.id)):
        _, (outcome,) = carry_out(house, [Asked(call.id, action, party=Party.ACCOUNT)], reason, {call.id: told})
    if outcome.verdict.refusal is not None:
        raise as_problem(outcome.verdict.refusal)
    house.record()
    if action is Action.ACCEPT:
        note_joined(house, call.principal.account_id, call.principal.email)
    return _now(call)


def _opener(house: Call, transfer_id: str) -> str | None:
    """Who asked this account: whose limit its answer counts against."""
    opener: str | None = transfers.required(house.connection, house.subscription_id, transfer_id).opened_by_account
    return opener


def _opening_token(house: Call, transfer_id: str) -> limits.TokenLimit | None:
    """The token it was asked with, where that has a limit of its own."""
    row = transfers.required(house.connection, house.subscription_id, transfer_id)
    return limits.token_limit(house.connection, row.opened_by_token)


def _now(call: Call) -> OwnTransfer:
    found = own_transfers.one(call.connection, whose(call), call.id)
    assert found is not None
    return _answer(call, found)


def _answer(call: Call, row: AnyRow) -> OwnTransfer:
    until = decisions.undoable_by(call.connection, call.principal.account_id, call.now)
    return transfer_answer(row, until.get(row.id))


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
