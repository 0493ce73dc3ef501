"""The table of an operator's actions: what each is told and answers. Commands and the running server share it.

No secret travels: the command makes the token or the link, and tells what of it is stored. So an action whose answer
was lost is asked for again under the same key, and is done once.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from contract.subscription import BillingCycle

VERSION = 1
"""Of this table: a command and a server of different ones do not talk."""

VERSION_HEADER = "headcount-operator"
KEY_HEADER = "idempotency-key"

_Text = Annotated[str, StringConstraints(max_length=1000)]
_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Told(BaseModel):
    """What one side tells the other."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MadeToken(Told):
    """A token that the command has made: its id, and the hash that is stored of it."""

    id: Annotated[str, StringConstraints(pattern=r"^tok_[0-9A-Za-z]{20}$")]
    secret_hash: _Hash


class MakeOrganisation(Told):
    """Found an organisation. Without a token its owner is invited by a sign-in link.

    `catalogue` is what identifies the catalogue that the command was given; empty takes the server's.
    """

    organisation: _Text
    owner: _Text
    plan: _Text = "business"
    cycle: BillingCycle = BillingCycle.MONTHLY
    seats: int = 10
    currency: _Text = "EUR"
    time_zone: _Text = "UTC"
    now: AwareDatetime | None = None
    catalogue: _Text = ""
    token: MadeToken | None = None
    link: _Hash | None = None


class LinkMade(Told):
    """What became of a sign-in link: mailed, or to be shown under `address`, the server's own, if that is known."""

    email: str
    mailed: bool = False
    address: str = ""
    expires_at: AwareDatetime | None = None


class OrganisationMade(Told):
    """The organisation, the seats that are granted until a day, and the link of an owner who was invited."""

    organisation_id: str
    granted_seats: int
    period_end: dt.date
    link: LinkMade | None = None


class GiveToken(Told):
    """A token for an account, of the organisation where there are several; `sign_up` makes a missing account."""

    email: _Text
    organisation: _Text = ""
    label: _Text = ""
    sign_up: bool = False
    token: MadeToken


class TokenGiven(Told):
    """The name of the organisation that a token is for; empty for none."""

    organisation: str


class InviteOwner(Told):
    """Make somebody an owner of an organisation, with an account if there is none, and let them in by a link.

    `members_only` is for a member whose sign-in works: no link. Where others own it, `agreed` has to be said.
    """

    organisation: _Text
    email: _Text
    members_only: bool = False
    agreed: bool = False
    link: _Hash | None = None


class OwnerMade(Told):
    """Their role before (empty: no member), who else owns it, and the link."""

    organisation: str
    before: str
    owners: tuple[str, ...]
    link: LinkMade | None = None


class MakeLink(Told):
    """A link that signs an account in once. `mail` sends it where the server can, `reset` ends everything else first.

    `sign_up` allows an address without an account, which the link then makes.
    """

    email: _Text
    mail: bool = False
    reset: bool = False
    sign_up: bool = False
    link: _Hash


class AccessReset(Told):
    """The link, and how many tokens and sessions ended."""

    link: LinkMade
    tokens: int = 0
    sessions: int = 0


class Revoke(Told):
    """End one token or session by its id, or all of an account by its address."""

    which: _Text


class Revoked(Told):
    """How many tokens and sessions ended."""

    tokens: int
    sessions: int


class ReleaseSignOn(Told):
    """Let the next person that a provider signs in with this address have its account."""

    email: _Text


class SignOnReleased(Told):
    """Whose account it is."""

    email: str


class RetryLetters(Told):
    """Have the letters that were given up sent again."""


class LettersRetried(Told):
    """How many; `sending` says that a server is at it."""

    again: Annotated[int, Field(ge=0)]
    sending: bool = False


@dataclass(frozen=True)
class Action:
    """One action: its name in the address, and what it is told and answers."""

    name: str
    told: type[Told]
    answers: type[Told]


MAKE_ORGANISATION = Action("make-organisation", MakeOrganisation, OrganisationMade)
GIVE_TOKEN = Action("give-token", GiveToken, TokenGiven)
INVITE_OWNER = Action("invite-owner", InviteOwner, OwnerMade)
MAKE_LINK = Action("make-link", MakeLink, AccessReset)
REVOKE = Action("revoke", Revoke, Revoked)
RELEASE_SIGN_ON = Action("release-sign-on", ReleaseSignOn, SignOnReleased)
RETRY_LETTERS = Action("retry-letters", RetryLetters, LettersRetried)

ACTIONS = (MAKE_ORGANISATION, GIVE_TOKEN, INVITE_OWNER, MAKE_LINK, REVOKE, RELEASE_SIGN_ON, RETRY_LETTERS)
