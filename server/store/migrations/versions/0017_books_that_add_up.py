"""Seats that were granted, credit notes with numbers of their own, and what each user's share of a line is."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Seats that no invoice charged were granted; what was issued keeps its name and number.

    Quotes that nobody has confirmed are dropped: they promise less than a quote says now.
    """
    op.add_column("subscriptions", sa.Column("granted_seats", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("invoices", sa.Column("kind", sa.String(20), nullable=False, server_default="invoice"))
    op.add_column("invoices", sa.Column("number_of_kind", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("invoice_lines", sa.Column("shares", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE invoices SET number_of_kind = serial")
    op.execute(
        """
        UPDATE subscriptions SET granted_seats = max(0, high_water - (
          SELECT coalesce(sum(l.quantity), 0) FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
          WHERE i.subscription_id = subscriptions.id AND i.status = 'paid' AND l.unit_price = subscriptions.unit_price
            AND l.period_start = subscriptions.period_start AND l.period_end = subscriptions.period_end))
        WHERE unit_price > 0
        """
    )
    op.execute("DELETE FROM quotes WHERE status = 'open'")


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("invoice_lines", "shares")
    op.drop_column("invoices", "number_of_kind")
    op.drop_column("invoices", "kind")
    op.drop_column("subscriptions", "granted_seats")
