"""Lines know the period they are a part of and what they give back; a credit pays of invoices."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEW: dict[str, tuple[sa.Column[Any], ...]] = {
    "subscriptions": (sa.Column("credit", sa.BigInteger(), server_default="0", nullable=False),),
    "invoices": (
        sa.Column("credit_applied", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
    ),
    "invoice_lines": (
        sa.Column("period_start", sa.String(length=10), server_default="", nullable=False),
        sa.Column("period_end", sa.String(length=10), server_default="", nullable=False),
        sa.Column("credits", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.String(length=60), nullable=True),
    ),
    "sandbox_state": (sa.Column("next_times", sa.Integer(), server_default="1", nullable=False),),
}


def upgrade() -> None:
    """Add the columns; what was invoiced before ran to the end of its period, and used no credit.

    Quotes that nobody has confirmed are dropped: they promise less than a quote says now.
    """
    for table, columns in NEW.items():
        for column in columns:
            op.add_column(table, column)
    op.execute("UPDATE invoices SET due = total")
    op.execute(
        "UPDATE invoice_lines SET period_end = service_end, "
        "period_start = date(service_end, '-' || denominator || ' days')"
    )
    op.execute("DELETE FROM quotes WHERE status = 'open'")


def downgrade() -> None:
    """Drop them again."""
    for table, columns in NEW.items():
        for column in columns:
            op.drop_column(table, column.name)
