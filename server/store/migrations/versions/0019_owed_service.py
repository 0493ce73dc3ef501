"""What is owed for service after a refused renewal (how many seats, until when), and when a subscription ended."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Who is past due has used what is used now; who was suspended before was promised otherwise."""
    op.add_column("subscriptions", sa.Column("late_seats", sa.Integer(), nullable=True))
    op.add_column("subscriptions", sa.Column("served_until", sa.String(10), nullable=True))
    op.add_column("subscriptions", sa.Column("ended_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE subscriptions SET late_seats = users_active WHERE status = 'past_due'")


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("subscriptions", "ended_at")
    op.drop_column("subscriptions", "served_until")
    op.drop_column("subscriptions", "late_seats")
