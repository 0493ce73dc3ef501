"""Selections of users, and when users were added together with their status and source."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = ("removed", "restored", "gone", "changed", "came", "no_seat", "not_restorable")


def _text(name: str, length: int | None = None, default: str | None = None) -> sa.Column[str]:
    kind = sa.Text() if length is None else sa.String(length)
    return sa.Column(name, kind, server_default=default, nullable=False)


def _maybe(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=True)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def upgrade() -> None:
    """Make both tables, and the wider index."""
    op.create_table(
        "user_selections",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        _text("id", 60),
        _text("organisation_id", 60),
        _text("subscription_id", 60),
        _text("account_id", 60),
        _text("actor", default=""),
        _text("status", 20),
        _maybe("filter"),
        _maybe("request_id", 200),
        _maybe("idempotency_key", 255),
        sa.Column("newest", NUMBER, nullable=False),
        *(_count(name) for name in ("parts", "next_part", "active", "not_paid", *COUNTS)),
        _text("left_alone", default="[]"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], "fk_user_selections_organisation_id"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], "fk_user_selections_subscription_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], "fk_user_selections_account_id"),
        sa.PrimaryKeyConstraint("number", name="pk_user_selections"),
        sa.UniqueConstraint("id", name="uq_user_selections_id"),
    )
    op.create_index("ix_user_selections_expires_at", "user_selections", ["expires_at"])
    where = sa.text("status IN ('counting', 'removing', 'restoring')")
    op.create_index("ix_user_selections_under_way", "user_selections", ["status"], sqlite_where=where)
    op.create_table(
        "user_selection_parts",
        sa.Column("selection_number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_number"], ["user_selections.number"], "fk_user_selection_parts_selection_number"
        ),
        sa.PrimaryKeyConstraint("selection_number", "part", name="pk_user_selection_parts"),
    )
    _index("added_at", "number", "status", "source", "removed_at")


def downgrade() -> None:
    """Drop them again."""
    _index("added_at", "number")
    op.drop_table("user_selection_parts")
    op.drop_table("user_selections")


def _index(*columns: str) -> None:
    op.drop_index("ix_users_added", "users")
    where = sa.text("removed_at IS NULL")
    op.create_index("ix_users_added", "users", ["subscription_id", *columns], sqlite_where=where)
