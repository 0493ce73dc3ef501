"""Reading requests, one or a page of them, and the decisions that somebody made."""

from contract.pages import Page
from contract.transfers import DecisionsQuery, DecisionSummary, Transfer, TransfersQuery
from server.http import cursors
from server.http.call import Call
from server.http.problems import not_found
from server.store import decisions, transfers
from server.store.types import AnyRow, to_microseconds
from server.transfers.serializers import as_answer

_NEWEST = "decisions.newest"


def list_transfers(call: Call) -> Page[Transfer]:
    """A page of this subscription's requests."""
    query: TransfersQuery = call.query
    sort = query.sort.value
    edge = cursors.decode(query.cursor, sort, transfers.edge_types(query.sort)) if query.cursor else None
    rows, last, total = transfers.page(call.connection, call.subscription_id, query, edge)
    items = tuple(as_answer(row) for row in rows)
    cursor = cursors.encode(sort, last) if last else None
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


def list_decisions(call: Call) -> Page[DecisionSummary]:
    """`GET /v1/transfers/decisions`: one's own in this list, the newest first; nobody else's, not even to the owner."""
    query: DecisionsQuery = call.query
    edge = cursors.decode(query.cursor, _NEWEST, [int, str]) if query.cursor else None
    mine = decisions.Mine(call.principal.account_id, call.subscription_id, call.now if query.undoable else None)
    rows = decisions.page(call.connection, mine, query.limit + 1, query.offset or 0, edge)
    more, shown = len(rows) > query.limit, rows[: query.limit]
    last = shown[-1] if shown else None
    return Page(
        items=tuple(
            DecisionSummary(
                id=row.id,
                accepted=row.accepted,
                declined=row.declined,
                created_at=row.created_at,
                undo_until=row.undo_until,
                undone=row.undone_at,
            )
            for row in shown
        ),
        next_cursor=cursors.encode(_NEWEST, [to_microseconds(last.created_at), last.id]) if more and last else None,
        has_more=more,
        total=decisions.total(call.connection, mine) if query.count else None,
    )
