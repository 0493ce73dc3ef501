"""What a webhook was told, and telling it again (the same message ids, so that a receiver can tell)."""

from typing import Any

from contract.events import EventKind
from contract.pages import Page
from contract.webhooks import DeliveriesQuery, Delivery, Replay, Replayed
from server.events.listing import number_of
from server.http import cursors
from server.http.call import Call
from server.http.problems import not_found
from server.notifications.delivery_log import subject
from server.notifications.serializers import delivery_answer, required
from server.store import events, webhooks
from server.store.types import AnyRow

SORT = "deliveries.newest"


def list_deliveries(call: Call) -> Page[Delivery]:
    """A page of what is known of single events."""
    query: DeliveriesQuery = call.query
    row = required(call)
    before = int(cursors.decode(query.cursor, SORT, [int])[0]) if query.cursor else None
    state = query.state.value if query.state else None
    rows = webhooks.deliveries(call.connection, row.id, query.limit + 1, query.offset or 0, before=before, state=state)
    more, shown = len(rows) > query.limit, rows[: query.limit]
    counted = webhooks.counts(call.connection, row.id) if query.count else {}
    return Page[Delivery](
        items=tuple(delivery_answer(call.organisation_id, each) for each in shown),
        next_cursor=cursors.encode(SORT, [shown[-1].seq]) if more else None,
        has_more=more,
        total=(counted.get(state, 0) if state else sum(counted.values())) if query.count else None,
    )


def replay_webhook(call: Call) -> Replayed:
    """Send one event again, what was given up, or everything since a moment, which comes before anything newer.

    Raises:
        ServerProblem: there is no such webhook, or no such event.
    """
    body: Replay = call.body
    row = required(call)
    if body.event_id is not None:
        number, said = _one(call, row, body.event_id), {"event": body.event_id}
    elif body.failed:
        now = call.services.clock.machine()
        number, said = webhooks.retry(call.connection, row.id, now, state=webhooks.FAILED), {"failed": "true"}
    else:
        assert body.since is not None
        number, said = _since(call, row, body), {"since": body.since.isoformat()}
    if number:
        attributes: dict[str, Any] = {**said, "events": number}
        call.emit(EventKind.WEBHOOK_REPLAYED, subject(row, **attributes))
    return Replayed(events=number)


def _one(call: Call, row: AnyRow, event_id: str) -> int:
    """An event that was not looked at yet will be sent anyway."""
    seq = number_of(event_id)
    event = webhooks.event(call.connection, call.organisation_id, seq) if seq is not None else None
    if event is None:
        raise not_found()
    if event.seq <= row.position:
        known = webhooks.delivery(call.connection, row.id, event.seq)
        anew = {"state": webhooks.WAITING, "attempts": 0, "first_at": None, "next_at": call.services.clock.machine()}
        last = {"last_at": None, "status": None, "error": ""}
        if known is not None:
            last = {"last_at": known.last_at, "status": known.status, "error": known.error}
        webhooks.put(call.connection, [{"webhook_id": row.id, "seq": event.seq, "kind": event.kind, **anew, **last}])
    return 1


def _since(call: Call, row: AnyRow, body: Replay) -> int:
    """Put it back to where it was then; what waits of that is told in its turn."""
    assert body.since is not None
    newest = events.last_seq(call.connection, call.organisation_id)
    first = webhooks.first_since(call.connection, call.organisation_id, body.since, newest)
    position = min(first - 1, row.position)
    webhooks.note(call.connection, row.id, position=position)
    webhooks.drop_waiting(call.connection, row.id, after=position)
    return int(row.position - position)
