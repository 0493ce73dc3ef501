"""One identity for each mailbox: addresses are compared anew, searched anew, and never merged."""

import logging
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from contract.mailbox import NotAnAddressError, email_key, mailbox, trimmed, without_invisible
from server.platform.text import fold, keys_of, name_key, search_key
from server.store.mailboxes import doubtful, parked_key, readable

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MANY = 5
_ODD = "{0} GLOB '*[^ -~]*' OR {0} LIKE '%xn--%'"
"""What is folded otherwise than before: only texts with more than ASCII in them, or a domain in its ASCII form."""

log = logging.getLogger("headcount.server")


def upgrade() -> None:
    """Add the columns, and compare and fold anew what is stored. What can't be is left, and said."""
    op.add_column("import_rows", sa.Column("remark", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("remarked", sa.Integer(), nullable=False, server_default="0"))
    connection = op.get_bind()
    accounts = _accounts(connection)
    _users(connection, accounts)
    _transfers(connection, accounts)
    _asks(connection)
    _organisations(connection)
    _import_rows(connection)
    _directory(connection)
    _tell(connection)


def _cleaned(email: str) -> str:
    """A stored address as it is kept from now on: as it was, but for characters that are not drawn."""
    for text in (email, without_invisible(email)):
        try:
            return mailbox(text).email
        except NotAnAddressError:
            continue
    return email


def _accounts(connection: Any) -> dict[str, tuple[str, str]]:
    """Give every account its key; answers address and key of those that changed.

    Of several with one mailbox, the one whose address is right as it stands keeps the key, then the oldest.
    """
    rows = connection.execute(sa.text("SELECT id, email, email_key FROM accounts ORDER BY created_at, id")).all()
    moving = [(row, key) for row in rows if (key := readable(row.email)) not in (None, row.email_key)]
    held = {row.email_key for row in rows} - {row.email_key for row, _ in moving}
    after = {}
    for row, key in sorted(moving, key=lambda each: email_key(each[0].email) is None or _cleaned(each[0].email) != each[0].email):
        if key in held:
            after[row.id] = (row.email, parked_key(key, row.id))
        else:
            after[row.id] = (_cleaned(row.email), key)
            held.add(key)
    park, settle = (sa.text(f"UPDATE accounts SET {values} WHERE id = :id") for values in ("email_key = ':' || id", "email = :email, email_key = :key"))
    for identity in after:
        connection.execute(park, {"id": identity})
    for identity, (email, key) in after.items():
        connection.execute(settle, {"id": identity, "email": email, "key": key})
    return after


def _users(connection: Any, accounts: dict[str, tuple[str, str]]) -> None:
    """A user has its account's address and key; names are folded anew."""
    connection.execute(sa.text("CREATE TEMP TABLE moved (id TEXT PRIMARY KEY, email TEXT, email_key TEXT)"))
    for identity, (email, key) in accounts.items():
        values = {"id": identity, "email": email, "key": key}
        connection.execute(sa.text("INSERT INTO moved VALUES (:id, :email, :key)"), values)
    for change in ("email_key = ':' || users.id", "email = moved.email, email_key = moved.email_key"):
        connection.execute(sa.text(f"UPDATE users SET {change} FROM moved WHERE moved.id = users.account_id"))
    connection.execute(sa.text("DROP TABLE moved"))
    texts = ("first_name", "last_name", "email", "position")
    keys = sa.text(
        "UPDATE users SET name_key = :name_key, last_key = :last_key, position_key = :position_key,"
        " search_key = :search_key WHERE number = :number"
    )
    for row in _odd(connection, "users", texts, "name_key, last_key, position_key, search_key"):
        name, search = keys_of(row.first_name, row.last_name, row.email, row.position)
        values = {"name_key": name, "last_key": fold(row.last_name), "position_key": fold(row.position), "search_key": search}
        if any(getattr(row, column) != value for column, value in values.items()):
            connection.execute(keys, {**values, "number": row.number})


def _transfers(connection: Any, accounts: dict[str, tuple[str, str]]) -> None:
    """The same for requests: an account's has its key, any other its own. A second that waits for one mailbox is left."""
    query = sa.text("SELECT number, id, subscription_id, state, account_id, email, email_key FROM transfers ORDER BY number")
    moving, held = {}, set()
    rows = connection.execute(query).all()
    for row in rows:
        email, key = accounts.get(row.account_id) or (_cleaned(row.email), readable(row.email) or row.email_key)
        if row.account_id and row.account_id not in accounts:
            key = row.email_key
        if (email, key) != (row.email, row.email_key):
            moving[row.number] = (row, email, key)
        elif row.state == "pending":
            held.add((row.subscription_id, key))
    for number, (row, email, key) in moving.items():
        if row.state == "pending" and (row.subscription_id, key) in held:
            moving[number] = (row, row.email, parked_key(key, row.id))
        elif row.state == "pending":
            held.add((row.subscription_id, key))
    for number in moving:
        connection.execute(sa.text("UPDATE transfers SET email_key = ':' || id WHERE number = :number"), {"number": number})
    for number, (_, email, key) in moving.items():
        settle = sa.text("UPDATE transfers SET email = :email, email_key = :key WHERE number = :number")
        connection.execute(settle, {"number": number, "email": email, "key": key})
    keys = sa.text("UPDATE transfers SET name_key = :name, search_key = :search WHERE number = :number")
    texts = ("first_name", "last_name", "email", "position")
    for row in _odd(connection, "transfers", texts, "name_key, search_key"):
        name = name_key(row.first_name, row.last_name, row.email)
        search = search_key(row.first_name, row.last_name, row.email, row.position)
        if (row.name_key, row.search_key) != (name, search):
            connection.execute(keys, {"name": name, "search": search, "number": row.number})


def _asks(connection: Any) -> None:
    for row in connection.execute(sa.text("SELECT number, asked, asked_key FROM asks")).all():
        key = email_key(row.asked) or fold(row.asked)
        if key != row.asked_key:
            values = {"number": row.number, "key": key}
            connection.execute(sa.text("UPDATE asks SET asked_key = :key WHERE number = :number"), values)


def _organisations(connection: Any) -> None:
    """A name that is now the same as another's stays as it was compared before."""
    rows = connection.execute(sa.text("SELECT id, name, name_key FROM organisations ORDER BY created_at, id")).all()
    held = {row.name_key for row in rows}
    for row in rows:
        key = fold(row.name)
        if key not in held:
            held.add(key)
            values = {"id": row.id, "key": key}
            connection.execute(sa.text("UPDATE organisations SET name_key = :key WHERE id = :id"), values)


def _import_rows(connection: Any) -> None:
    """What waits to be applied is judged again then; rows that hold no address any more are refused there."""
    found = sa.text("SELECT import_number, number, email, email_key FROM import_rows WHERE user_id IS NULL AND email_key IS NOT NULL")
    change = sa.text("UPDATE import_rows SET email = :email, email_key = :key WHERE import_number = :of AND number = :number")
    for row in connection.execute(found).all():
        email, key = trimmed(row.email)[0], email_key(row.email)
        if (email, key) != (row.email, row.email_key):
            values = {"email": unicodedata.normalize("NFC", email), "key": key, "of": row.import_number, "number": row.number}
            connection.execute(change, values)


def _directory(connection: Any) -> None:
    """Its own triggers write a member's keys anew whenever the account is written."""
    texts = ("first_name", "last_name", "email", "position")
    odd = " OR ".join(_ODD.format(name) for name in texts)
    connection.execute(sa.text(f"UPDATE accounts SET email = email WHERE {odd}"))


def _odd(connection: Any, table: str, texts: tuple[str, ...], columns: str) -> Iterator[Any]:
    odd = " OR ".join(_ODD.format(name) for name in texts)
    yield from connection.execute(sa.text(f"SELECT number, {', '.join(texts)}, {columns} FROM {table} WHERE {odd}")).all()


def _tell(connection: Any) -> None:
    """What was left, to whoever runs the server: a few by name, all of them at any time by `headcount server verify`."""
    found = list(doubtful(connection))
    for sentence in found[:_MANY]:
        log.warning("%s", sentence)
    if found:
        log.warning("%d accounts need a decision; headcount server verify lists them", len(found))


def downgrade() -> None:
    """Drop the columns again; keys stay as they are."""
    op.drop_column("imports", "remarked")
    op.drop_column("import_rows", "remark")
