"""Who owns the organisation and pays for it, and the main account's own seat."""

from client.calls.base import BaseClient
from contract import operations as op
from contract.ownership import (
    NewOwnershipOffer,
    Ownership,
    OwnershipOffer,
    OwnSeat,
    OwnSeatChanged,
)
from contract.transfers import Reason


class OwnershipCalls(BaseClient):
    """Owners, the main account, handing it over, and its own seat."""

    async def ownership(self) -> Ownership:
        """The main account, the owners, and an offer that is pending."""
        return await self._ask(op.OWNERSHIP, Ownership)

    async def offer_ownership(self, new: NewOwnershipOffer, *, key: str | None = None) -> OwnershipOffer:
        """Offer a member to become the main account."""
        return await self._ask(op.OFFER_OWNERSHIP, OwnershipOffer, body=new, key=key)

    async def cancel_ownership(self, offer_id: str, *, key: str | None = None) -> OwnershipOffer:
        """Withdraw an offer before it is answered."""
        return await self._ask(op.CANCEL_OWNERSHIP, OwnershipOffer, id=offer_id, key=key)

    async def accept_ownership(self, offer_id: str, *, key: str | None = None) -> OwnershipOffer:
        """Become the main account, and pay from now on."""
        return await self._ask(op.ACCEPT_OWNERSHIP, OwnershipOffer, id=offer_id, key=key)

    async def decline_ownership(self, offer_id: str, reason: Reason, *, key: str | None = None) -> OwnershipOffer:
        """Decline to become the main account; the reason may stay empty."""
        return await self._ask(op.DECLINE_OWNERSHIP, OwnershipOffer, id=offer_id, body=reason, key=key)

    async def undo_ownership(self, offer_id: str, *, key: str | None = None) -> OwnershipOffer:
        """Undo having accepted, within ten minutes and if nothing was paid since."""
        return await self._ask(op.UNDO_OWNERSHIP, OwnershipOffer, id=offer_id, key=key)

    async def own_seat(self, seat: OwnSeat, *, key: str | None = None) -> OwnSeatChanged:
        """Put the main account on the List of users, or take it off (D15)."""
        return await self._ask(op.OWN_SEAT, OwnSeatChanged, body=seat, key=key)
