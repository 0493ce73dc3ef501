"""Tokens: what people sign in with, and what an owner hands out. The secret is answered once.

An owner hands them out only for accounts that the organisation made and that have never signed in by themselves.
"""

from enum import StrEnum

from contract.base import Answer, Body, EmailText, Identifier, Instant, ShortText, full_name
from contract.money import Money
from contract.people import Role


class TokenState(StrEnum):
    """Whether a token opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class EndedBecause(StrEnum):
    """Why a token ended that nobody revoked: `because` in its event.

    Its person signed in, or out; somebody gave up waiting for it, or its code was used twice; who made it owns nothing
    there now; its person is no member any more.
    """

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    CANCELLED = "cancelled"
    CODE_USED_TWICE = "code_used_twice"
    MAKER_NO_OWNER = "maker_no_owner"
    REMOVED = "removed"


class Token(Answer):
    """One token, without its secret. Its role is the member's, whatever that becomes.

    `made_by` is the e-mail of who handed it out; empty for one that the person's own sign-in made. `spending_limit` is
    its own monthly limit, None where the member's alone counts. `read_only` is one that changes nothing.
    """

    id: Identifier
    state: TokenState
    account_id: Identifier
    email: str
    first_name: str = ""
    last_name: str = ""
    role: Role
    label: str = ""
    made_by: str = ""
    created_at: Instant
    expires_at: Instant | None = None
    last_used_at: Instant | None = None
    spending_limit: Money | None = None
    revoked_at: Instant | None = None
    read_only: bool = False

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither."""
        return full_name(self.first_name, self.last_name, self.email)


class NewToken(Body):
    """A token for a member whose account is still the organisation's; without an end it holds until it is revoked.

    `spending_limit` is what may be spent with it in a month, in the subscription's currency; the member's holds too.
    """

    email: EmailText
    label: ShortText = ""
    expires_at: Instant | None = None
    spending_limit: Money | None = None


class HandedOut(Token):
    """A token just made, with its secret: the only answer that ever has it.

    It is empty when the answer is told again for the same `Idempotency-Key`: nobody keeps it, so revoke this token and
    make another.
    """

    token: str
