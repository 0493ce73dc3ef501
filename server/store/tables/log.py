"""What happened, and what the server remembers for itself: events, keys, seat use, the sandbox."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from server.store.tables.columns import amount, count, metadata, moment, partial_index, words
from server.store.types import Day, Moment, Number

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("organisation_id", String(60), primary_key=True),
    Column("account_id", String(60), primary_key=True),
    Column("method", String(10), primary_key=True),
    Column("path", String(400), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("status", Integer),
    Column("headers", Text),
    Column("body", LargeBinary),
    moment("created_at"),
    Column("expires_at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("organisation_id", String(60), ForeignKey("organisations.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(60), nullable=False),
    moment("created_at"),
    Column("idempotency_key", String(255)),
    words("body", None),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
Index("ix_events_moment", events.c.organisation_id, events.c.created_at, events.c.seq)
_KEYED = events.c.idempotency_key.is_not(None)
partial_index(
    "ix_events_key",
    events.c.organisation_id,
    events.c.idempotency_key,
    events.c.seq,
    where=_KEYED,
)

event_owners = Table(
    "event_owners",
    metadata,
    Column("number", Number, primary_key=True),
    Column("organisation_id", String(60), ForeignKey("organisations.id"), nullable=False, unique=True),
)
"""The number of each organisation whose events can be searched."""

operator_actions = Table(
    "operator_actions",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("action", String(40), nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("answer", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What operators did, by the key of their command, so that one whose answer was lost is done once. No secrets."""

seat_usage = Table(
    "seat_usage",
    metadata,
    Column("subscription_id", String(60), ForeignKey("subscriptions.id"), primary_key=True),
    Column("week", Day, primary_key=True),
    count("used"),
    count("paid"),
    sqlite_with_rowid=False,
)

sandbox_state = Table(
    "sandbox_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    amount("clock_offset"),
    Column("next_payment", String(20), nullable=False, server_default="accept"),
    count("next_times", 1),
    Column("organisation_id", String(60)),
    CheckConstraint("id = 1", "single"),
)
