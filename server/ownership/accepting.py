"""Becoming the main account, and undoing that (D22, D24, D27).

The account that pays, the roles of both and whether the main account uses a seat change in one transaction. Nothing is
charged by it: seats, users, prices and invoices are the subscription's, whoever pays.
"""

import json
from typing import Any

from contract.events import EventKind
from contract.ownership import OwnershipOffer
from contract.problems import ProblemCode
from contract.transfers import TransferState
from server.domain.roles import OWNER, UNDO_FOR, Place, Wanted, changed
from server.http.call import Call
from server.http.problems import ServerProblem
from server.members.standing import place_of, write_place
from server.ownership.moves import check_pending, end, own_offer
from server.ownership.reading import offer_answer, offer_object
from server.profile.own import house_of
from server.store import invoices, members, ownership, roles, subscriptions, users
from server.store.types import AnyRow


def accept_ownership(call: Call) -> OwnershipOffer:
    """Become the main account and an owner; who paid before gets the role that was said in the offer.

    Raises:
        ServerProblem: it is somebody else's, it is not pending, or things have changed so that it can't be any more.
    """
    row = own_offer(call)
    check_pending(call, row)
    house = house_of(call, row.organisation_id, row.subscription_id)
    subscription = subscriptions.get(house.connection, house.subscription_id)
    known = members.many(house.connection, house.organisation_id, [row.from_account_id, row.to_account_id])
    if subscription.owner_account_id != row.from_account_id or row.to_account_id not in known:
        raise ServerProblem(ProblemCode.OWNERSHIP_NOT_PENDING)
    check_no_payment(subscription)
    giver, taker = known[row.from_account_id], known[row.to_account_id]
    before = {"giver": _kept(giver), "taker": _kept(taker)}
    _hand(house, taker.id)
    _give(house, taker, Wanted(OWNER))
    _give(house, giver, Wanted(row.then_role))
    values: dict[str, Any] = {"undo_until": call.now + UNDO_FOR, "before": json.dumps(before)}
    after = end(house, row, TransferState.ACCEPTED, EventKind.OWNERSHIP_ACCEPTED, **values)
    house.record()
    return offer_answer(after, call.now)


def undo_ownership(call: Call) -> OwnershipOffer:
    """Give the subscription back to who had it; the offer is pending again until the end it had.

    Raises:
        ServerProblem: `not_found`, or `undo_not_possible`.
    """
    row = own_offer(call)
    house = house_of(call, row.organisation_id, row.subscription_id)
    known = members.many(house.connection, house.organisation_id, [row.from_account_id, row.to_account_id])
    if why := _why_not(house, row, known):
        raise ServerProblem(ProblemCode.UNDO_NOT_POSSIBLE, why)
    giver, taker = known[row.from_account_id], known[row.to_account_id]
    before = json.loads(row.before)
    _hand(house, giver.id)
    _give(house, giver, Wanted(OWNER))
    _give(house, taker, Wanted(before["taker"]["role"], before["taker"]["limit"], limited=True))
    values = {"state": TransferState.PENDING.value, "decided_at": None, "undo_until": None, "before": None}
    after = ownership.change(house.connection, row.id, **values)
    house.emit(EventKind.OWNERSHIP_UNDONE, offer_object(after), {"state": row.state})
    house.record()
    return offer_answer(after, call.now)


def check_no_payment(subscription: AnyRow) -> None:
    """Whether no payment is in progress, which one account was asked for.

    Raises:
        ServerProblem: `payment_in_progress`.
    """
    if subscription.pending_payment_id is not None:
        raise ServerProblem(ProblemCode.PAYMENT_IN_PROGRESS, "A payment is in progress: try again when it is done.")


def _why_not(house: Call, row: AnyRow, known: dict[str, AnyRow]) -> str:
    """Why an acceptance can't be undone, or nothing."""
    if row.state != TransferState.ACCEPTED.value:
        return "You have not accepted this offer."
    subscription = subscriptions.get(house.connection, house.subscription_id)
    offered = ownership.pending(house.connection, house.subscription_id)
    paid = invoices.issued_since(house.connection, house.subscription_id, row.decided_at)
    reasons = {
        "The ten minutes are over.": house.now >= row.undo_until,
        "Somebody else pays for the subscription now.": subscription.owner_account_id != row.to_account_id,
        "The account that paid before is no longer a member of the organisation.": row.from_account_id not in known,
        "You have offered the subscription to somebody else: withdraw that first.": offered is not None,
        "A payment is in progress.": subscription.pending_payment_id is not None,
        "Something was paid since.": bool(paid),
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _hand(house: Call, account_id: str) -> None:
    """Write who pays, and whether that account is one of the users (D15)."""
    uses = users.of_account(house.connection, house.subscription_id, account_id) is not None
    subscriptions.change(
        house.connection, house.subscription_id, owner_account_id=account_id, main_account_uses_seat=uses
    )


def _give(house: Call, row: AnyRow, wanted: Wanted) -> None:
    """Give one side its role, by the rules for any change of a role."""
    before = place_of(house, row)
    after = changed(before, wanted, roles.count_owners(house.connection, house.organisation_id))
    if after != before:
        write_place(house, row, before, after)


def _kept(row: AnyRow) -> dict[str, Any]:
    place = Place(row.role, row.spending_limit)
    return {"role": place.role, "limit": place.limit}
