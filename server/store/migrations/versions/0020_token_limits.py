"""A monthly limit of a token's own, and which token answers for what is paid, added, asked and made with it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ANSWERING = {
    "payments": "token_id",
    "renewal_additions": "token_id",
    "imports": "token_id",
    "user_selections": "token_id",
    "transfers": "opened_by_token",
    "invitation_codes": "vouched_token",
}


def upgrade() -> None:
    """Add the columns: no token has had a limit so far."""
    op.add_column("tokens", sa.Column("spending_limit", sa.BigInteger(), nullable=True))
    for table, column in ANSWERING.items():
        op.add_column(table, sa.Column(column, sa.String(60), nullable=True))


def downgrade() -> None:
    """Drop them again."""
    for table, column in ANSWERING.items():
        op.drop_column(table, column)
    op.drop_column("tokens", "spending_limit")
