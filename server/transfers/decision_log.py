"""Decisions are kept with what they changed, so that whoever decided can take them back (D27)."""

import json
from collections.abc import Sequence
from typing import Any

from contract.pages import Page
from contract.transfers import DecisionsQuery, DecisionSummary
from server.domain.transfers import UNDO_FOR, Party
from server.http import cursors
from server.http.call import Call
from server.platform.ids import new_id
from server.store import decisions
from server.store.types import to_microseconds
from server.transfers.execute import Outcome

SORT = "decisions.newest"


def keep(call: Call, outcomes: Sequence[Outcome], party: Party = Party.HOUSE) -> str:
    """Keep what was done of this, decided on that side by the account that asks; answers the decision's id.

    Nothing is kept of a decision that did nothing: there is nothing to take back.
    """
    identity = new_id("dec")
    done = [_item(each) for each in outcomes if each.verdict.refusal is None]
    if not done:
        return identity
    values = {
        "id": identity,
        "organisation_id": call.organisation_id,
        "subscription_id": call.subscription_id,
        "account_id": call.principal.account_id,
        "created_at": call.now,
        "undo_until": call.now + UNDO_FOR,
        "party": party.value,
    }
    decisions.add(call.connection, values, done)
    return identity


def list_decisions(call: Call) -> Page[DecisionSummary]:
    """`GET /v1/transfers/decisions`: one's own in this list, the newest first; nobody else's, not even to the owner."""
    query: DecisionsQuery = call.query
    edge = cursors.decode(query.cursor, SORT, [int, str]) if query.cursor else None
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
        next_cursor=cursors.encode(SORT, [to_microseconds(last.created_at), last.id]) if more and last else None,
        has_more=more,
        total=decisions.total(call.connection, mine) if query.count else None,
    )


def _item(outcome: Outcome) -> dict[str, Any]:
    transfer, user = outcome.transfer, outcome.user
    assert transfer is not None
    before = {"status": user.status.value if user else None, "ends": list(outcome.ended), "joined": outcome.joined}
    return {
        "transfer_id": transfer.id,
        "action": outcome.verdict.asked.action.value,
        "transfer_version": transfer.version,
        "user_id": user.id if user else None,
        "before": json.dumps(before),
    }
