"""Typed calls, one per operation of the contract.

Every command carries one idempotency key per intention: made here once, or passed by a caller who holds it across
restarts; all retries repeat it, so that nothing happens twice (D30). Every method raises `client.errors` only.
"""

from client.calls.account import AccountCalls
from client.calls.codes import CodesCalls
from client.calls.events import EventsCalls
from client.calls.imports import ImportsCalls
from client.calls.members import MembersCalls
from client.calls.money import MoneyCalls
from client.calls.ownership import OwnershipCalls
from client.calls.starting import StartingCalls
from client.calls.transfers import TransfersCalls
from client.calls.users import UsersCalls
from client.calls.webhooks import WebhooksCalls
from contract import operations as op
from contract.events import Event
from contract.people import Me
from contract.subscription import Overview


class Client(
    MoneyCalls,
    UsersCalls,
    MembersCalls,
    OwnershipCalls,
    TransfersCalls,
    CodesCalls,
    ImportsCalls,
    EventsCalls,
    AccountCalls,
    StartingCalls,
    WebhooksCalls,
):
    """The API as methods. Made by `client.profile.open_client`; connects at the first call, closes with `aclose`."""

    async def overview(self) -> Overview:
        """Everything the first screen paints."""
        return await self._ask(op.OVERVIEW, Overview)

    async def me(self) -> Me:
        """Who is signed in, and what they may do."""
        return await self._ask(op.ME, Me)

    def caused(self, event: Event) -> bool:
        """Whether a command that was sent by this very client brought an event about."""
        key = event.request.idempotency_key
        return key is not None and self._executor.has_sent(key)
