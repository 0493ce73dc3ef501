"""What a webhook is to be told next, and how far it has been told: the events of its organisation are the outbox.

`position` is the last event that was looked at. It moves in the same transaction that notes what became of the events
up to there: delivered, filtered out, or waiting as a delivery of its own. Whoever dies before that begins again at the
same event, with the same message id.

New events are told one after the other. What failed is tried again by itself, and later events may overtake it. While a
webhook refuses everything, a new one is begun only every few minutes; and when very many wait, none is: they are in the
log.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.notifications.waiting import seconds_until
from server.platform.ids import new_id
from server.store import webhooks
from server.store.types import AnyRow, Connection

BATCH = 50
"""New events of one turn; what became of them is written together, after a second at the latest."""

AGAIN = 5
"""Deliveries of one turn that are tried again."""

SCAN = 500
"""Events that are looked at in one turn. Those filtered out are written down only in such steps."""

MOST_WAITING = 100
"""So many deliveries may wait; until some are through, later events stay in the log."""

REFUSES = 5
"""After so many failures in a row a webhook refuses everything."""

PROBE_EVERY = dt.timedelta(minutes=5)
"""How often a new event is begun while a webhook refuses everything."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One event on its way to one webhook. `fresh` was not tried before; `attempts` is how often it was."""

    seq: int
    kind: str
    message_id: str
    body: bytes
    fresh: bool
    attempts: int = 0
    first_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What is to be sent now. `scanned` is how far the log was read; `pause` is for when there is nothing to send."""

    webhook: AnyRow
    messages: Sequence[Message]
    scanned: int
    pause: float | None


def message_id(organisation_id: str, seq: int) -> str:
    """What names an event for good, wherever and however often it is sent."""
    return f"msg_{organisation_id.partition('_')[2]}_{seq}"


def new_webhook_id() -> str:
    """The id of a new webhook."""
    return new_id("whk")


def plan(connection: Connection, webhook: AnyRow, now: dt.datetime, begin_at: int) -> Turn:
    """What is due now. `begin_at` is how far the log is known to hold nothing for this webhook."""
    number, first, _ = webhooks.waiting(connection, webhook.id, now)
    messages = [_again(connection, webhook, row) for row in webhooks.due(connection, webhook.id, now, AGAIN)]
    pauses = [seconds_until(first, now)] if first is not None else []
    most = min(BATCH, MOST_WAITING - number)
    if webhook.failures >= REFUSES and webhook.begun_at is not None:
        probe_at = webhook.begun_at + PROBE_EVERY
        pauses.append(seconds_until(probe_at, now))
        most = min(most, int(now >= probe_at))
    fresh, scanned = _fresh(connection, webhook, begin_at, most) if most > 0 else ([], begin_at)
    if scanned - begin_at >= SCAN:
        pauses.append(0)
    return Turn(webhook=webhook, messages=messages + fresh, scanned=scanned, pause=min(pauses, default=None))


def _fresh(connection: Connection, webhook: AnyRow, after: int, most: int) -> tuple[list[Message], int]:
    found: list[Message] = []
    kinds, scanned = webhooks.kinds_of(webhook), after
    for event in webhooks.following(connection, webhook.organisation_id, after, SCAN):
        if wanted(event.kind, kinds):
            found.append(_message(webhook, event))
        scanned = event.seq
        if len(found) == most:
            break
    return found, scanned


def _again(connection: Connection, webhook: AnyRow, row: AnyRow) -> Message:
    event = webhooks.event(connection, webhook.organisation_id, row.seq)
    assert event is not None
    return _message(webhook, event, fresh=False, attempts=row.attempts, first_at=row.first_at)


def _message(
    webhook: AnyRow, event: AnyRow, *, fresh: bool = True, attempts: int = 0, first_at: dt.datetime | None = None
) -> Message:
    return Message(
        seq=event.seq,
        kind=event.kind,
        message_id=message_id(webhook.organisation_id, event.seq),
        body=payload(event),
        fresh=fresh,
        attempts=attempts,
        first_at=first_at,
    )


def payload(event: AnyRow) -> bytes:
    """What is sent: the event as `GET /v1/events` has it, under its kind and moment."""
    moment = event.created_at.isoformat().replace("+00:00", "Z")
    head = json.dumps({"type": event.kind, "timestamp": moment})
    return f'{head[:-1]}, "data": {event.body}}}'.encode()


def wanted(kind: str, kinds: Iterable[str]) -> bool:
    """Whether a filter lets a kind through: by its name, by the beginning of its name, or because there is none."""
    filters = tuple(kinds)
    return not filters or kind in filters or f"{kind.partition('.')[0]}.*" in filters
