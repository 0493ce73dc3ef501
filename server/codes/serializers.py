"""Codes and their uses as they travel, and as events name them."""

from operator import attrgetter
from typing import Any
from urllib.parse import quote

from contract.codes import CodeUse, InvitationCode
from contract.events import EventObject
from contract.users import UserStatus
from server.domain.codes import state_of
from server.http.call import Call
from server.http.problems import not_found
from server.store import codes
from server.store.types import AnyRow
from server.users.serializers import shown_status

_bounds = attrgetter("enabled", "uses", "max_uses", "expires_at")


def as_answer(row: AnyRow, call: Call) -> InvitationCode:
    """A code as it is now."""
    enabled, uses, max_uses, expires_at = _bounds(row)
    return InvitationCode(
        id=row.id,
        code=row.code,
        state=state_of(enabled=enabled, uses=uses, max_uses=max_uses, expires_at=expires_at, now=call.now),
        enabled=enabled,
        uses=uses,
        max_uses=max_uses,
        expires_at=expires_at,
        created_at=row.created_at,
        created_by=row.made_by,
        version=row.version,
        join_url=join_url(row.code, call.services.settings.public_address),
    )


def join_url(code: str, address: str) -> str:
    """The page on which a code is used, with the code filled in; empty where no address is known."""
    return f"{address}/join?code={quote(code, safe='')}" if address else ""


def use_answer(row: AnyRow, seated: UserStatus) -> CodeUse:
    """Who came in, as they are now; `seated` is what users with a seat are."""
    return CodeUse(
        used_at=row.used_at,
        user_id=row.id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        status=UserStatus.REMOVED if row.removed_at is not None else shown_status(row.status, seated),
    )


def subject(code: InvitationCode, **changed: Any) -> EventObject:
    """What events about a code name."""
    attributes: dict[str, Any] = {"uses": code.uses, "max_uses": code.max_uses, **changed}
    return EventObject(type="invitation_code", id=code.id, label=code.code, attributes=attributes)


def required(call: Call) -> AnyRow:
    """The row of the code in the path.

    Raises:
        ServerProblem: `not_found`, also for another organisation's (D28).
    """
    row = codes.one(call.connection, call.subscription_id, call.id)
    if row is None:
        raise not_found()
    return row
