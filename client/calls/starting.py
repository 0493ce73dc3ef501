"""Taking a first subscription: somebody without one starts an organisation."""

from client.calls.base import BaseClient
from contract import operations as op
from contract.starting import Started, StartOffer, StartOrganisation, StartQuery, StartQuote

FIRST_CURRENCY = StartQuery()


class StartingCalls(BaseClient):
    """What an account may start on its own."""

    async def start_offer(self, query: StartQuery = FIRST_CURRENCY) -> StartOffer:
        """The plans with their prices, or why none may be started."""
        return await self._ask(op.START_OFFER, StartOffer, query=query)

    async def price_start(self, wanted: StartOrganisation) -> StartQuote:
        """Price an organisation with its subscription without starting it (D4)."""
        return await self._ask(op.CREATE_START, StartQuote, body=wanted)

    async def confirm_start(self, quote_id: str, *, key: str) -> Started:
        """Start it and charge exactly what the quote says (D5). The caller holds the key: `new_key()`."""
        return await self._ask(op.CONFIRM_START, Started, id=quote_id, key=key)
