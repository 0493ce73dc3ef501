"""What is due is found through an index; a payment in the outbox knows when it is asked about again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the indexes; payments that wait are due at once."""
    op.add_column("payments", sa.Column("ask_at", sa.BigInteger(), nullable=True))
    op.add_column("sandbox_charges", sa.Column("untold", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE payments SET ask_at = created_at WHERE status = 'asked'")
    op.drop_index("ix_payments_asked", table_name="payments")
    op.drop_index("ix_subscriptions_period_end", table_name="subscriptions")
    _partial("ix_payments_asked", "payments", ["ask_at", "id"], "status = 'asked'")
    _partial("ix_subscriptions_renews", "subscriptions", ["period_end"], "status = 'active'")
    _partial("ix_subscriptions_retries", "subscriptions", ["retry_at"], "status = 'past_due'")
    _partial("ix_quotes_payment", "quotes", ["payment_id"], "payment_id IS NOT NULL")
    _partial("ix_transfers_due", "transfers", ["expires_at", "subscription_id"], "state = 'pending'")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(where))


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_transfers_due", table_name="transfers")
    op.drop_index("ix_quotes_payment", table_name="quotes")
    op.drop_index("ix_subscriptions_retries", table_name="subscriptions")
    op.drop_index("ix_subscriptions_renews", table_name="subscriptions")
    op.drop_index("ix_payments_asked", table_name="payments")
    op.create_index("ix_subscriptions_period_end", "subscriptions", ["period_end"], unique=False)
    _partial("ix_payments_asked", "payments", ["id"], "status = 'asked'")
    op.drop_column("sandbox_charges", "untold")
    op.drop_column("payments", "ask_at")
