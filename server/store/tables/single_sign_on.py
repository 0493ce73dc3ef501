"""Signing in through a provider: who is on the way there, and whose account a provider's person is."""

from sqlalchemy import Column, Index, LargeBinary, String, Table, Text

from server.store.tables.columns import metadata, moment, reference, words

sign_on_flows = Table(
    "sign_on_flows",
    metadata,
    Column("state_hash", LargeBinary(32), primary_key=True),
    Column("browser_hash", LargeBinary(32), nullable=False),
    words("issuer", None),
    words("destination"),
    words("network"),
    moment("expires_at"),
)
"""`state_hash` is of what the provider gives back, `browser_hash` of what only the browser that began it has."""
Index("ix_sign_on_flows_expires_at", sign_on_flows.c.expires_at)
Index("ix_sign_on_flows_network", sign_on_flows.c.network)

sign_on_subjects = Table(
    "sign_on_subjects",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", String(255), primary_key=True),
    reference("account_id", "accounts", index=True),
    words("other_email"),
    moment("created_at"),
    moment("signed_in_at"),
)
"""Whose account a provider's person is: from the first time on this decides, and no address does.

`other_email` is the address that the provider names by now, where that is not the account's.
"""
Index("ux_sign_on_subjects_account", sign_on_subjects.c.issuer, sign_on_subjects.c.account_id, unique=True)
