"""Who came in with which code, and wrong guesses of codes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; uses of codes from before are in the history."""
    op.create_table(
        "invitation_code_uses",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.String(length=60), nullable=False),
        sa.Column("user_id", sa.String(length=60), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["invitation_codes.id"], name="fk_invitation_code_uses_code_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_invitation_code_uses_account_id"),
        sa.PrimaryKeyConstraint("number", name="pk_invitation_code_uses"),
    )
    op.create_index("ix_invitation_code_uses_code", "invitation_code_uses", ["code_id", "number"])
    op.create_index("ix_invitation_code_uses_account", "invitation_code_uses", ["account_id", "code_id"])
    op.create_table(
        "wrong_guesses",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("guesser", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_wrong_guesses"),
    )
    op.create_index("ix_wrong_guesses_guesser", "wrong_guesses", ["guesser", "made_at"])
    op.create_index("ix_wrong_guesses_made_at", "wrong_guesses", ["made_at"])
    op.execute(
        "INSERT INTO invitation_code_uses (code_id, account_id, user_id, used_at) "
        "SELECT c.id, u.account_id, u.id, e.created_at FROM events e "
        "JOIN invitation_codes c ON c.id = json_extract(e.body, '$.object.id') "
        "JOIN users u ON u.subscription_id = c.subscription_id AND u.source = 'code' "
        "AND u.account_id = json_extract(e.body, '$.actor.account_id') AND u.added_at = e.created_at "
        "WHERE e.kind = 'code.used' ORDER BY e.organisation_id, e.seq"
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("wrong_guesses")
    op.drop_table("invitation_code_uses")
