"""Who the owners are, and an offer as it travels."""

import datetime as dt
from typing import Any

from contract.base import full_name
from contract.events import EventObject
from contract.ownership import Owner, Ownership, OwnershipOffer
from contract.people import Role
from contract.transfers import TransferState
from server.http.call import Call
from server.store import organisations, ownership, roles, subscriptions
from server.store.types import AnyRow


def show_ownership(call: Call) -> Ownership:
    """The main account, every owner, and an offer that is pending."""
    subscription = subscriptions.get(call.connection, call.subscription_id)
    main = organisations.account(call.connection, subscription.owner_account_id)
    assert main is not None
    pending = ownership.pending(call.connection, call.subscription_id)
    still = pending is not None and pending.expires_at > call.now
    return Ownership(
        main_account=owner_answer(main, main=True),
        owners=tuple(owner_answer(row, main=row.main) for row in roles.owners(call.connection, call.organisation_id)),
        uses_seat=subscription.main_account_uses_seat,
        offer=offer_answer(pending, call.now) if still else None,
    )


def owner_answer(row: AnyRow, *, main: bool) -> Owner:
    """One owner, by the account's row."""
    return Owner(
        id=row.id, email=row.email, first_name=row.first_name, last_name=row.last_name, main_account=bool(main)
    )


def offer_answer(row: AnyRow | None, now: dt.datetime) -> OwnershipOffer:
    """An offer as it travels: one whose time is over has expired, whether or not that was noted yet."""
    assert row is not None
    state = TransferState(row.state)
    if state is TransferState.PENDING and row.expires_at <= now:
        state = TransferState.EXPIRED
    taken = state is TransferState.ACCEPTED
    undo_until = row.undo_until if taken and row.undo_until and row.undo_until > now else None
    return OwnershipOffer(
        id=row.id,
        state=state,
        organisation=row.organisation,
        sender=_side(row, "sender", main=not taken),
        recipient=_side(row, "recipient", main=taken),
        then=Role(row.then_role),
        reason=row.reason,
        created_at=row.created_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
        undo_until=undo_until,
        version=row.version,
    )


def offer_object(row: AnyRow) -> EventObject:
    """How an event names an offer: by who is to pay."""
    label = full_name(row.recipient_first_name, row.recipient_last_name, row.recipient_email)
    attributes: dict[str, Any] = {
        "email": row.recipient_email,
        "from": row.sender_email,
        "then": row.then_role,
        "state": row.state,
    }
    if row.reason:
        attributes["reason"] = row.reason
    return EventObject(type="ownership", id=row.id, label=label, attributes=attributes)


def _side(row: AnyRow, side: str, *, main: bool) -> Owner:
    names = {name: getattr(row, f"{side}_{name}") for name in ("email", "first_name", "last_name")}
    return Owner(id=row.from_account_id if side == "sender" else row.to_account_id, main_account=main, **names)
