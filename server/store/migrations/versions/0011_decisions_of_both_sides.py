"""Who opened a request, exactly what ends with it, and on which side it was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; who opened an older request is known of those that accounts opened themselves."""
    op.add_column("transfers", sa.Column("opened_by_account", sa.String(60), nullable=True))
    op.add_column("transfers", sa.Column("ends", sa.Text(), nullable=True))
    op.execute("UPDATE transfers SET opened_by_account = account_id WHERE direction = 'incoming'")
    op.add_column("decisions", sa.Column("party", sa.String(20), nullable=False, server_default="house"))
    op.create_index("ix_decisions_newest", "decisions", ["account_id", "party", "created_at", "id"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_decisions_newest", "decisions")
    op.drop_column("decisions", "party")
    op.drop_column("transfers", "ends")
    op.drop_column("transfers", "opened_by_account")
