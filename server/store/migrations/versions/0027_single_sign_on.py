"""Signing in through an organisation's own provider: who is on the way there, and whose account its person is."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "sign_on_flows",
        sa.Column("state_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False, server_default=""),
        sa.Column("network", sa.Text(), nullable=False, server_default=""),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_sign_on_flows"),
    )
    op.create_index("ix_sign_on_flows_expires_at", "sign_on_flows", ["expires_at"])
    op.create_index("ix_sign_on_flows_network", "sign_on_flows", ["network"])
    op.create_table(
        "sign_on_subjects",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("account_id", sa.String(60), nullable=False),
        sa.Column("other_email", sa.Text(), nullable=False, server_default=""),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("signed_in_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], "fk_sign_on_subjects_account_id"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_sign_on_subjects"),
    )
    op.create_index("ix_sign_on_subjects_account_id", "sign_on_subjects", ["account_id"])
    op.create_index("ux_sign_on_subjects_account", "sign_on_subjects", ["issuer", "account_id"], unique=True)


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("sign_on_subjects")
    op.drop_table("sign_on_flows")
