"""In which encodings an import's file may be, whether somebody has chosen, and what is to be said about the file."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("imports", sa.Column("encoding_guessed", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("imports", sa.Column("encodings", sa.Text(), nullable=False, server_default=""))
    op.add_column("imports", sa.Column("remarks", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them again."""
    for name in ("remarks", "encodings", "encoding_guessed"):
        op.drop_column("imports", name)
