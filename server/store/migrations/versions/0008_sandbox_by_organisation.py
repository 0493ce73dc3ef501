"""What a sandbox does with the next payments is said for one organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was said before is meant for anybody."""
    op.add_column("sandbox_state", sa.Column("organisation_id", sa.String(length=60), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("sandbox_state", "organisation_id")
