"""`POST /v1/quotes`, one of them, and its confirmation."""

from collections.abc import Mapping

from contract.operation import Operation
from contract.operations import CONFIRM_QUOTE, CREATE_QUOTE, GET_QUOTE
from contract.quotes import Quote
from server.domain.errors import Refusal
from server.http.call import Call, Handler, LongHandler
from server.http.problems import ServerProblem, not_found
from server.payments.settle import settle_elsewhere, settle_pending
from server.quotes.confirm import confirm_quote
from server.quotes.make import make
from server.store import quotes


def create_quote(call: Call) -> Quote:
    """Price a change without making it."""
    try:
        return make(call, call.services, call.body, call.principal.account_id).quote
    except Refusal as refusal:
        raise ServerProblem(refusal.code, f"{refusal.detail}.", **refusal.data) from refusal


def get_quote(call: Call) -> Quote:
    """A quote of the caller's own organisation."""
    stored = quotes.find(call.connection, call.organisation_id, call.id)
    if stored is None:
        raise not_found()
    return stored.quote


HANDLERS: Mapping[Operation, Handler | LongHandler] = {
    CREATE_QUOTE: create_quote,
    GET_QUOTE: get_quote,
    CONFIRM_QUOTE: confirm_quote,
}
ON_START = (settle_pending,)
ERRANDS = (settle_elsewhere,)
