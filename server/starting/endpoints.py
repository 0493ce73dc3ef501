"""`/v1/profile/start`."""

from collections.abc import Mapping

from contract.operation import Operation
from contract.operations import CONFIRM_START, CREATE_START, START_OFFER
from contract.starting import Started, StartOffer, StartQuote
from server.http.call import Asked, Call, Handler, LongCall, LongHandler
from server.http.proxies import network_of_client
from server.starting.confirming import confirm
from server.starting.offering import make_start, offer
from server.starting.settling import forget_prices, settle_due_starts, settle_starts
from server.starting.starter import Desk, Starter, starter_of


def start_offer(call: Call) -> StartOffer:
    """What may be started, or why nothing."""
    return offer(_desk(call), call.query.currency)


def create_start(call: Call) -> StartQuote:
    """Price a start without making it."""
    return make_start(_desk(call), call.body)


async def confirm_start(call: LongCall) -> Started:
    """Make it, for exactly that price."""
    asked = call.asked
    assert asked.idempotency_key is not None
    assert call.renew is not None
    return await confirm(asked.services, _starter(asked), asked.id, asked.idempotency_key, call.renew)


def _starter(asked: Asked) -> Starter:
    return starter_of(asked.principal, network_of_client(asked.http))


def _desk(call: Call) -> Desk:
    return Desk(call.connection, call.services, _starter(call.asked), call.now)


HANDLERS: Mapping[Operation, Handler | LongHandler] = {
    START_OFFER: start_offer,
    CREATE_START: create_start,
    CONFIRM_START: confirm_start,
}
ON_START = (settle_starts,)
ERRANDS = (settle_due_starts,)
CHORES = (forget_prices,)
