"""Organisations that accounts start on their own: the price while nothing is there yet, and payments asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "starts",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("account_id", sa.String(60), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(60), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False, server_default=""),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("confirm_key", sa.String(255), nullable=True),
        sa.Column("token_id", sa.String(60), nullable=True),
        sa.Column("organisation_id", sa.String(60), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], "fk_starts_account_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], "fk_starts_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_starts"),
    )
    op.create_index("ix_starts_account", "starts", ["account_id", "created_at"])
    op.create_index("ix_starts_network", "starts", ["network", "created_at"])
    confirming = sa.text("status = 'confirming'")
    op.create_index("uq_starts_account", "starts", ["account_id"], unique=True, sqlite_where=confirming)
    op.create_index("uq_starts_name", "starts", ["name_key"], unique=True, sqlite_where=confirming)
    op.create_table(
        "start_payments",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("start_id", sa.String(60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("gateway", sa.String(40), nullable=False),
        sa.Column("confirm_key", sa.String(255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("ask_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["start_id"], ["starts.id"], "fk_start_payments_start_id"),
        sa.PrimaryKeyConstraint("id", name="pk_start_payments"),
    )
    op.create_index("ix_start_payments_start_id", "start_payments", ["start_id"])
    asked = sa.text("status = 'asked'")
    op.create_index("ix_start_payments_asked", "start_payments", ["ask_at", "id"], sqlite_where=asked)


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("start_payments")
    op.drop_table("starts")
