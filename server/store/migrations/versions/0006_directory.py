"""The directory of members, searched like users."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEYS = """a.email_key,
    coalesce(nullif(hc_fold(a.first_name || ' ' || a.last_name), ''), hc_fold(a.email)),
    hc_fold(a.last_name), hc_fold(a.position),
    hc_fold(a.first_name || ' ' || a.last_name) || char(10) || hc_fold(a.email) || char(10) || hc_fold(a.position)"""

_COLUMNS = """organisation_id, account_id, role, status,
    email_key, name_key, last_key, position_key, search_key"""

_MEMBER_ADDED = f"""CREATE TRIGGER directory_member_added AFTER INSERT ON members BEGIN
  INSERT INTO directory ({_COLUMNS})
  SELECT new.organisation_id, a.id, new.role, coalesce((SELECT u.status FROM users u
    JOIN subscriptions s ON s.id = u.subscription_id AND s.organisation_id = new.organisation_id
    WHERE u.account_id = a.id AND u.removed_at IS NULL), ''),
    {_KEYS}
  FROM accounts a WHERE a.id = new.account_id;
END"""  # noqa: S608 - our own names

_DDL = (
    """CREATE VIRTUAL TABLE directory_search USING fts5(
  search_key, content='directory', content_rowid='number', tokenize='trigram'
)""",
    """CREATE TRIGGER directory_search_added AFTER INSERT ON directory BEGIN
  INSERT INTO directory_search(rowid, search_key) VALUES (new.number, new.search_key);
END""",
    """CREATE TRIGGER directory_search_changed AFTER UPDATE OF search_key ON directory
WHEN new.search_key <> old.search_key BEGIN
  INSERT INTO directory_search(directory_search, rowid, search_key) VALUES ('delete', old.number, old.search_key);
  INSERT INTO directory_search(rowid, search_key) VALUES (new.number, new.search_key);
END""",
    """CREATE TRIGGER directory_search_deleted AFTER DELETE ON directory BEGIN
  INSERT INTO directory_search(directory_search, rowid, search_key) VALUES ('delete', old.number, old.search_key);
END""",
    _MEMBER_ADDED,
    """CREATE TRIGGER directory_member_changed AFTER UPDATE OF role ON members BEGIN
  UPDATE directory SET role = new.role
    WHERE account_id = new.account_id AND organisation_id = new.organisation_id;
END""",
    """CREATE TRIGGER directory_member_deleted AFTER DELETE ON members BEGIN
  DELETE FROM directory WHERE account_id = old.account_id AND organisation_id = old.organisation_id;
END""",
    f"""CREATE TRIGGER directory_account_changed
AFTER UPDATE OF email, email_key, first_name, last_name, position ON accounts BEGIN
  UPDATE directory SET (email_key, name_key, last_key, position_key, search_key) = (SELECT
    {_KEYS}
    FROM accounts a WHERE a.id = new.id)
  WHERE account_id = new.id;
END""",  # noqa: S608 - our own names
    """CREATE TRIGGER directory_user_added AFTER INSERT ON users WHEN new.removed_at IS NULL BEGIN
  UPDATE directory SET status = new.status WHERE account_id = new.account_id
    AND organisation_id = (SELECT organisation_id FROM subscriptions WHERE id = new.subscription_id);
END""",
    """CREATE TRIGGER directory_user_changed AFTER UPDATE OF status, removed_at ON users
WHEN (old.removed_at IS NULL OR new.removed_at IS NULL)
  AND (new.status <> old.status OR (new.removed_at IS NULL) <> (old.removed_at IS NULL)) BEGIN
  UPDATE directory SET status = CASE WHEN new.removed_at IS NULL THEN new.status ELSE '' END
  WHERE account_id = new.account_id
    AND organisation_id = (SELECT organisation_id FROM subscriptions WHERE id = new.subscription_id);
END""",
    """CREATE TRIGGER directory_user_deleted AFTER DELETE ON users WHEN old.removed_at IS NULL BEGIN
  UPDATE directory SET status = '' WHERE account_id = old.account_id
    AND organisation_id = (SELECT organisation_id FROM subscriptions WHERE id = old.subscription_id);
END""",
)
_FILL = f"""INSERT INTO directory ({_COLUMNS})
SELECT m.organisation_id, m.account_id, m.role, coalesce((SELECT u.status FROM users u
    JOIN subscriptions s ON s.id = u.subscription_id AND s.organisation_id = m.organisation_id
    WHERE u.account_id = m.account_id AND u.removed_at IS NULL), ''),
    {_KEYS}
FROM members m JOIN accounts a ON a.id = m.account_id
WHERE m.rowid > ? ORDER BY m.rowid"""  # noqa: S608 - our own names

_INDEXES = {
    "name": ["name_key", "number"],
    "email": ["email_key", "number"],
    "position": ["position_key", "number"],
    "status": ["status", "name_key", "number"],
    "role": ["role", "name_key", "number"],
    "last": ["last_key"],
}
_TRIGGERS = (
    "member_added", "member_changed", "member_deleted", "account_changed", "user_added", "user_changed", "user_deleted",
)


def upgrade() -> None:
    """Make the table, its indexes and triggers, and write down who is a member now."""
    op.create_table(
        "directory",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("last_key", sa.Text(), nullable=False),
        sa.Column("position_key", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_directory_organisation_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_directory_account_id"),
        sa.PrimaryKeyConstraint("number", name="pk_directory"),
        sa.UniqueConstraint("account_id", "organisation_id", name="uq_directory_account_id_organisation_id"),
    )
    for name, columns in _INDEXES.items():
        op.create_index(f"ix_directory_{name}", "directory", ["organisation_id", *columns], unique=False)
    connection = op.get_bind()
    for statement in _DDL:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(_FILL, (0,))


def downgrade() -> None:
    """Drop all of it again."""
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER directory_{name}")
    op.drop_table("directory_search")
    op.drop_table("directory")
