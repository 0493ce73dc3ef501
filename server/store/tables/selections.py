"""Selections of users: whom a command counted and acts on, in parts of what one transaction does."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from server.store.tables.columns import count, metadata, moment, partial_index, reference, words
from server.store.types import Number

user_selections = Table(
    "user_selections",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(60), nullable=False, unique=True),
    reference("organisation_id", "organisations"),
    reference("subscription_id", "subscriptions"),
    reference("account_id", "accounts"),
    words("actor"),
    Column("status", String(20), nullable=False),
    Column("filter", Text),
    Column("request_id", String(200)),
    Column("idempotency_key", String(255)),
    Column("newest", Number, nullable=False),
    count("parts"),
    count("next_part"),
    count("active"),
    count("not_paid"),
    count("removed"),
    count("restored"),
    count("gone"),
    count("changed"),
    count("came"),
    count("no_seat"),
    count("not_restorable"),
    Column("left_alone", Text, nullable=False, server_default="[]"),
    moment("created_at"),
    moment("expires_at"),
    Column("token_id", String(60)),
)
"""`newest` is the number of the newest user there was at the count. Account, actor and request are those of whoever
counted it, removed it, or took that back last.
"""

Index("ix_user_selections_expires_at", user_selections.c.expires_at)
partial_index(
    "ix_user_selections_under_way",
    user_selections.c.status,
    where=user_selections.c.status.in_(["counting", "removing", "restoring"]),
)

user_selection_parts = Table(
    "user_selection_parts",
    metadata,
    Column("selection_number", Number, ForeignKey("user_selections.number"), primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("members", LargeBinary, nullable=False),
)
"""`members` are pairs of a user's number and version, each a little-endian integer of eight bytes."""
