"""One's own account, what it may use, and the tokens an owner hands out."""

from client.calls.base import BaseClient
from contract import operations as op
from contract.codes import RedeemCode
from contract.entitlements import Entitlement
from contract.pages import Page, PageQuery
from contract.profile import AcceptOffer, AskToJoin, Left, OpenOffer, OwnProfile, OwnTransfer, ProfileChanges
from contract.sign_ins import SignIn
from contract.tokens import HandedOut, NewToken, Token
from contract.transfers import Reason
from contract.users import User

NEWEST = PageQuery()


class AccountCalls(BaseClient):
    """What anybody who is signed in may ask about themselves; entitlements for readers, tokens for the owner."""

    async def own_profile(self) -> OwnProfile:
        """The signed-in account and what it uses."""
        return await self._ask(op.PROFILE, OwnProfile)

    async def change_profile(self, changes: ProfileChanges, *, key: str | None = None) -> OwnProfile:
        """Edit one's own names, position, language, and what one gets letters about."""
        return await self._ask(op.CHANGE_PROFILE, OwnProfile, body=changes, key=key)

    async def redeem_code(self, code: RedeemCode, *, key: str | None = None) -> User:
        """Take a free seat with an invitation code (D21)."""
        return await self._ask(op.REDEEM_CODE, User, body=code, key=key)

    async def own_transfers(self, query: PageQuery = NEWEST) -> Page[OwnTransfer]:
        """Requests between this account and organisations, the newest first."""
        return await self._ask(op.LIST_OWN_TRANSFERS, Page[OwnTransfer], query=query)

    async def ask_to_join(self, ask: AskToJoin, *, key: str | None = None) -> OwnTransfer:
        """Ask an organisation to take this account in; the answer never tells whether it exists (D25)."""
        return await self._ask(op.ASK_TO_JOIN, OwnTransfer, body=ask, key=key)

    async def accept_offer(self, transfer_id: str, agreed: AcceptOffer, *, key: str | None = None) -> OwnTransfer:
        """Accept an offer, naming the subscriptions of one's own that end (D24)."""
        return await self._ask(op.ACCEPT_OFFER, OwnTransfer, id=transfer_id, body=agreed, key=key)

    async def decline_offer(self, transfer_id: str, reason: Reason, *, key: str | None = None) -> OwnTransfer:
        """Decline an offer; the reason may stay empty."""
        return await self._ask(op.DECLINE_OFFER, OwnTransfer, id=transfer_id, body=reason, key=key)

    async def undo_offer(self, transfer_id: str, *, key: str | None = None) -> OwnTransfer:
        """Undo one's own decision about an offer within ten minutes (D27)."""
        return await self._ask(op.UNDO_OFFER, OwnTransfer, id=transfer_id, key=key)

    async def open_offer(self, link: str) -> OwnTransfer:
        """The offer that came with this link; `NotFound` when it is not one's own, or was sent again since."""
        return await self._ask(op.OPEN_OFFER, OwnTransfer, body=OpenOffer(link=link))

    async def cancel_ask(self, transfer_id: str, *, key: str | None = None) -> OwnTransfer:
        """Take one's own request back."""
        return await self._ask(op.CANCEL_ASK, OwnTransfer, id=transfer_id, key=key)

    async def sign_ins(self, query: PageQuery = NEWEST) -> Page[SignIn]:
        """Browsers and terminals that one is signed in with, the newest first."""
        return await self._ask(op.LIST_SIGN_INS, Page[SignIn], query=query)

    async def end_sign_in(self, sign_in_id: str, *, key: str | None = None) -> SignIn:
        """Sign oneself out of one of them immediately."""
        return await self._ask(op.END_SIGN_IN, SignIn, id=sign_in_id, key=key)

    async def leave(self, *, key: str | None = None) -> Left:
        """Leave the subscription one uses: frees the seat, refunds nothing."""
        return await self._ask(op.LEAVE, Left, key=key)

    async def entitlement(self, who: str) -> Entitlement:
        """Whether an account, by its id or e-mail, can use the service now."""
        return await self._ask(op.ENTITLEMENT, Entitlement, id=who)

    async def tokens(self, query: PageQuery = NEWEST) -> Page[Token]:
        """The organisation's tokens, the newest first."""
        return await self._ask(op.LIST_TOKENS, Page[Token], query=query)

    async def create_token(self, new: NewToken, *, key: str | None = None) -> HandedOut:
        """Make a token for a member; its secret is answered once."""
        return await self._ask(op.CREATE_TOKEN, HandedOut, body=new, key=key)

    async def revoke_token(self, token_id: str, *, key: str | None = None) -> Token:
        """Take a token back at once."""
        return await self._ask(op.REVOKE_TOKEN, Token, id=token_id, key=key)
