"""What attempts at a webhook came to: deliveries, how far it is told, and whether it is switched off."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from contract.events import EventKind, EventObject
from contract.webhooks import WebhookStop
from server.notifications.delivery_cursor import Message, Turn
from server.notifications.schedule import DELIVERIES, next_attempt
from server.platform.transaction import Unit
from server.store import webhooks
from server.store.types import AnyRow, Connection

if TYPE_CHECKING:
    from server.notifications.http_delivery import Outcome

KEPT = 1000
"""So many of the latest events that were delivered are listed."""


class Attempt(NamedTuple):
    """One message, how telling it ended, and when."""

    message: Message
    outcome: "Outcome"
    at: dt.datetime


def write(connection: Connection, turn: Turn, attempts: Sequence[Attempt], now: dt.datetime) -> None:
    """Note what became of a turn, or of its beginning. `now` is what an event about it says.

    Where the webhook was put back meanwhile, its new events are told again anyway.
    """
    webhook = webhooks.one(connection, turn.webhook.organisation_id, turn.webhook.id)
    if webhook is None:
        return
    undisturbed = webhook.position == turn.webhook.position
    noted = attempts if undisturbed else [each for each in attempts if not each.message.fresh]
    webhooks.put(connection, [_row(webhook.id, attempt) for attempt in noted])
    values = _health(webhook, attempts)
    if undisturbed:
        values["position"] = _reached(turn, attempts)
    webhooks.note(connection, webhook.id, **values)
    if values.get("last_success_at"):
        webhooks.keep_newest(connection, webhook.id, KEPT)
    why = _why_stop(attempts, values.get("last_success_at") or webhook.last_success_at)
    if why is not None and webhook.enabled:
        _switch_off(connection, webhook, why, now)


def _row(webhook_id: str, attempt: Attempt) -> dict[str, Any]:
    message, outcome, at = attempt
    tried = message.attempts + 1
    again = None if outcome.delivered or outcome.gone else next_attempt(tried, DELIVERIES, at)
    if again is not None:
        again = max(again, at + min(dt.timedelta(seconds=outcome.retry_after), DELIVERIES[-1]))
    ended = webhooks.DELIVERED if outcome.delivered else webhooks.FAILED
    return {
        "webhook_id": webhook_id,
        "seq": message.seq,
        "kind": message.kind,
        "state": ended if again is None else webhooks.WAITING,
        "attempts": tried,
        "first_at": message.first_at or at,
        "last_at": at,
        "next_at": again,
        "status": outcome.status,
        "error": outcome.error,
    }


def _health(webhook: AnyRow, attempts: Sequence[Attempt]) -> dict[str, Any]:
    values: dict[str, Any] = {"failures": webhook.failures, "failing_since": webhook.failing_since}
    for message, outcome, at in attempts:
        if outcome.delivered:
            values |= {"failures": 0, "failing_since": None, "last_success_at": at}
            continue
        values |= {"failures": values["failures"] + 1, "failing_since": values["failing_since"] or at}
        if message.fresh:
            values["begun_at"] = at
    return values


def _reached(turn: Turn, attempts: Sequence[Attempt]) -> int:
    """Up to the last new event that was tried; with all of them, up to where the log was read."""
    tried = [attempt.message.seq for attempt in attempts if attempt.message.fresh]
    if len(tried) == sum(message.fresh for message in turn.messages):
        return turn.scanned
    return tried[-1] if tried else int(turn.webhook.position)


def _why_stop(attempts: Sequence[Attempt], success: dt.datetime | None) -> WebhookStop | None:
    """Gone, or the last attempt of a message failed and nothing has come through since its first."""
    for message, outcome, at in attempts:
        if outcome.gone:
            return WebhookStop.GONE
        first = message.first_at or at
        if outcome.delivered or next_attempt(message.attempts + 1, DELIVERIES, at) is not None:
            continue
        if success is None or success < first:
            return WebhookStop.FAILING
    return None


def _switch_off(connection: Connection, webhook: AnyRow, why: WebhookStop, now: dt.datetime) -> None:
    webhooks.change(connection, webhook.id, enabled=False, stopped=why.value)
    unit = Unit(connection=connection, organisation_id=webhook.organisation_id, subscription_id="", now=now)
    unit.emit(EventKind.WEBHOOK_DISABLED, subject(webhook, stopped=why.value), {"enabled": True})
    unit.record()


def subject(webhook: AnyRow, **attributes: Any) -> EventObject:
    """What events about a webhook name: its host and what it is for; the rest of its address may be a secret."""
    import httpx

    host = httpx.URL(webhook.url).host
    label = f"{webhook.description} ({host})" if webhook.description else host
    return EventObject(type="webhook", id=webhook.id, label=label, attributes={"host": host, **attributes})
