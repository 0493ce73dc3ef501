"""Letters that belong to no transfer request, languages of accounts, and who wishes to hear of codes that are used."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0027"
branch_labels = None
depends_on = None

OLD = (
    "number, id, organisation_id, transfer_id, kind, transfer_version, link, state, attempts, error, created_at, "
    "next_at, finished_at"
)


def upgrade() -> None:
    """Add the columns; letters are copied, because SQLite lets no column become nullable."""
    op.add_column("accounts", sa.Column("language", sa.String(20), nullable=False, server_default=""))
    op.add_column("members", sa.Column("notify_code_uses", sa.Boolean(), nullable=True))
    _again(nullable=True)


def downgrade() -> None:
    """Drop them again, and with them the letters that belong to no request."""
    op.execute("DELETE FROM letters WHERE transfer_id IS NULL OR organisation_id IS NULL")
    _again(nullable=False)
    op.drop_column("members", "notify_code_uses")
    op.drop_column("accounts", "language")


def _again(*, nullable: bool) -> None:
    for index in ("ix_letters_transfer_id", "ix_letters_waiting", "ix_letters_finished"):
        op.drop_index(index, "letters")
    op.rename_table("letters", "letters_before")
    new = [
        sa.Column("recipient", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=20), server_default="", nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
    ]
    op.create_table(
        "letters",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=nullable),
        sa.Column("transfer_id", sa.String(length=60), nullable=nullable),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("transfer_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=20), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        *(new if nullable else []),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_letters_organisation_id"),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name="fk_letters_transfer_id"),
        sa.PrimaryKeyConstraint("number", name="pk_letters"),
        sa.UniqueConstraint("id", name="uq_letters_id"),
    )
    op.execute(f"INSERT INTO letters ({OLD}) SELECT {OLD} FROM letters_before")
    op.drop_table("letters_before")
    op.create_index("ix_letters_transfer_id", "letters", ["transfer_id"])
    waiting, finished = sa.text("state = 'waiting'"), sa.text("finished_at IS NOT NULL")
    op.create_index("ix_letters_waiting", "letters", ["next_at", "number"], sqlite_where=waiting)
    op.create_index("ix_letters_finished", "letters", ["finished_at"], sqlite_where=finished)
