"""Accounts, organisations, roles, and what each role may do (the table before D28)."""

from enum import StrEnum

from contract.base import Answer, Identifier, full_name
from contract.money import Money


class Role(StrEnum):
    """What an account is in its organisation."""

    OWNER = "owner"
    ADMIN = "admin"
    BILLING = "billing"
    VIEWER = "viewer"
    MEMBER = "member"


class Permission(StrEnum):
    """One thing a role may or may not do."""

    READ = "read"
    MANAGE_USERS = "manage_users"
    MANAGE_TRANSFERS = "manage_transfers"
    ASK_QUOTES = "ask_quotes"
    CONFIRM_QUOTES = "confirm_quotes"
    MANAGE_ACCESS = "manage_access"
    OPERATE_SANDBOX = "operate_sandbox"
    OWN_ACCOUNT = "own_account"


_ANYBODY = frozenset({Permission.OWN_ACCOUNT})
_READER = _ANYBODY | {Permission.READ, Permission.ASK_QUOTES}
_MANAGER = _READER | {Permission.MANAGE_USERS, Permission.MANAGE_TRANSFERS}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: _MANAGER | {Permission.CONFIRM_QUOTES},
    Role.BILLING: _READER | {Permission.CONFIRM_QUOTES},
    Role.VIEWER: _READER,
    Role.MEMBER: _ANYBODY,
}
"""An admin's right to confirm is bounded by the monthly spending limit of its token's account."""


class LimitOf(StrEnum):
    """Whose monthly limit it is: a member's, or a token's own."""

    MEMBER = "member"
    TOKEN = "token"  # noqa: S105 - a word


class Account(Answer):
    """One person's login."""

    id: Identifier
    email: str
    first_name: str
    last_name: str
    position: str = ""

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither."""
        return full_name(self.first_name, self.last_name, self.email)


class Organisation(Answer):
    """Who pays."""

    id: Identifier
    name: str


class Me(Answer):
    """Who is signed in, and what they may do. An account outside every organisation is a member of none.

    `own_sign_in` is false for a token that somebody else handed out: it works in the organisation as the role says, but
    the account's own affairs (its name, requests, codes, joining and leaving) are closed to it.

    `read_only` is a token that changes nothing, whatever the role may do.

    Whoever is bound by a monthly limit, an admin's or its token's own, is told it (what they pay, and what they add to
    the next renewal), how much is left of it this month, and how many more users they may list within it (None: any
    number, they add nothing). Where both bind, it is the one of which less is left: `limit_of` says which.
    """

    account: Account
    organisation: Organisation | None
    role: Role
    may: frozenset[Permission]
    spending_limit: Money | None = None
    own_sign_in: bool = True
    spending_left: Money | None = None
    may_list: int | None = None
    limit_of: LimitOf = LimitOf.MEMBER
    read_only: bool = False

    @property
    def organisation_name(self) -> str:
        """The organisation's name, empty where there is none."""
        return self.organisation.name if self.organisation else ""
