"""What became of invitation codes, and of what was no code at all (D21)."""

from sqlalchemy import Column, Index, String, Table

from server.store.tables.columns import metadata, moment, reference
from server.store.types import Number

invitation_code_uses = Table(
    "invitation_code_uses",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    reference("code_id", "invitation_codes"),
    reference("account_id", "accounts"),
    Column("user_id", String(60), nullable=False),
    moment("used_at"),
)
Index("ix_invitation_code_uses_code", invitation_code_uses.c.code_id, invitation_code_uses.c.number)
Index("ix_invitation_code_uses_account", invitation_code_uses.c.account_id, invitation_code_uses.c.code_id)

wrong_guesses = Table(
    "wrong_guesses",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("guesser", String(80), nullable=False),
    moment("made_at"),
)
Index("ix_wrong_guesses_guesser", wrong_guesses.c.guesser, wrong_guesses.c.made_at)
Index("ix_wrong_guesses_made_at", wrong_guesses.c.made_at)
