"""`GET /v1/transfers` and `GET /v1/transfers/{id}`."""

from contract.pages import Page
from contract.transfers import Transfer
from server.http.call import Call
from server.http.problems import not_found
from server.store import transfers
from server.store.types import AnyRow
from server.transfers.serializers import as_answer


def list_transfers(call: Call) -> Page[Transfer]:
    """A page of this subscription's requests."""
    rows, cursor, total = transfers.page(call.connection, call.subscription_id, call.query)
    items = tuple(as_answer(row) for row in rows)
    return Page[Transfer](items=items, next_cursor=cursor, has_more=cursor is not None, total=total)


def get_transfer(call: Call) -> Transfer:
    """One request."""
    return as_answer(required(call))


def required(call: Call) -> AnyRow:
    """The row of the request in the path.

    Raises:
        ServerProblem: `not_found`, also for another organisation's (D25).
    """
    row = transfers.one(call.connection, call.subscription_id, call.id)
    if row is None:
        raise not_found()
    return row
