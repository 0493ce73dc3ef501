"""Imports: files of people on their way in, row by row."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

VERDICTS = (
    "create",
    "add_member",
    "already_user",
    "duplicate_in_file",
    "invalid",
    "needs_transfer",
    "over_limit",
)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, length: int | None = None, default: str | None = "") -> sa.Column[str]:
    kind = sa.Text() if length is None else sa.String(length)
    return sa.Column(name, kind, server_default=default, nullable=False)


def _maybe(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=True)


def _count(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def upgrade() -> None:
    """Make both tables and their indexes."""
    op.create_table(
        "imports",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        _text("id", 60, None),
        _text("organisation_id", 60, None),
        _text("subscription_id", 60, None),
        _text("account_id", 60, None),
        _text("created_by"),
        _text("actor"),
        _text("file_name"),
        _text("kind", 20),
        _text("encoding", 60),
        _text("delimiter", 10),
        _maybe("columns"),
        _maybe("mapping"),
        _text("status", 20, None),
        _maybe("stopped_because", 20),
        _text("stopped_detail"),
        _maybe("mode", 20),
        _maybe("request_id", 200),
        _maybe("idempotency_key", 255),
        _count("rows"),
        *(_count(verdict) for verdict in VERDICTS),
        _count("applied"),
        _count("announced"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        _count("version", "1"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], "fk_imports_organisation_id"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], "fk_imports_subscription_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], "fk_imports_account_id"),
        sa.PrimaryKeyConstraint("number", name="pk_imports"),
        sa.UniqueConstraint("id", name="uq_imports_id"),
    )
    op.create_index("ix_imports_mine", "imports", ["subscription_id", "number"])
    op.create_index("ix_imports_expires_at", "imports", ["expires_at"])
    where = sa.text("status IN ('planning', 'applying')")
    op.create_index("ix_imports_under_way", "imports", ["status"], unique=False, sqlite_where=where)
    op.create_table(
        "import_rows",
        sa.Column("import_number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _text("email"),
        _text("first_name"),
        _text("last_name"),
        _text("position"),
        _maybe("email_key"),
        _text("verdict", 20, None),
        _maybe("field", 20),
        _maybe("code", 60),
        _maybe("reason"),
        _maybe("user_id", 60),
        _maybe("transfer_id", 60),
        sa.ForeignKeyConstraint(["import_number"], ["imports.number"], "fk_import_rows_import_number"),
        sa.PrimaryKeyConstraint("import_number", "number", name="pk_import_rows"),
        sqlite_with_rowid=False,
    )
    columns = ["import_number", "verdict", "number"]
    where = sa.text("verdict != 'create'")
    op.create_index("ix_import_rows_rest", "import_rows", columns, unique=False, sqlite_where=where)


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("import_rows")
    op.drop_table("imports")
