"""Members whose role and limit can change, who was removed, and offers to hand a subscription over."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column("members", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "former_members",
        sa.Column("organisation_id", sa.String(60), nullable=False),
        sa.Column("account_id", sa.String(60), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("spending_limit", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("notify_code_uses", sa.Boolean(), nullable=True),
        sa.Column("user_id", sa.String(60), nullable=True),
        sa.Column("removed_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("restorable_until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_former_members_organisation_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_former_members_account_id"),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", name="pk_former_members"),
    )
    op.create_index("ix_former_members_account_id", "former_members", ["account_id"])
    op.create_table(
        "ownership_offers",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("organisation_id", sa.String(60), nullable=False),
        sa.Column("subscription_id", sa.String(60), nullable=False),
        sa.Column("from_account_id", sa.String(60), nullable=False),
        sa.Column("to_account_id", sa.String(60), nullable=False),
        sa.Column("then_role", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("undo_until", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_ownership_offers_organisation_id"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_ownership_offers_subscription_id"),
        sa.ForeignKeyConstraint(["from_account_id"], ["accounts.id"], name="fk_ownership_offers_from_account_id"),
        sa.ForeignKeyConstraint(["to_account_id"], ["accounts.id"], name="fk_ownership_offers_to_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ownership_offers"),
    )
    op.create_index("ix_ownership_offers_subscription_id", "ownership_offers", ["subscription_id"])
    op.create_index("ix_ownership_offers_to_account_id", "ownership_offers", ["to_account_id"])
    op.create_index(
        "uq_ownership_offers_pending",
        "ownership_offers",
        ["subscription_id"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_ownership_offers_due", "ownership_offers", ["expires_at"], sqlite_where=sa.text("state = 'pending'")
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("ownership_offers")
    op.drop_table("former_members")
    op.drop_column("members", "version")
