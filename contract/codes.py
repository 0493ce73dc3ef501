"""Invitation codes: words the owner hands out; entering one takes a free seat (D21)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contract.base import Answer, Body, Identifier, Instant, Version, full_name
from contract.pages import PageQuery
from contract.users import UserStatus

LONGEST_CODE = 60
MOST_USES = 1_000_000


class CodeState(StrEnum):
    """Whether a code lets anybody in just now, and if not, why."""

    ACTIVE = "active"
    USED_UP = "used_up"
    EXPIRED = "expired"
    OFF = "off"


class InvitationCode(Answer):
    """One code. Without `max_uses` it may be used by any number, without `expires_at` for ever.

    `remark`, in the answer that makes it: why it lets nobody in as things stand. `join_url` is the page on which people
    use it; empty where the server does not know how it is reached.
    """

    id: Identifier
    code: str
    state: CodeState
    enabled: bool
    uses: int
    max_uses: int | None = None
    expires_at: Instant | None = None
    created_at: Instant
    created_by: str = ""
    version: Version
    remark: str = ""
    join_url: str = ""

    @property
    def uses_left(self) -> int | None:
        """How many more may use it; None when there is no limit."""
        return None if self.max_uses is None else max(0, self.max_uses - self.uses)


class NewCode(Body):
    """A code as it was chosen, or one that the server makes up."""

    code: Annotated[str, Field(max_length=LONGEST_CODE)] = ""
    max_uses: Annotated[int, Field(ge=1, le=MOST_USES)] | None = None
    expires_at: Instant | None = None


class CodeChanges(Body):
    """What may be changed; a field that is absent stays. `unlimited` and `never_expires` take a bound away."""

    enabled: bool | None = None
    max_uses: Annotated[int, Field(ge=1, le=MOST_USES)] | None = None
    unlimited: bool = False
    expires_at: Instant | None = None
    never_expires: bool = False

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.unlimited and self.max_uses is not None:
            message = "give either max_uses or unlimited"
            raise ValueError(message)
        if self.never_expires and self.expires_at is not None:
            message = "give either expires_at or never_expires"
            raise ValueError(message)
        return self


class RedeemCode(Body):
    """A code as somebody typed it: case and separators don't matter."""

    code: Annotated[str, Field(min_length=1, max_length=200)]


class CodeUse(Answer):
    """Who came in with a code, and what became of them: a user who was removed stays in the list."""

    used_at: Instant
    user_id: Identifier
    email: str
    first_name: str = ""
    last_name: str = ""
    status: UserStatus

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither."""
        return full_name(self.first_name, self.last_name, self.email)


class CodeSort(StrEnum):
    """What codes may be sorted by; a leading minus means descending. Codes without an end come last."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    CODE = "code"
    CODE_DESCENDING = "-code"
    USES = "uses"
    USES_DESCENDING = "-uses"
    EXPIRES_AT = "expires_at"
    EXPIRES_AT_DESCENDING = "-expires_at"


class CodesQuery(PageQuery):
    """A filter over the codes. `search` finds any part of a code or of the address of who made it."""

    search: Annotated[str, Field(max_length=200)] = ""
    state: CodeState | None = None
    sort: CodeSort = CodeSort.CREATED_AT_DESCENDING
