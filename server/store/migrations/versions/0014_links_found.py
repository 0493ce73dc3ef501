"""The request that a link leads to is found at once, however many there are."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_transfers_link", "transfers", ["link_hash"], sqlite_where=sa.text("link_hash IS NOT NULL"))


def downgrade() -> None:
    """Drop it again."""
    op.drop_index("ix_transfers_link", "transfers")
