"""Quotes, invoices, payments (D4, D5)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from server.store.tables.columns import amount, count, identity, metadata, moment, partial_index, reference, words
from server.store.types import Day

quotes = Table(
    "quotes",
    metadata,
    identity(),
    reference("organisation_id", "organisations"),
    reference("subscription_id", "subscriptions", index=True),
    reference("account_id", "accounts"),
    Column("status", String(20), nullable=False),
    count("subscription_version"),
    amount("due_now"),
    Column("currency", String(3), nullable=False),
    words("body", None),
    moment("created_at"),
    moment("expires_at"),
    moment("confirmed_at", nullable=True),
    reference("confirmed_by", "accounts", nullable=True),
    Column("confirm_key", String(255)),
    Column("confirmation", Text),
    Column("invoice_id", String(60)),
    Column("payment_id", String(60)),
)
_PAYING = quotes.c.payment_id.is_not(None)
partial_index("ix_quotes_payment", quotes.c.payment_id, where=_PAYING)

invoices = Table(
    "invoices",
    metadata,
    identity(),
    reference("organisation_id", "organisations"),
    reference("subscription_id", "subscriptions", index=True),
    Column("serial", Integer, nullable=False),
    Column("number", String(40), nullable=False),
    Column("quote_id", String(60), ForeignKey("quotes.id"), unique=True),
    Column("status", String(20), nullable=False),
    Column("currency", String(3), nullable=False),
    amount("net"),
    count("tax_rate"),
    amount("tax"),
    amount("total"),
    moment("issued_at"),
    amount("credit_applied", default=0),
    amount("due", default=0),
    words("digest"),
    Column("kind", String(20), nullable=False, server_default="invoice"),
    count("number_of_kind"),
    UniqueConstraint("organisation_id", "serial"),
    CheckConstraint("total = net + tax", "total"),
)

invoice_lines = Table(
    "invoice_lines",
    metadata,
    Column("invoice_id", String(60), ForeignKey("invoices.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    words("description", None),
    Column("quantity", Integer, nullable=False),
    amount("unit_price"),
    amount("numerator"),
    amount("denominator"),
    Column("granularity", String(20), nullable=False),
    Column("rounding", String(20), nullable=False),
    Column("service_start", Day, nullable=False),
    Column("service_end", Day, nullable=False),
    amount("amount"),
    Column("period_start", Day, nullable=False, server_default=""),
    Column("period_end", Day, nullable=False, server_default=""),
    words("credits"),
    Column("user_id", String(60)),
    words("shares"),
)

payments = Table(
    "payments",
    metadata,
    identity(),
    reference("organisation_id", "organisations"),
    reference("invoice_id", "invoices", nullable=True, index=True),
    reference("account_id", "accounts", nullable=True),
    amount("amount"),
    Column("currency", String(3), nullable=False),
    Column("status", String(20), nullable=False),
    Column("gateway", String(40), nullable=False),
    Column("gateway_key", String(255), nullable=False, unique=True),
    words("reason"),
    moment("created_at"),
    moment("settled_at", nullable=True),
    moment("ask_at", nullable=True),
    Column("token_id", String(60)),
)
_SUCCEEDED = payments.c.status == "succeeded"
_ASKED = payments.c.status == "asked"
partial_index("uq_payments_paid", payments.c.invoice_id, unique=True, where=_SUCCEEDED)
partial_index("ix_payments_asked", payments.c.ask_at, payments.c.id, where=_ASKED)

sandbox_charges = Table(
    "sandbox_charges",
    metadata,
    Column("key", String(255), primary_key=True),
    amount("amount"),
    Column("currency", String(3), nullable=False),
    Column("status", String(20), nullable=False),
    words("reason"),
    moment("created_at"),
    count("untold"),
)
