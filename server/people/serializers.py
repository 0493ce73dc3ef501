"""A token's row as it travels, and as events name it."""

import datetime as dt

from contract.events import EventObject
from contract.money import Money
from contract.people import Role
from contract.tokens import Token, TokenState
from server.store.types import AnyRow


def token_answer(
    row: AnyRow, now: dt.datetime, last_used_at: dt.datetime | None = None, *, currency: str = ""
) -> Token:
    """The token as it travels, without its secret. `last_used_at` is the last use, where one is not written yet."""
    state = TokenState.ACTIVE
    if row.revoked_at is not None or row.void:
        state = TokenState.REVOKED
    elif row.expires_at is not None and row.expires_at <= now:
        state = TokenState.EXPIRED
    return Token(
        id=row.id,
        state=state,
        account_id=row.account_id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        role=Role(row.role),
        label=row.label,
        made_by=row.made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=last_used_at or row.last_used_at,
        spending_limit=_limit(row, currency),
        revoked_at=row.revoked_at,
        read_only=bool(row.read_only),
    )


def _limit(row: AnyRow, currency: str) -> Money | None:
    limited = row.spending_limit is not None and currency
    return Money(amount=row.spending_limit, currency=currency) if limited else None


def token_object(token: Token, **more: str) -> EventObject:
    """How an event names a token."""
    label = f"{token.label} for {token.email}" if token.label else f"for {token.email}"
    limit = {"spending_limit": f"{token.spending_limit} a month"} if token.spending_limit else {}
    attributes = {"email": token.email, "role": token.role.value, "state": token.state.value, **limit, **more}
    return EventObject(type="token", id=token.id, label=label, attributes=attributes)
