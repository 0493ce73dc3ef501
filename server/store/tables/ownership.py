"""Offers to hand a subscription over to another account."""

from sqlalchemy import Column, String, Table, Text

from server.store.tables.columns import count, identity, metadata, moment, partial_index, reference, words

ownership_offers = Table(
    "ownership_offers",
    metadata,
    identity(),
    reference("organisation_id", "organisations"),
    reference("subscription_id", "subscriptions", index=True),
    reference("from_account_id", "accounts"),
    reference("to_account_id", "accounts", index=True),
    Column("then_role", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    words("reason"),
    moment("created_at"),
    moment("expires_at"),
    moment("decided_at", nullable=True),
    moment("undo_until", nullable=True),
    Column("before", Text),
    count("version", 1),
)
"""`before` is what undoing an acceptance needs, as JSON: the roles and limits that both had."""

partial_index(
    "uq_ownership_offers_pending",
    ownership_offers.c.subscription_id,
    where=ownership_offers.c.state == "pending",
    unique=True,
)
partial_index(
    "ix_ownership_offers_due",
    ownership_offers.c.expires_at,
    where=ownership_offers.c.state == "pending",
)
