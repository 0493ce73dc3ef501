"""Who owns the organisation: its owners, the main account that pays, handing that over, and its own seat.

The main account is the one that pays for the subscription, and always is an owner. It hands that over by an offer,
which the other account accepts or declines in its profile: both sides agree, as with a transfer (D22).
"""

from typing import Annotated

from pydantic import Field

from contract.base import Answer, Body, Identifier, Instant, Version, full_name
from contract.joining import PaymentChange
from contract.people import Role
from contract.transfers import TransferState
from contract.users import User


class Owner(Answer):
    """One owner; `id` is the account's."""

    id: Identifier
    email: str
    first_name: str = ""
    last_name: str = ""
    main_account: bool = False

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither."""
        return full_name(self.first_name, self.last_name, self.email)


class OwnershipOffer(Answer):
    """An offer to become the main account of a subscription, and to pay for it from then on.

    `sender` offers it, and has agreed by that; `recipient` decides. `then` is the role that `sender` has afterwards.
    `undo_until`: how long the recipient can undo having accepted; None when there is nothing to undo.
    """

    id: Identifier
    state: TransferState
    organisation: str
    sender: Owner
    recipient: Owner
    then: Role
    reason: str = ""
    created_at: Instant
    expires_at: Instant
    decided_at: Instant | None = None
    undo_until: Instant | None = None
    version: Version


class Ownership(Answer):
    """The main account, every owner (it first), whether it uses a seat (D15), and the offer that is pending."""

    main_account: Owner
    owners: tuple[Owner, ...]
    uses_seat: bool
    offer: OwnershipOffer | None = None


class NewOwnershipOffer(Body):
    """Offer the subscription to a member, by their account's id. `then` is what oneself is afterwards."""

    to: Identifier
    then: Role = Role.OWNER


class DeclineOwnership(Body):
    """Why not; the other side reads it."""

    reason: Annotated[str, Field(max_length=500)] = ""


class OwnSeat(Body):
    """Whether the main account is one of the users (D15)."""

    uses: bool


class OwnSeatChanged(Answer):
    """What became of it: the `user` that the main account is, or was, and the payment that this changes."""

    uses: bool
    user: User | None = None
    next_payment: PaymentChange | None = None
