"""The paid subscription of somebody who comes in: it ends without refund (D24), and is there again after an undo."""

from typing import Any

from contract.events import EventKind, EventObject
from contract.subscription import SubscriptionStatus
from server.catalogue import Catalogue
from server.invoices.arrears import leave_owed
from server.platform.transaction import Unit
from server.store import invoices, subscriptions, users
from server.store.types import AnyRow
from server.users.seat_assignment import restore_users, seats_in, unlist_users


def end_own(unit: Unit, catalogue: Catalogue, row: AnyRow) -> dict[str, Any]:
    """End a subscription of an account's own, in its own organisation's history; answers what `bring_back` needs.

    What was used of it and not paid for stays owed there.
    """
    own = _own(unit, row.organisation_id, row.id)
    row = subscriptions.get(own.connection, row.id)
    listed = users.of_account(own.connection, row.id, row.owner_account_id)
    if listed is not None:
        unlist_users(own, [listed])
    subscriptions.change(
        own.connection,
        row.id,
        status=SubscriptionStatus.ENDED.value,
        scheduled_seats=None,
        retry_at=None,
        ended_at=unit.now,
    )
    leave_owed(own, catalogue, row)
    subject = EventObject(type="subscription", id=row.id, label="ended: its owner joined another subscription")
    own.emit(EventKind.SUBSCRIPTION_ENDED, subject, {"status": row.status})
    own.record()
    return {
        "organisation_id": row.organisation_id,
        "id": row.id,
        "period_start": row.period_start.isoformat(),
        "status": row.status,
        "scheduled_seats": row.scheduled_seats,
        "late_seats": row.late_seats,
        "user_id": listed.id if listed is not None else None,
    }


def bring_back(unit: Unit, ended: dict[str, Any]) -> None:
    """Undo `end_own`, unless the subscription was started anew since, or what it left owing was paid.

    A payment that was overdue is tried at once: for the whole period, so that nothing else is owed.
    """
    own = _own(unit, ended["organisation_id"], ended["id"])
    row = subscriptions.get(own.connection, ended["id"])
    again = row.status != SubscriptionStatus.ENDED.value or row.period_start.isoformat() != ended["period_start"]
    overdue = ended["status"] == SubscriptionStatus.PAST_DUE.value
    if again or (overdue and ended.get("late_seats") is not None and row.served_until is None):
        return
    if overdue:
        invoices.void_open(own.connection, row.id)
    after = subscriptions.change(
        own.connection,
        row.id,
        status=ended["status"],
        scheduled_seats=ended["scheduled_seats"],
        retry_at=unit.now if overdue else None,
        ended_at=None,
        late_seats=ended.get("late_seats"),
        served_until=None if overdue else row.served_until,
    )
    subject = EventObject(type="subscription", id=row.id, label="continues: the transfer was undone")
    own.emit(EventKind.SUBSCRIPTION_STARTED, subject, {"status": row.status})
    listed = users.get(own.connection, row.id, ended["user_id"] or "")
    if listed is not None and listed.removed_at is not None and seats_in(after).free > 0:
        restore_users(own, [listed])
    own.record()


def _own(unit: Unit, organisation_id: str, subscription_id: str) -> Unit:
    return Unit(
        connection=unit.connection, organisation_id=organisation_id, subscription_id=subscription_id, now=unit.now
    )
