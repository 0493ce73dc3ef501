"""Members: the accounts of the organisation's directory, whether or not they use the subscription."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from contract.base import Answer, Body, Identifier, Instant, Version, full_name
from contract.joining import PaymentChange
from contract.money import Money
from contract.pages import PageQuery
from contract.people import Role
from contract.transfers import Transfer
from contract.users import MAX_BATCH, BatchMode, User, UserStatus


class Member(Answer):
    """One account of the directory; `id` is the account's.

    `user_id` and `status` are those of the user the member is on this subscription, None for somebody who is none.
    """

    id: Identifier
    email: str
    first_name: str
    last_name: str
    position: str = ""
    role: Role
    since: Instant
    user_id: Identifier | None = None
    status: UserStatus | None = None

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither."""
        return full_name(self.first_name, self.last_name, self.email)


class MemberProfile(Member):
    """One member in full: the user they are here, and the request about them that waits, if any.

    `version` counts the changes of role and limit. `spending_limit` is an admin's, a month; None for an admin who has
    none, and for every other role. `main_account`: it pays for the subscription, and always is an owner.
    """

    user: User | None = None
    transfer: Transfer | None = None
    version: Version = 1
    spending_limit: Money | None = None
    main_account: bool = False


class MemberChanges(Body):
    """What an owner may change of a member; what is absent stays.

    `spending_limit` is for an admin alone: what they may spend in a month, null for no limit. Who becomes an admin
    without one may spend nothing.
    """

    TELLS_NONE: ClassVar = frozenset({"spending_limit"})

    role: Role | None = None
    spending_limit: Money | None = None

    @property
    def limits(self) -> bool:
        """Whether the limit was named, be it as none."""
        return "spending_limit" in self.model_fields_set


class RemovedMember(Answer):
    """Somebody who was taken out of the organisation, and may be brought back until `restorable_until`.

    `role` and `spending_limit` come back with them, and so does their place on the List of users where they had one
    (`was_user`). `tokens_revoked` and `requests_cancelled` say what ended with it, in the answer to the removal alone.
    """

    id: Identifier
    email: str
    first_name: str
    last_name: str
    role: Role
    spending_limit: Money | None = None
    was_user: bool = False
    removed_at: Instant
    removed_by: str
    restorable_until: Instant
    tokens_revoked: int = 0
    requests_cancelled: int = 0

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither."""
        return full_name(self.first_name, self.last_name, self.email)


class RestoredMember(MemberProfile):
    """A member who is back. `next_payment` is the payment that their place on the List of users changes."""

    next_payment: PaymentChange | None = None


class NewFromMembers(Body):
    """Members to put on the subscription (D17), in this order."""

    ids: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MAX_BATCH)]
    mode: BatchMode = BatchMode.BEST_EFFORT


class MemberSort(StrEnum):
    """What members may be sorted by; a leading minus means descending."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    EMAIL = "email"
    EMAIL_DESCENDING = "-email"
    POSITION = "position"
    POSITION_DESCENDING = "-position"
    STATUS = "status"
    STATUS_DESCENDING = "-status"


class MembersQuery(PageQuery):
    """A filter over the members. `search` finds any part of name, e-mail or position, without accents or case.

    `listed` tells those on the subscription from the others, `status` one kind of user from all others.
    """

    search: Annotated[str, Field(max_length=200)] = ""
    role: Role | None = None
    listed: bool | None = None
    status: UserStatus | None = None
    sort: MemberSort = MemberSort.NAME
