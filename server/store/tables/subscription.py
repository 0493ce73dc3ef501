"""The subscription, its users (D15, D16)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from server.store.tables.columns import amount, count, flag, identity, metadata, moment, partial_index, reference, words
from server.store.types import Day, Number

subscriptions = Table(
    "subscriptions",
    metadata,
    identity(),
    Column("organisation_id", String(60), ForeignKey("organisations.id"), nullable=False, unique=True),
    reference("owner_account_id", "accounts", index=True),
    Column("plan", String(60), nullable=False),
    Column("billing_cycle", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("time_zone", String(60), nullable=False),
    count("anchor_day", 1),
    Column("period_start", Day, nullable=False),
    Column("period_end", Day, nullable=False),
    amount("unit_price", nullable=True),
    count("seats"),
    count("high_water"),
    Column("scheduled_seats", Integer),
    count("users_active"),
    count("users_not_paid"),
    flag("main_account_uses_seat"),
    flag("cancel_at_period_end"),
    Column("pending_payment_id", String(60)),
    count("failed_renewals"),
    moment("past_due_since", nullable=True),
    moment("retry_at", nullable=True),
    moment("created_at"),
    count("version", 1),
    amount("credit", default=0),
    count("granted_seats"),
    Column("late_seats", Integer),
    Column("served_until", Day),
    moment("ended_at", nullable=True),
    CheckConstraint("users_active >= 0 AND users_not_paid >= 0 AND seats >= 0", "counts"),
    CheckConstraint("users_active <= seats", "seats"),
    CheckConstraint("high_water >= 0 AND (scheduled_seats IS NULL OR scheduled_seats >= 0)", "marks"),
    CheckConstraint("period_start < period_end", "period"),
)
partial_index("ix_subscriptions_renews", subscriptions.c.period_end, where=subscriptions.c.status == "active")
partial_index("ix_subscriptions_retries", subscriptions.c.retry_at, where=subscriptions.c.status == "past_due")

users = Table(
    "users",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(60), nullable=False, unique=True),
    reference("subscription_id", "subscriptions"),
    reference("account_id", "accounts"),
    words("email", None),
    words("email_key", None),
    words("first_name"),
    words("last_name"),
    words("position"),
    words("name_key"),
    words("last_key"),
    words("position_key"),
    words("search_key"),
    Column("status", String(20), nullable=False),
    Column("source", String(20), nullable=False),
    moment("added_at"),
    words("added_by"),
    moment("waiting_since", nullable=True),
    moment("removed_at", nullable=True),
    moment("restorable_until", nullable=True),
    count("version", 1),
    CheckConstraint("status IN ('active', 'not_paid')", "status"),
    CheckConstraint("(status = 'not_paid') = (waiting_since IS NOT NULL)", "waiting"),
)

LIVING = users.c.removed_at.is_(None)
"""Listed users; removed ones stay as history."""

# SQLite looks at removed_at to see that somebody is listed, also in an index of the listed: a count by when they were
# added finds it there, and needs no row.
_OF_SUBSCRIPTION = users.c.subscription_id
for _name, _columns in {
    "name": (users.c.name_key, users.c.number),
    "email": (users.c.email_key, users.c.number),
    "position": (users.c.position_key, users.c.number),
    "status": (users.c.status, users.c.name_key, users.c.number),
    "added": (users.c.added_at, users.c.number, users.c.status, users.c.source, users.c.removed_at),
    "source": (users.c.source, users.c.name_key, users.c.number),
    "last": (users.c.last_key,),
}.items():
    partial_index(f"ix_users_{_name}", _OF_SUBSCRIPTION, *_columns, where=LIVING)
_WAITING = LIVING & (users.c.status == "not_paid")
partial_index(
    "ix_users_waiting",
    _OF_SUBSCRIPTION,
    users.c.waiting_since,
    users.c.number,
    where=_WAITING,
)
partial_index(
    "uq_users_email",
    _OF_SUBSCRIPTION,
    users.c.email_key,
    unique=True,
    where=LIVING,
)
partial_index("uq_users_account", users.c.account_id, unique=True, where=LIVING)
_REMOVED = users.c.removed_at.is_not(None)
partial_index("ix_users_removed", _OF_SUBSCRIPTION, users.c.email_key, where=_REMOVED)
