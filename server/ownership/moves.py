"""Offering the subscription to somebody, withdrawing that, declining it, and its end by the clock."""

from typing import Any

from contract.base import full_name
from contract.events import EventKind
from contract.ownership import NewOwnershipOffer, OwnershipOffer
from contract.problems import ProblemCode
from contract.transfers import Reason, TransferState
from server.domain.roles import OFFER_FOR
from server.http.call import Call
from server.http.problems import Invalid, ServerProblem, not_found
from server.limits.amounts import refuse_bound
from server.notifications.enqueue import post
from server.notifications.kinds import LetterKind
from server.ownership.reading import offer_answer, offer_object
from server.platform.ids import new_id
from server.platform.transaction import Unit
from server.profile.own import house_of
from server.store import organisations, ownership, subscriptions
from server.store.types import AnyRow

PENDING = {"state": TransferState.PENDING.value}


def offer_ownership(call: Call) -> OwnershipOffer:
    """Offer a member to become the main account; whoever pays now agrees by it.

    Raises:
        ServerProblem: it is not the main account that asks, one is pending, or the other is no member, or oneself.
    """
    body: NewOwnershipOffer = call.body
    refuse_bound(call, "hands nothing over")
    check_main(call)
    expire(call)
    if not organisations.is_member(call.connection, call.organisation_id, body.to):
        raise ServerProblem(not_found().code, "Nobody in your organisation has this account.")
    if body.to == call.principal.account_id:
        raise Invalid(("/to", "oneself", "You are the main account already."))
    if ownership.pending(call.connection, call.subscription_id) is not None:
        raise ServerProblem(ProblemCode.OWNERSHIP_PENDING)
    identity = new_id("own")
    ownership.add(
        call.connection,
        id=identity,
        organisation_id=call.organisation_id,
        subscription_id=call.subscription_id,
        from_account_id=call.principal.account_id,
        to_account_id=body.to,
        then_role=body.then.value,
        state=TransferState.PENDING.value,
        created_at=call.now,
        expires_at=call.now + OFFER_FOR,
    )
    row = ownership.one(call.connection, identity)
    call.emit(EventKind.OWNERSHIP_OFFERED, offer_object(row))
    who = full_name(row.sender_first_name, row.sender_last_name, row.sender_email)
    details = {"organisation": row.organisation, "who": who, "offer_id": identity}
    where, kind = call.organisation_id, LetterKind.OWNERSHIP_OFFERED
    post(call.connection, kind, row.recipient_email, call.now, organisation_id=where, details=details)
    return offer_answer(row, call.now)


def check_main(call: Call) -> None:
    """Whether it is the main account that asks.

    Raises:
        ServerProblem: `main_account_decides`, naming it.
    """
    main = subscriptions.get(call.connection, call.subscription_id).owner_account_id
    if call.principal.account_id != main:
        account = organisations.account(call.connection, main)
        assert account is not None
        detail = f"Only the main account itself decides this: {account.email}."
        raise ServerProblem(ProblemCode.MAIN_ACCOUNT_DECIDES, detail, main_account=account.email)


def cancel_ownership(call: Call) -> OwnershipOffer:
    """Withdraw an offer before it is answered."""
    row = ownership.of_house(call.connection, call.subscription_id, call.id)
    if row is None:
        raise not_found()
    check_main(call)
    check_pending(call, row)
    return offer_answer(end(call, row, TransferState.CANCELLED, EventKind.OWNERSHIP_CANCELLED), call.now)


def decline_ownership(call: Call) -> OwnershipOffer:
    """Say no to becoming the main account."""
    body: Reason | None = call.body
    row = own_offer(call)
    check_pending(call, row)
    house = house_of(call, row.organisation_id, row.subscription_id)
    reason = body.reason if body else ""
    after = end(house, row, TransferState.DECLINED, EventKind.OWNERSHIP_DECLINED, reason=reason)
    house.record()
    return offer_answer(after, call.now)


def own_offer(call: Call) -> AnyRow:
    """The offer of the path, which was made to who asks.

    Raises:
        ServerProblem: `not_found`, also for somebody else's (D25).
    """
    row = ownership.to_account(call.connection, call.principal.account_id, call.id)
    if row is None:
        raise not_found()
    return row


def check_pending(unit: Unit, row: AnyRow) -> None:
    """Whether an offer can still be answered.

    Raises:
        ServerProblem: `ownership_not_pending`.
    """
    if row.state != TransferState.PENDING.value or row.expires_at <= unit.now:
        raise ServerProblem(ProblemCode.OWNERSHIP_NOT_PENDING)


def withdraw_from(unit: Unit, account_id: str) -> int:
    """Withdraw an offer that is pending to somebody who goes; answers how many."""
    row = ownership.pending(unit.connection, unit.subscription_id)
    if row is None or row.to_account_id != account_id:
        return 0
    end(unit, row, TransferState.CANCELLED, EventKind.OWNERSHIP_CANCELLED)
    return 1


def expire(unit: Unit) -> None:
    """End the offer whose time is over, in the server's name."""
    rows = ownership.due(unit.connection, unit.subscription_id, unit.now)
    if not rows:
        return
    server = Unit(
        connection=unit.connection,
        organisation_id=unit.organisation_id,
        subscription_id=unit.subscription_id,
        now=unit.now,
    )
    for row in rows:
        end(server, row, TransferState.EXPIRED, EventKind.OWNERSHIP_EXPIRED, decided_at=row.expires_at)
    server.record()


def end(unit: Unit, row: AnyRow, state: TransferState, kind: EventKind, **more: Any) -> AnyRow:
    """Move a pending offer to its end, with the event; answers it as it is then."""
    values = {"decided_at": unit.now, **more, "state": state.value}
    after = ownership.change(unit.connection, row.id, **values)
    unit.emit(kind, offer_object(after), PENDING)
    return after
