"""Organisations that are about to be started: their price, and the payments that were asked for them."""

from sqlalchemy import Column, Index, String, Table, Text

from server.store.tables.columns import amount, identity, metadata, moment, partial_index, reference, words

starts = Table(
    "starts",
    metadata,
    identity(),
    reference("account_id", "accounts"),
    Column("status", String(20), nullable=False),
    words("name", None),
    Column("name_key", Text, nullable=False),
    Column("time_zone", String(60), nullable=False),
    words("quote", None),
    words("network"),
    moment("created_at"),
    moment("expires_at"),
    Column("confirm_key", String(255)),
    Column("token_id", String(60)),
    reference("organisation_id", "organisations", nullable=True),
    moment("started_at", nullable=True),
)
"""`id` is the quote's. `network` is from where it was asked for, empty for nobody knows.

`confirm_key` and `token_id` are those of the request that confirms, or has confirmed; `organisation_id` is what came of
it. A name is kept for nobody but while its payment is in progress.
"""
_CONFIRMING = starts.c.status == "confirming"
Index("ix_starts_account", starts.c.account_id, starts.c.created_at)
Index("ix_starts_network", starts.c.network, starts.c.created_at)
partial_index("uq_starts_account", starts.c.account_id, where=_CONFIRMING, unique=True)
partial_index("uq_starts_name", starts.c.name_key, where=_CONFIRMING, unique=True)

start_payments = Table(
    "start_payments",
    metadata,
    identity(),
    reference("start_id", "starts", index=True),
    amount("amount"),
    Column("currency", String(3), nullable=False),
    Column("status", String(20), nullable=False),
    Column("gateway", String(40), nullable=False),
    Column("confirm_key", String(255), nullable=False),
    words("reason"),
    moment("created_at"),
    moment("settled_at", nullable=True),
    moment("ask_at", nullable=True),
)
"""An outbox like that of `payments`: the id is the key at the gateway. One that succeeded becomes a payment as well."""
_ASKED = start_payments.c.status == "asked"
partial_index("ix_start_payments_asked", start_payments.c.ask_at, start_payments.c.id, where=_ASKED)
