"""Transfer requests."""

from client.calls.base import BaseClient
from contract import operations as op
from contract.pages import Page
from contract.transfers import (
    Decided,
    DecisionReport,
    Decisions,
    DecisionsQuery,
    DecisionSummary,
    NewTransfer,
    Reason,
    Transfer,
    TransfersQuery,
    UndoReport,
)

ALL_TRANSFERS = TransfersQuery()
UNDOABLE = DecisionsQuery()


class TransfersCalls(BaseClient):
    """Transfer requests."""

    async def transfers(self, query: TransfersQuery = ALL_TRANSFERS) -> Page[Transfer]:
        """Transfer requests both ways."""
        return await self._ask(op.LIST_TRANSFERS, Page[Transfer], query=query)

    async def transfer(self, transfer_id: str) -> Transfer:
        """One request."""
        return await self._ask(op.GET_TRANSFER, Transfer, id=transfer_id)

    async def create_transfer(self, new: NewTransfer, *, key: str | None = None) -> Transfer:
        """Ask an account to become a user (D22)."""
        return await self._ask(op.CREATE_TRANSFER, Transfer, body=new, key=key)

    async def accept_transfer(self, transfer_id: str, *, key: str | None = None) -> Decided:
        """Accept an incoming request (D24)."""
        return await self._ask(op.ACCEPT_TRANSFER, Decided, id=transfer_id, key=key)

    async def decline_transfer(self, transfer_id: str, *, reason: str = "", key: str | None = None) -> Decided:
        """Decline an incoming request; the reason may stay empty."""
        return await self._ask(op.DECLINE_TRANSFER, Decided, id=transfer_id, body=Reason(reason=reason), key=key)

    async def cancel_transfer(self, transfer_id: str, *, key: str | None = None) -> Transfer:
        """Cancel an outgoing request."""
        return await self._ask(op.CANCEL_TRANSFER, Transfer, id=transfer_id, key=key)

    async def resend_transfer(self, transfer_id: str, *, key: str | None = None) -> Transfer:
        """Send an outgoing request again; `TooManyRequests` within the hour (D23)."""
        return await self._ask(op.RESEND_TRANSFER, Transfer, id=transfer_id, key=key)

    async def decide(self, decisions: Decisions, *, key: str | None = None) -> DecisionReport:
        """Decide many requests as they were seen; one result each (D26)."""
        many = len(decisions.accept) + len(decisions.decline)
        return await self._ask(op.DECIDE_TRANSFERS, DecisionReport, body=decisions, key=key, items=many)

    async def decisions(self, query: DecisionsQuery = UNDOABLE) -> Page[DecisionSummary]:
        """One's own decisions that can still be undone, the newest first: `z` works after a restart (D27)."""
        return await self._ask(op.LIST_DECISIONS, Page[DecisionSummary], query=query)

    async def undo_decisions(self, report_id: str, *, key: str | None = None) -> UndoReport:
        """Take a decision back by its id within ten minutes (D27)."""
        return await self._ask(op.UNDO_DECISIONS, UndoReport, id=report_id, key=key)
