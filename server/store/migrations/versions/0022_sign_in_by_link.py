"""Sessions of browsers beside tokens, and the links that sign somebody in once."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Moment

revision = "0022"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every token so far is for a terminal."""
    op.add_column("tokens", sa.Column("kind", sa.String(10), nullable=False, server_default="token"))
    op.create_table(
        "sign_in_links",
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("network", sa.String(60), nullable=False, server_default=""),
        sa.Column("next", sa.Text(), nullable=False, server_default=""),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("used_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_sign_in_links"),
    )
    op.create_index("ix_sign_in_links_email_key", "sign_in_links", ["email_key", "created_at"])
    op.create_index("ix_sign_in_links_network", "sign_in_links", ["network", "created_at"])


def downgrade() -> None:
    """Nobody stays signed in with a browser."""
    op.drop_table("sign_in_links")
    op.execute("DELETE FROM tokens WHERE kind <> 'token'")
    op.drop_column("tokens", "kind")
