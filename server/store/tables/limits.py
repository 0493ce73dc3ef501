"""What is counted against limits: an admin's additions to renewals, and addresses found to be outside."""

from sqlalchemy import Column, Index, String, Table, Text

from server.store.tables.columns import amount, metadata, moment, reference
from server.store.types import Day, Number

renewal_additions = Table(
    "renewal_additions",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    reference("organisation_id", "organisations"),
    reference("account_id", "accounts"),
    Column("renewal_date", Day, nullable=False),
    amount("amount"),
    Column("quote_id", String(60), index=True),
    moment("created_at"),
    Column("token_id", String(60)),
)
Index(
    "ix_renewal_additions_account",
    renewal_additions.c.organisation_id,
    renewal_additions.c.account_id,
    renewal_additions.c.created_at,
)

told_outside = Table(
    "told_outside",
    metadata,
    Column("organisation_id", String(60), primary_key=True),
    Column("email_key", Text, primary_key=True),
    moment("told_at"),
)
Index("ix_told_outside_told_at", told_outside.c.organisation_id, told_outside.c.told_at)
