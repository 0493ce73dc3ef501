"""What admins add to renewals, addresses found to be outside, and who answers for what a code's uses cost."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables, and the column."""
    op.create_table(
        "renewal_additions",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(60), nullable=False),
        sa.Column("account_id", sa.String(60), nullable=False),
        sa.Column("renewal_date", sa.String(10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.String(60), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], "fk_renewal_additions_organisation_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], "fk_renewal_additions_account_id"),
        sa.PrimaryKeyConstraint("number", name="pk_renewal_additions"),
    )
    columns = ["organisation_id", "account_id", "created_at"]
    op.create_index("ix_renewal_additions_account", "renewal_additions", columns)
    op.create_index("ix_renewal_additions_quote_id", "renewal_additions", ["quote_id"])
    op.create_table(
        "told_outside",
        sa.Column("organisation_id", sa.String(60), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "email_key", name="pk_told_outside"),
    )
    op.create_index("ix_told_outside_told_at", "told_outside", ["organisation_id", "told_at"])
    op.add_column("imports", sa.Column("ask", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("imports", sa.Column("message", sa.Text(), nullable=False, server_default=""))
    op.add_column("invitation_codes", sa.Column("vouched_by", sa.String(60), nullable=True))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("invitation_codes", "vouched_by")
    op.drop_column("imports", "message")
    op.drop_column("imports", "ask")
    op.drop_table("told_outside")
    op.drop_table("renewal_additions")
