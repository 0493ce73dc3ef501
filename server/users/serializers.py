"""A user's row as it travels, and as events name it."""

from collections.abc import Mapping
from typing import Any

from contract.events import EventObject
from contract.users import User, UserSource, UserStatus
from server.platform.transaction import Unit
from server.store import subscriptions
from server.store.types import AnyRow
from server.store.users import Waiting
from server.subscription.reading import seated_status


def answer(unit: Unit, row: AnyRow) -> User:
    """The user as it travels, with the status that the subscription leaves it now."""
    return user_answer(row, seated_now(unit))


def seated_now(unit: Unit) -> UserStatus:
    """What a user with a seat is now: active, or why nobody is."""
    return seated_status(subscriptions.get(unit.connection, unit.subscription_id), unit.now)


def user_answer(row: AnyRow, seated: UserStatus) -> User:
    """The same; `seated` is what those with a seat are. One that was removed says until when that can be undone."""
    removed = row.removed_at is not None
    return User(
        id=row.id,
        account_id=row.account_id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        position=row.position,
        status=UserStatus.REMOVED if removed else shown_status(row.status, seated),
        source=UserSource(row.source),
        added_at=row.added_at,
        added_by=row.added_by,
        removed_at=row.removed_at,
        restorable_until=row.restorable_until if removed else None,
        version=row.version,
    )


def shown_status(stored: str, seated: UserStatus) -> UserStatus:
    """A stored status as it travels: who has a seat is what those with a seat are."""
    return seated if stored == UserStatus.ACTIVE.value else UserStatus(stored)


def user_object(row: AnyRow | User | Waiting, status: UserStatus) -> EventObject:
    """How an event names a user."""
    name = f"{row.first_name} {row.last_name}".strip() or row.email
    attributes = {"email": row.email, "status": status.value, "source": str(row.source)}
    return EventObject.model_construct(type="user", id=row.id, label=name, attributes=attributes)


def added_object(row: Mapping[str, Any], seated: UserStatus = UserStatus.ACTIVE) -> EventObject:
    """The same for the columns of a new row."""
    name = f"{row['first_name']} {row['last_name']}".strip() or row["email"]
    status = shown_status(row["status"], seated).value
    attributes = {"email": row["email"], "status": status, "source": row["source"]}
    return EventObject.model_construct(type="user", id=row["id"], label=name, attributes=attributes)
