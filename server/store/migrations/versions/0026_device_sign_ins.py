"""Devices that ask to be signed in, and tokens that change nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the column of tokens."""
    op.create_table(
        "device_sign_ins",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False, server_default=""),
        sa.Column("wish", sa.Text(), nullable=False, server_default=""),
        sa.Column("network", sa.Text(), nullable=False, server_default=""),
        sa.Column("read_only", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("interval", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.String(length=60), nullable=True),
        sa.Column("organisation_id", sa.String(length=60), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("token_id", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_device_sign_ins_account_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_device_sign_ins_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_device_sign_ins"),
        sa.UniqueConstraint("device_hash", name="uq_device_sign_ins_device_hash"),
    )
    op.create_index("ix_device_sign_ins_user_hash", "device_sign_ins", ["user_hash"])
    op.create_index("ix_device_sign_ins_account_id", "device_sign_ins", ["account_id"])
    op.create_index("ix_device_sign_ins_network", "device_sign_ins", ["network", "expires_at"])
    op.create_index("ix_device_sign_ins_expires_at", "device_sign_ins", ["expires_at"])
    op.add_column("tokens", sa.Column("read_only", sa.Boolean(), nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    """Take them out again."""
    op.drop_column("tokens", "read_only")
    op.drop_table("device_sign_ins")
