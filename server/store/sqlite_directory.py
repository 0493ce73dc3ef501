"""How SQLite keeps the directory: triggers copy into it what is said of members, accounts and users elsewhere.

So no way of writing can forget it. The triggers fold text as the rest of the server does, by a function that each
connection is given; a connection without it can read everything, and write everything but members and names.
"""

from typing import Any, Protocol

from sqlalchemy import Connection

from server.platform.text import fold
from server.store.tables.directory import directory


class Driver(Protocol):
    """A connection of Python's own `sqlite3`."""

    def create_function(self, name: str, narg: int, func: Any, /, *, deterministic: bool) -> None:
        """Give it a function."""


_KEYS = """a.email_key,
    coalesce(nullif(hc_fold(a.first_name || ' ' || a.last_name), ''), hc_fold(a.email)),
    hc_fold(a.last_name), hc_fold(a.position),
    hc_fold(a.first_name || ' ' || a.last_name) || char(10) || hc_fold(a.email) || char(10) || hc_fold(a.position)"""

_COLUMNS = """organisation_id, account_id, role, status,
    email_key, name_key, last_key, position_key, search_key"""

MEMBER_ADDED = f"""CREATE TRIGGER directory_member_added AFTER INSERT ON members BEGIN
  INSERT INTO directory ({_COLUMNS})
  SELECT new.organisation_id, a.id, new.role, coalesce((SELECT u.status FROM users u
    JOIN subscriptions s ON s.id = u.subscription_id AND s.organisation_id = new.organisation_id
    WHERE u.account_id = a.id AND u.removed_at IS NULL), ''),
    {_KEYS}
  FROM accounts a WHERE a.id = new.account_id;
END"""  # noqa: S608 - our own names

DIRECTORY_DDL = (
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
    MEMBER_ADDED,
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
"""The trigram index over the directory, and all that keeps both."""

FILL = f"""INSERT INTO directory ({_COLUMNS})
SELECT m.organisation_id, m.account_id, m.role, coalesce((SELECT u.status FROM users u
    JOIN subscriptions s ON s.id = u.subscription_id AND s.organisation_id = m.organisation_id
    WHERE u.account_id = m.account_id AND u.removed_at IS NULL), ''),
    {_KEYS}
FROM members m JOIN accounts a ON a.id = m.account_id
WHERE m.rowid > ? ORDER BY m.rowid"""  # noqa: S608 - our own names


def teach(driver: Driver) -> None:
    """Give a connection the function that the triggers fold text with."""
    driver.create_function("hc_fold", 1, fold, deterministic=True)


def install(connection: Connection) -> None:
    """Make the trigram index and the triggers, beside the tables."""
    for statement in DIRECTORY_DDL:
        connection.exec_driver_sql(statement)


def lay_down(connection: Connection) -> int:
    """Before very many members are added: leave the directory alone. Answers the newest member's row."""
    connection.exec_driver_sql("DROP TRIGGER directory_member_added")
    connection.exec_driver_sql("DROP TRIGGER directory_search_added")
    for index in directory.indexes:
        index.drop(connection)
    return int(connection.exec_driver_sql("SELECT coalesce(max(rowid), 0) FROM members").scalar_one())


def take_up(connection: Connection, newest: int) -> None:
    """Afterwards: write down whoever came since, in one go, and keep the directory again."""
    last = connection.exec_driver_sql("SELECT coalesce(max(number), 0) FROM directory").scalar_one()
    connection.exec_driver_sql(FILL, (newest,))
    for index in sorted(directory.indexes, key=lambda index: str(index.name)):
        index.create(connection)
    connection.exec_driver_sql(
        "INSERT INTO directory_search(rowid, search_key) SELECT number, search_key FROM directory WHERE number > ?",
        (last,),
    )
    for statement in (DIRECTORY_DDL[1], MEMBER_ADDED):
        connection.exec_driver_sql(statement)
