"""Where an account is signed in by itself: browsers, and terminals with a token that its own sign-in made."""

from enum import StrEnum

from contract.base import Answer, Identifier, Instant


class SignInKind(StrEnum):
    """What holds it: a browser's cookie, or a terminal's token."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a word


class SignIn(Answer):
    """One of them. `organisation` is the one a token acts in, empty for none; `current` is the one that asks.

    Tokens that an owner issued for the account are not among them: those are the organisation's.
    """

    id: Identifier
    kind: SignInKind
    label: str = ""
    organisation: str = ""
    read_only: bool = False
    created_at: Instant
    expires_at: Instant | None = None
    last_used_at: Instant | None = None
    current: bool = False
