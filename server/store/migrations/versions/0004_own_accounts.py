"""Accounts sign in without an organisation, ask to join one, and are told whether they may use the service."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS = (
    "id, organisation_id, account_id, label, secret_hash, created_at, expires_at, revoked_at, last_used_at"
)


def upgrade() -> None:
    """Rebuild the tokens, whose organisation may be none; add the table and the indexes."""
    _rebuild_tokens(nullable=True)
    op.create_table(
        "asks",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.String(length=60), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("asked_key", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_asks_account_id"),
        sa.PrimaryKeyConstraint("number", name="pk_asks"),
        sa.UniqueConstraint("id", name="uq_asks_id"),
    )
    op.create_index("ix_asks_account", "asks", ["account_id", "number"], unique=False)
    op.create_index("ix_transfers_address", "transfers", ["email_key", "number"], unique=False)
    where = sa.text("removed_at IS NOT NULL")
    op.create_index("ix_users_removed", "users", ["subscription_id", "email_key"], unique=False, sqlite_where=where)


def _rebuild_tokens(*, nullable: bool) -> None:
    op.drop_index("ix_tokens_organisation_id", table_name="tokens")
    op.rename_table("tokens", "old_tokens")
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=nullable),
        sa.Column("account_id", sa.String(length=60), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_tokens_account_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_tokens_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
    )
    op.execute(f"INSERT INTO tokens ({_COLUMNS}) SELECT {_COLUMNS} FROM old_tokens")  # noqa: S608 - our own names
    op.drop_table("old_tokens")
    op.create_index("ix_tokens_organisation_id", "tokens", ["organisation_id"], unique=False)


def downgrade() -> None:
    """Drop them again; tokens of accounts without an organisation go."""
    op.drop_index("ix_users_removed", table_name="users")
    op.drop_index("ix_transfers_address", table_name="transfers")
    op.drop_table("asks")
    op.execute("DELETE FROM tokens WHERE organisation_id IS NULL")
    _rebuild_tokens(nullable=False)
