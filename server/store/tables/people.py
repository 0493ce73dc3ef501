"""Who there is: organisations, accounts, memberships, tokens."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from server.store.tables.columns import amount, count, flag, identity, metadata, moment, reference, words

organisations = Table(
    "organisations",
    metadata,
    identity(),
    words("name", None),
    Column("name_key", Text, nullable=False, unique=True),
    moment("created_at"),
    count("event_seq"),
    Column("event_hash", String(64), nullable=False, server_default=""),
)

accounts = Table(
    "accounts",
    metadata,
    identity(),
    words("email", None),
    Column("email_key", Text, nullable=False, unique=True),
    words("first_name"),
    words("last_name"),
    words("position"),
    moment("created_at"),
    Column("created_by_organisation", String(60)),
    moment("signed_in_at", nullable=True),
    Column("language", String(20), nullable=False, server_default=""),
)
"""`created_by_organisation` is whose it is until `signed_in_at`: then, and for good, it is the person's alone.

`language` is the one they chose; none while their browser's decides.
"""

members = Table(
    "members",
    metadata,
    Column("organisation_id", String(60), ForeignKey("organisations.id"), primary_key=True),
    Column("account_id", String(60), ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("role", String(20), nullable=False),
    amount("spending_limit", nullable=True),
    moment("created_at"),
    Column("notify_code_uses", Boolean),
    count("version", 1),
)
"""`notify_code_uses` is whether they wish a letter when somebody uses a code; where nothing was said, owners do.

`version` counts the changes of role and limit.
"""

former_members = Table(
    "former_members",
    metadata,
    Column("organisation_id", String(60), ForeignKey("organisations.id"), primary_key=True),
    Column("account_id", String(60), ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("role", String(20), nullable=False),
    amount("spending_limit", nullable=True),
    moment("created_at"),
    count("version", 1),
    Column("notify_code_uses", Boolean),
    Column("user_id", String(60)),
    moment("removed_at"),
    words("removed_by"),
    moment("restorable_until"),
)
"""Who was taken out, as they were: what bringing them back needs. `user_id` is the user they were on the list."""

tokens = Table(
    "tokens",
    metadata,
    identity(),
    reference("organisation_id", "organisations", nullable=True, index=True),
    reference("account_id", "accounts"),
    words("label"),
    Column("secret_hash", LargeBinary(32), nullable=False),
    moment("created_at"),
    moment("expires_at", nullable=True),
    moment("revoked_at", nullable=True),
    moment("last_used_at", nullable=True),
    Column("made_by", String(60)),
    amount("spending_limit", nullable=True),
    flag("read_only"),
    Column("kind", String(10), nullable=False, server_default="token"),
)
"""`kind` is `token`, or `session` for what a browser's cookie holds: neither opens the other's door.

`made_by` is the account that handed it out; none for one that the person's own sign-in made. `spending_limit` is what
may be spent with it in a month, whoever it belongs to; none where the member's alone counts.
`read_only` is one that changes nothing.
"""

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("secret_hash", LargeBinary(32), primary_key=True),
    words("email", None),
    Column("email_key", Text, nullable=False),
    Column("network", String(60), nullable=False, server_default=""),
    words("next"),
    moment("created_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
)
"""Links that sign whoever has the mailbox in, once. `next` is the path they wanted; `network` is where it was asked."""
Index("ix_sign_in_links_email_key", sign_in_links.c.email_key, sign_in_links.c.created_at)
Index("ix_sign_in_links_network", sign_in_links.c.network, sign_in_links.c.created_at)
