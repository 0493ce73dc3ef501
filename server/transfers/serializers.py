"""Requests as they travel, and as the rules see them."""

from operator import attrgetter
from typing import Any

from contract.transfers import Direction, Transfer, TransferState
from server.domain.errors import Refusal
from server.domain.transfers import Request
from server.http.problems import ServerProblem
from server.store.types import AnyRow

_FIELDS = tuple(name for name in Transfer.model_fields if name != "remark")
_of_row = attrgetter(*_FIELDS)
_DIRECTIONS = {each.value: each for each in Direction}
_STATES = {each.value: each for each in TransferState}


def as_answer(row: AnyRow, **changes: Any) -> Transfer:
    """A row as it travels; with `changes`, as it is after they are written (`store.transfers.change`)."""
    values = dict(zip(_FIELDS, _of_row(row), strict=True))
    if changes:
        values |= {name: changes[name] for name in changes.keys() & _FIELDS}
        values["version"] += 1
    if values["state"] != TransferState.PENDING.value:
        values["resend_after"] = None
    return Transfer(**values)


def as_request(row: AnyRow) -> Request:
    """What the rules look at in a row."""
    return Request(
        id=row.id,
        direction=_DIRECTIONS[row.direction],
        state=_STATES[row.state],
        version=row.version,
        expires_at=row.expires_at,
        account_id=row.account_id,
        resend_after=row.resend_after,
        ends=ends_of(row),
        opened_by=row.opened_by_account,
    )


def ends_of(row: AnyRow) -> frozenset[str] | None:
    """The subscriptions that end with this; None where a request tells of them in words alone."""
    if row.ends is None and row.gives_up:
        return None
    return frozenset((row.ends or "").split())


def as_problem(refusal: Refusal) -> ServerProblem:
    """A rule's no as an answer to one request."""
    data = dict(refusal.data)
    retry_after = data.pop("retry_after", None)
    return ServerProblem(refusal.code, refusal.detail, retry_after=retry_after, **data)
