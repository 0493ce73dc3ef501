"""What an account itself may see and do: who it is, the subscription it uses, requests between it and organisations.

An account is told an organisation's name by an offer, or once it is a user there. Asking to join never tells whether
there is such an organisation (D25): what was typed is what is answered, found or not.
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from contract.base import Answer, Body, Identifier, Instant, ShortText, Version
from contract.entitlements import Entitlement
from contract.money import Money
from contract.ownership import OwnershipOffer
from contract.people import Me, Organisation, Role
from contract.subscription import BillingCycle, SubscriptionStatus
from contract.transfers import TransferState
from contract.users import UserSource, UserStatus

MOST_ASKS = 20
"""How many requests to join one account may have waiting."""


class Used(Answer):
    """The subscription an account is a user of."""

    user_id: Identifier
    organisation: str
    plan: str
    status: UserStatus
    source: UserSource
    added_at: Instant


class Membership(Answer):
    """An organisation the account is a member of, and what its subscription gives the account.

    `status` is that of the user the account is there, None for who is none; `listed_at` since when it is one. `contact`
    is the address of the main account, which decides about seats, and `contact_name` its name.
    """

    organisation: Organisation
    role: Role
    since: Instant
    plan: str
    status: UserStatus | None = None
    listed_at: Instant | None = None
    contact: str
    contact_name: str


class Own(Answer):
    """The paid subscription an account pays for itself: it ends without refund when the account joins another (D24).

    `label` is how both sides are told of it; `users` is how many lose access with it.
    """

    id: Identifier
    organisation: str
    label: str
    plan: str
    billing_cycle: BillingCycle
    status: SubscriptionStatus
    price: Money | None = None
    period_end: dt.date
    users: int


class Way(StrEnum):
    """Who opened a request: an organisation asked this account, or this account asks to join."""

    OFFER = "offer"
    ASK = "ask"


class OwnTransfer(Answer):
    """One request between this account and an organisation; of an ask `organisation` is what was typed.

    `undo_until`: how long this account can take its own decision about it back (D27); None when there is none to.
    """

    id: Identifier
    way: Way
    state: TransferState
    organisation: str
    message: str = ""
    reason: str = ""
    created_at: Instant
    expires_at: Instant
    decided_at: Instant | None = None
    version: Version
    undo_until: Instant | None = None


class Language(StrEnum):
    """The languages of pages and letters; `BROWSER` is whichever a browser asks for."""

    BROWSER = ""
    ENGLISH = "en"
    GERMAN = "de"
    SPANISH = "es"
    FRENCH = "fr"


class OwnProfile(Answer):
    """All that an account is told about itself, in one answer.

    `memberships` are its organisations, the oldest first; a token that was issued is told of its own alone.
    `waiting` are the offers that wait for its decision and the requests of its own that nobody has answered;
    `undoable` those that it has decided and can take back, the last decision first. `owns` are the paid subscriptions
    of its own, the oldest first. `ownership` are the offers to become the main account of a subscription that wait for
    its decision, and those it has accepted and can still undo. `language` is the one it chose for pages and letters;
    empty for its browser's.
    `notify_code_uses` is whether it gets a letter when somebody uses a code; None where it is shown no codes.
    """

    as_of: Instant
    me: Me
    entitlement: Entitlement
    uses: Used | None = None
    memberships: tuple[Membership, ...] = ()
    owns: tuple[Own, ...] = ()
    waiting: tuple[OwnTransfer, ...] = ()
    undoable: tuple[OwnTransfer, ...] = ()
    ownership: tuple[OwnershipOffer, ...] = ()
    language: str = ""
    notify_code_uses: bool | None = None


class ProfileChanges(Body):
    """What may be edited; a field that is absent stays.

    `notify_code_uses` is for owners and admins: a letter when somebody uses a code.
    """

    first_name: ShortText | None = None
    last_name: ShortText | None = None
    position: ShortText | None = None
    language: Language | None = None
    notify_code_uses: bool | None = None


def _several(ends: Any) -> Any:
    """One id stands for a list of one."""
    if ends is None:
        return ()
    if isinstance(ends, str):
        return (ends,)
    return tuple(ends) if isinstance(ends, list) else ends


Ends = Annotated[tuple[Identifier, ...], BeforeValidator(_several), Field(max_length=100)]
"""The paid subscriptions of one's own that end: every one must be named, so that nobody loses what they did not see."""


class AskToJoin(Body):
    """Ask an organisation, by its owner's e-mail or its exact name, to take this account in.

    Whoever pays for subscriptions names each in `ends`: they end without refund once the request is accepted (D24).
    """

    organisation: Annotated[str, Field(min_length=1, max_length=254)]
    message: Annotated[str, Field(max_length=1000)] = ""
    ends: Ends = ()


class AcceptOffer(Body):
    """Agree to an offer. Whoever pays for subscriptions names each in `ends`: they end now, without refund (D24)."""

    ends: Ends = ()


class OpenOffer(Body):
    """The secret of the link that a request was sent with: what follows `link=` in the mail."""

    link: Annotated[str, Field(min_length=1, max_length=200)]


class Left(Answer):
    """What leaving has done: from now on the account uses no subscription."""

    organisation: str
    left_at: Instant
