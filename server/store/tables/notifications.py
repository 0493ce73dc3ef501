"""What leaves the server by itself: letters, and what webhooks are told."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from server.store.tables.columns import count, flag, identity, metadata, moment, partial_index, reference, words
from server.store.types import Number

letters = Table(
    "letters",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(60), nullable=False, unique=True),
    reference("organisation_id", "organisations", nullable=True),
    reference("transfer_id", "transfers", nullable=True, index=True),
    Column("kind", String(60), nullable=False),
    count("transfer_version"),
    words("link"),
    Column("state", String(20), nullable=False, server_default="waiting"),
    count("attempts"),
    words("error"),
    moment("created_at"),
    moment("next_at"),
    moment("finished_at", nullable=True),
    words("recipient"),
    Column("language", String(20), nullable=False, server_default=""),
    words("details", "{}"),
)
"""The outbox of the e-mail. One about a transfer request goes to whom that concerns, any other to its `recipient`.

`language` is the one in which it was asked for, if any; `details` is what it tells, as JSON. `next_at` and
`finished_at` go by the machine's clock; a finished one has no `link`.
"""

_WAITING = letters.c.state == "waiting"
partial_index("ix_letters_waiting", letters.c.next_at, letters.c.number, where=_WAITING)
partial_index("ix_letters_finished", letters.c.finished_at, where=letters.c.finished_at.is_not(None))

webhooks = Table(
    "webhooks",
    metadata,
    identity(),
    reference("organisation_id", "organisations", index=True),
    words("url", None),
    words("description"),
    Column("kinds", Text, nullable=False, server_default="[]"),
    flag("enabled", default=True),
    words("stopped"),
    words("secret", None),
    words("old_secret"),
    moment("old_secret_until", nullable=True),
    count("position"),
    count("failures"),
    moment("failing_since", nullable=True),
    moment("last_success_at", nullable=True),
    moment("begun_at", nullable=True),
    moment("created_at"),
    count("version", 1),
)
"""Addresses to tell. Events up to `position` have been sent, or are in `webhook_deliveries`: the log is the outbox."""

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("webhook_id", String(60), ForeignKey("webhooks.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(60), nullable=False),
    Column("state", String(20), nullable=False),
    count("attempts"),
    moment("first_at", nullable=True),
    moment("last_at", nullable=True),
    moment("next_at", nullable=True),
    Column("status", Integer),
    words("error"),
    sqlite_with_rowid=False,
)
_DELIVERIES = webhook_deliveries.c
partial_index("ix_webhook_deliveries_state", _DELIVERIES.webhook_id, _DELIVERIES.state, _DELIVERIES.seq)
partial_index(
    "ix_webhook_deliveries_waiting",
    _DELIVERIES.webhook_id,
    _DELIVERIES.next_at,
    where=_DELIVERIES.state == "waiting",
)
partial_index("ix_webhook_deliveries_old", _DELIVERIES.last_at, where=_DELIVERIES.state != "waiting")
