"""Requests as they travel, as the rules see them, and as events name them."""

from types import SimpleNamespace
from typing import Any

from contract.events import EventObject
from contract.transfers import Direction, Transfer, TransferState
from server.domain.refusals import Refusal
from server.domain.transfers import Request
from server.http.problems import ServerProblem
from server.store.types import AnyRow

_PENDING = TransferState.PENDING.value


def as_answer(row: AnyRow | SimpleNamespace) -> Transfer:
    """A row as it travels. Rows hold what was checked on its way in: they are not checked again."""
    waits = row.state == _PENDING
    return Transfer.model_construct(
        id=row.id,
        direction=Direction(row.direction),
        state=TransferState(row.state),
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        position=row.position,
        message=row.message,
        gives_up=row.gives_up,
        reason=row.reason,
        created_at=row.created_at,
        expires_at=row.expires_at,
        resend_after=row.resend_after if waits else None,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        user_id=row.user_id,
        version=row.version,
    )


def as_request(row: AnyRow) -> Request:
    """What the rules look at in a row."""
    return Request(
        id=row.id,
        direction=Direction(row.direction),
        state=TransferState(row.state),
        version=row.version,
        expires_at=row.expires_at,
        account_id=row.account_id,
        resend_after=row.resend_after,
        gives_up=bool(row.gives_up),
    )


def subject(transfer: Transfer, **attributes: Any) -> EventObject:
    """What events about a request name: the person, and what the request is now."""
    known = {"direction": transfer.direction.value, "state": transfer.state.value, "version": transfer.version}
    label = transfer.name
    return EventObject(type="transfer", id=transfer.id, label=label, attributes={**known, **attributes})


def as_problem(refusal: Refusal) -> ServerProblem:
    """A rule's no as an answer to one request."""
    data = dict(refusal.data)
    retry_after = data.pop("retry_after", None)
    return ServerProblem(refusal.code, refusal.detail, retry_after=retry_after, **data)
