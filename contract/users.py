"""Users: the accounts listed on the subscription (D15–D19)."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contract.base import Answer, Body, EmailText, Identifier, Instant, ShortText, Version, full_name
from contract.joining import PaymentChange
from contract.pages import PageQuery
from contract.problems import ItemProblem

MAX_BATCH = 10_000
"""The most items one batch may hold."""


class UserStatus(StrEnum):
    """Whether a user may use the service. `removed` only in the answer of a removal.

    `suspended` and `ended` say why somebody with a seat is not active: the subscription is suspended, or has ended.
    """

    ACTIVE = "active"
    NOT_PAID = "not_paid"
    REMOVED = "removed"
    SUSPENDED = "suspended"
    ENDED = "ended"

    @property
    def has_seat(self) -> bool:
        """Whether a user of this status sits on a seat, active or not."""
        return self in {UserStatus.ACTIVE, UserStatus.SUSPENDED, UserStatus.ENDED}


class UserSource(StrEnum):
    """The ways in (D17)."""

    HAND = "hand"
    IMPORT = "import"
    CODE = "code"
    MEMBER = "member"
    TRANSFER = "transfer"


class User(Answer):
    """One listed account. `restorable_until` is there after a removal that can be undone.

    `remark`, in the answer to an addition alone, says which characters around what was sent were removed.
    """

    id: Identifier
    account_id: Identifier
    email: str
    first_name: str
    last_name: str
    position: str = ""
    status: UserStatus
    source: UserSource
    added_at: Instant
    added_by: str = ""
    removed_at: Instant | None = None
    restorable_until: Instant | None = None
    version: Version
    remark: str = ""

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither."""
        return full_name(self.first_name, self.last_name, self.email)


class Added(User):
    """A user just listed, and the next payment before and after; None where none will come."""

    next_payment: PaymentChange | None = None


class NewUser(Body):
    """Somebody to add by hand."""

    email: EmailText
    first_name: ShortText = ""
    last_name: ShortText = ""
    position: ShortText = ""


class UserChanges(Body):
    """What may be edited; a field that is absent stays."""

    first_name: ShortText | None = None
    last_name: ShortText | None = None
    position: ShortText | None = None


class BatchMode(StrEnum):
    """What happens to the rest when one item can't be done."""

    ATOMIC = "atomic"
    BEST_EFFORT = "best_effort"
    UNTIL_FULL = "until_full"


class UserBatch(Body):
    """Many users at once: either to add or to remove."""

    add: Annotated[tuple[NewUser, ...], Field(max_length=MAX_BATCH)] = ()
    remove: Annotated[tuple[Identifier, ...], Field(max_length=MAX_BATCH)] = ()
    mode: BatchMode = BatchMode.BEST_EFFORT

    @model_validator(mode="after")
    def _something_to_do(self) -> Self:
        if not self.add and not self.remove:
            message = "give users to add or to remove"
            raise ValueError(message)
        return self


class UserResult(Answer):
    """What became of one item of a batch, in the order of the request (additions first)."""

    index: int
    user: User | None = None
    problem: ItemProblem | None = None


class UserBatchReport(Answer):
    """The results of a batch, and the next payment before and after it; None where none will come."""

    done: int
    failed: int
    results: tuple[UserResult, ...]
    next_payment: PaymentChange | None = None


class UserSort(StrEnum):
    """What users may be sorted by; a leading minus means descending."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    EMAIL = "email"
    EMAIL_DESCENDING = "-email"
    POSITION = "position"
    POSITION_DESCENDING = "-position"
    STATUS = "status"
    STATUS_DESCENDING = "-status"
    ADDED_AT = "added_at"
    ADDED_AT_DESCENDING = "-added_at"


AddedDay = Annotated[dt.date, Field(ge=dt.date(1970, 1, 1), lt=dt.date(3000, 1, 1))]
"""A day in the subscription's time zone (D2)."""


class UsersQuery(PageQuery):
    """A filter over the users. `search` finds any part of name, e-mail or position, without accents or case.

    Found are those added from the beginning of the day `added_from` on, and before the one of `added_before` begins.
    """

    search: Annotated[str, Field(max_length=200)] = ""
    status: UserStatus | None = None
    source: UserSource | None = None
    added_from: AddedDay | None = None
    added_before: AddedDay | None = None
    sort: UserSort = UserSort.NAME
