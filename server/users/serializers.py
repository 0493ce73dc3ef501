"""A user's row as it travels, and as events name it."""

from collections.abc import Mapping
from typing import Any

from contract.events import EventObject
from contract.users import User, UserSource, UserStatus
from server.store.types import AnyRow
from server.store.users import Waiting


def user_answer(row: AnyRow) -> User:
    """The user as it travels; one that was removed says until when that can be undone."""
    removed = row.removed_at is not None
    return User(
        id=row.id,
        account_id=row.account_id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        position=row.position,
        status=UserStatus.REMOVED if removed else UserStatus(row.status),
        source=UserSource(row.source),
        added_at=row.added_at,
        added_by=row.added_by,
        removed_at=row.removed_at,
        restorable_until=row.restorable_until if removed else None,
        version=row.version,
    )


def user_object(row: AnyRow | User | Waiting, status: UserStatus) -> EventObject:
    """How an event names a user."""
    name = f"{row.first_name} {row.last_name}".strip() or row.email
    attributes = {"email": row.email, "status": status.value, "source": str(row.source)}
    return EventObject.model_construct(type="user", id=row.id, label=name, attributes=attributes)


def added_object(row: Mapping[str, Any]) -> EventObject:
    """The same for the columns of a new row."""
    name = f"{row['first_name']} {row['last_name']}".strip() or row["email"]
    attributes = {"email": row["email"], "status": row["status"], "source": row["source"]}
    return EventObject.model_construct(type="user", id=row["id"], label=name, attributes=attributes)
