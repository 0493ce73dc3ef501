"""Webhooks and their deliveries as they travel."""

from contract.webhooks import Delivery, DeliveryState, Webhook, WebhookStop
from server.http.call import Call
from server.http.problems import not_found
from server.notifications.delivery_cursor import message_id
from server.store import events, webhooks
from server.store.types import AnyRow


def required(call: Call) -> AnyRow:
    """The webhook of the path.

    Raises:
        ServerProblem: `not_found`, also for another organisation's (D28).
    """
    row = webhooks.one(call.connection, call.organisation_id, call.id)
    if row is None:
        raise not_found()
    return row


def as_answer(call: Call, row: AnyRow) -> Webhook:
    """A webhook as it is now, without its secret."""
    counted = webhooks.counts(call.connection, row.id)
    until = row.old_secret_until
    return Webhook(
        id=row.id,
        url=row.url,
        description=row.description,
        kinds=webhooks.kinds_of(row),
        enabled=row.enabled,
        stopped=WebhookStop(row.stopped) if row.stopped else None,
        created_at=row.created_at,
        last_success_at=row.last_success_at,
        failing_since=row.failing_since,
        old_secret_until=until if until is not None and until > call.services.clock.machine() else None,
        behind=events.last_seq(call.connection, call.organisation_id) - row.position,
        waiting=counted.get(webhooks.WAITING, 0),
        failed=counted.get(webhooks.FAILED, 0),
        version=row.version,
    )


def delivery_answer(organisation_id: str, row: AnyRow) -> Delivery:
    """What became of one event."""
    return Delivery(
        event_id=events.event_id(row.seq),
        event_type=row.kind,
        message_id=message_id(organisation_id, row.seq),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        first_attempt_at=row.first_at,
        last_attempt_at=row.last_at,
        next_attempt_at=row.next_at,
        status=row.status,
        error=row.error,
    )
