"""Transfer requests, decisions and invitation codes (D21–D27)."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from server.store.tables.columns import count, flag, identity, metadata, moment, partial_index, reference, words
from server.store.types import Number

transfers = Table(
    "transfers",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(60), nullable=False, unique=True),
    reference("organisation_id", "organisations"),
    reference("subscription_id", "subscriptions"),
    Column("direction", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    reference("account_id", "accounts", nullable=True, index=True),
    words("email", None),
    words("email_key", None),
    words("first_name"),
    words("last_name"),
    words("position"),
    words("name_key"),
    words("search_key"),
    words("message"),
    words("gives_up"),
    words("reason"),
    moment("created_at"),
    moment("sent_at"),
    moment("expires_at"),
    moment("resend_after", nullable=True),
    Column("link_hash", LargeBinary(32)),
    moment("decided_at", nullable=True),
    words("decided_by"),
    reference("decided_by_account", "accounts", nullable=True),
    Column("user_id", String(60)),
    count("version", 1),
    Column("opened_by_account", String(60)),
    Column("ends", Text),
    Column("opened_by_token", String(60)),
)
"""`opened_by_account`: who asked, on whichever side. `ends`: the subscriptions that `gives_up` names, by their ids."""

_PENDING = transfers.c.state == "pending"
for _name, _columns in {
    "created": (transfers.c.created_at, transfers.c.number),
    "name": (transfers.c.name_key, transfers.c.number),
    "email": (transfers.c.email_key, transfers.c.number),
    "expires": (transfers.c.expires_at, transfers.c.number),
}.items():
    partial_index(f"ix_transfers_{_name}", transfers.c.subscription_id, *_columns)
partial_index(
    "uq_transfers_pending",
    transfers.c.subscription_id,
    transfers.c.email_key,
    unique=True,
    where=_PENDING,
)
partial_index(
    "ix_transfers_pending",
    transfers.c.subscription_id,
    transfers.c.direction,
    transfers.c.expires_at,
    transfers.c.number,
    where=_PENDING,
)
partial_index("ix_transfers_due", transfers.c.expires_at, transfers.c.subscription_id, where=_PENDING)

partial_index("ix_transfers_address", transfers.c.email_key, transfers.c.number)
partial_index("ix_transfers_link", transfers.c.link_hash, where=transfers.c.link_hash.is_not(None))

asks = Table(
    "asks",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(60), nullable=False, unique=True),
    reference("account_id", "accounts"),
    words("asked", None),
    words("asked_key", None),
    words("message"),
    moment("created_at"),
    moment("expires_at"),
    moment("cancelled_at", nullable=True),
)
"""Requests to join as their accounts wrote them. One that found an organisation is in `transfers` under the same id."""

partial_index("ix_asks_account", asks.c.account_id, asks.c.number)

decisions = Table(
    "decisions",
    metadata,
    identity(),
    reference("organisation_id", "organisations"),
    reference("subscription_id", "subscriptions"),
    reference("account_id", "accounts"),
    moment("created_at"),
    moment("undo_until"),
    moment("undone_at", nullable=True),
    Column("party", String(20), nullable=False, server_default="house"),
)
"""`party`: the side on which it was decided, in the organisation's list or in the account's own profile."""

partial_index(
    "ix_decisions_newest",
    decisions.c.account_id,
    decisions.c.party,
    decisions.c.created_at,
    decisions.c.id,
)

decision_items = Table(
    "decision_items",
    metadata,
    Column("decision_id", String(60), ForeignKey("decisions.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    reference("transfer_id", "transfers"),
    Column("action", String(20), nullable=False),
    count("transfer_version"),
    Column("user_id", String(60)),
    Column("before", Text),
)

invitation_codes = Table(
    "invitation_codes",
    metadata,
    identity(),
    reference("organisation_id", "organisations"),
    reference("subscription_id", "subscriptions", index=True),
    words("code", None),
    Column("code_key", Text, nullable=False, unique=True),
    Column("max_uses", Integer),
    count("uses"),
    moment("expires_at", nullable=True),
    flag("enabled", default=True),
    reference("created_by", "accounts"),
    moment("created_at"),
    count("version", 1),
    Column("vouched_by", String(60)),
    Column("vouched_token", String(60)),
)
