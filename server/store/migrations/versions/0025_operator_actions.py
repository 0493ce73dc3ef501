"""What operators did through the server or beside it, by the key of their command."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "operator_actions",
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_operator_actions"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_operator_actions_created_at", "operator_actions", ["created_at"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("operator_actions")
