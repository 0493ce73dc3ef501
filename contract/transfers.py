"""Transfer requests: a two-sided agreement to make an existing account a user (D22–D27)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contract.base import Answer, Body, EmailText, Identifier, Instant, Version, full_name
from contract.joining import PaymentChange
from contract.pages import PageQuery
from contract.problems import ItemProblem
from contract.users import UserStatus

MAX_DECISIONS = 10_000


class Direction(StrEnum):
    """Who opened the request: we asked them, or they ask us."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class TransferState(StrEnum):
    """Only `pending` moves (D23)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Transfer(Answer):
    """One request. `gives_up` names the paid subscription of their own that ends when it is accepted (D24).

    `remark`, in the answer to a new one alone, says which characters around the address were removed.
    """

    id: Identifier
    direction: Direction
    state: TransferState
    email: str
    first_name: str = ""
    last_name: str = ""
    position: str = ""
    message: str = ""
    gives_up: str = ""
    reason: str = ""
    created_at: Instant
    expires_at: Instant
    resend_after: Instant | None = None
    decided_at: Instant | None = None
    decided_by: str = ""
    user_id: str | None = None
    version: Version
    remark: str = ""

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither."""
        return full_name(self.first_name, self.last_name, self.email)


class NewTransfer(Body):
    """An outgoing request to an address, whether or not it has an account (D25)."""

    email: EmailText
    message: Annotated[str, Field(max_length=1000)] = ""


class Reason(Body):
    """Why a request is declined; may stay empty."""

    reason: Annotated[str, Field(max_length=500)] = ""


class Seen(Body):
    """A request with the version that was on the screen (D26)."""

    id: Identifier
    version: Version


class Decisions(Body):
    """Many decisions at once."""

    accept: Annotated[tuple[Seen, ...], Field(max_length=MAX_DECISIONS)] = ()
    decline: Annotated[tuple[Seen, ...], Field(max_length=MAX_DECISIONS)] = ()
    reason: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [seen.id for seen in (*self.accept, *self.decline)]
        if not ids:
            message = "give requests to accept or to decline"
            raise ValueError(message)
        if len(ids) != len(set(ids)):
            message = "name each request once"
            raise ValueError(message)
        return self


class Decided(Transfer):
    """One request after a decision about it, and how whoever decided takes it back (D27).

    `next_payment` is the next payment before and after.
    """

    decision: Identifier
    undo_until: Instant
    next_payment: PaymentChange | None = None


class DecisionsQuery(PageQuery):
    """One's own decisions, the newest first: those that can still be taken back, or with `undoable=false` all."""

    undoable: bool = True


class DecisionSummary(Answer):
    """What one decided at once. `undone` is when it was taken back, `undo_until` how long it can be (D27)."""

    id: Identifier
    accepted: int
    declined: int
    created_at: Instant
    undo_until: Instant
    undone: Instant | None = None


class DecisionResult(Answer):
    """What became of one request: its state now, the user it became, or why nothing happened to it."""

    transfer: Transfer | None = None
    transfer_id: Identifier
    user_status: UserStatus | None = None
    problem: ItemProblem | None = None


class DecisionReport(Answer):
    """The results, in the order of the request (acceptances first), and until when `z` takes them back (D27).

    `next_payment` is the next payment before and after.
    """

    id: Identifier
    accepted: int
    declined: int
    failed: int
    undo_until: Instant
    results: tuple[DecisionResult, ...]
    next_payment: PaymentChange | None = None


class UndoReport(Answer):
    """What undoing a decision did, request by request."""

    undone: int
    failed: int
    results: tuple[DecisionResult, ...]


class TransferSort(StrEnum):
    """What requests may be sorted by; a leading minus means descending."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    NAME = "name"
    NAME_DESCENDING = "-name"
    EMAIL = "email"
    EMAIL_DESCENDING = "-email"
    EXPIRES_AT = "expires_at"
    EXPIRES_AT_DESCENDING = "-expires_at"


class TransfersQuery(PageQuery):
    """A filter over the requests. Without a state, all of them."""

    search: Annotated[str, Field(max_length=200)] = ""
    direction: Direction | None = None
    state: TransferState | None = None
    sort: TransferSort = TransferSort.CREATED_AT
