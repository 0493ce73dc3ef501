"""A member's row as it travels."""

from typing import Any

from contract.members import Member
from contract.people import Role
from contract.users import UserStatus
from server.store.types import AnyRow


def member_answer(row: AnyRow, subscription_id: str) -> Member:
    """The member as it travels."""
    return Member.model_construct(**member_fields(row, subscription_id))


def member_fields(row: AnyRow, subscription_id: str) -> dict[str, Any]:
    """What a list and a profile say alike. What an account uses elsewhere is nobody's business here."""
    here = row.listed_on == subscription_id
    return {
        "id": row.id,
        "email": row.email,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "position": row.position,
        "role": Role(row.role),
        "since": row.since,
        "user_id": row.user_id if here else None,
        "status": UserStatus(row.user_status) if here else None,
    }
