"""Accounts whose stored address is not found by what anybody types: a step of the database leaves them, and says so.

A mailbox has one account. Two accounts that turned out to have the same one are never merged: one of them keeps the
key, the other gets one that no address has (`parked_key`), so that it works as before until somebody decides.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from contract.mailbox import NotAnAddressError, mailbox, visible, without_invisible
from server.store.types import AnyRow

_ACCOUNTS = text("SELECT id, email, email_key FROM accounts ORDER BY created_at, id")
_BY_KEY = text("SELECT id, email FROM accounts WHERE email_key = :key")
_WAITING = text("SELECT id, email FROM transfers WHERE state = 'pending' AND email_key LIKE '%:' || id")
_LISTED = text(
    "SELECT u.id, o.name FROM users u JOIN subscriptions s ON s.id = u.subscription_id"
    " JOIN organisations o ON o.id = s.organisation_id WHERE u.account_id = :id AND u.removed_at IS NULL"
)


def parked_key(key: str, identity: str) -> str:
    """A key beside that of the same mailbox which no address has: a colon is in none."""
    return f"{key}:{identity}"


def readable(email: str) -> str | None:
    """The key of an address as it was stored, characters inside that are not drawn left out; None if it is none."""
    try:
        return mailbox(email).key
    except NotAnAddressError:
        pass
    try:
        return mailbox(without_invisible(email)).key
    except NotAnAddressError:
        return None


def doubtful(connection: Connection) -> Iterator[str]:
    """A sentence for each account and each waiting request that nobody's typing finds: whose it is, and what to do."""
    for row in connection.execute(_ACCOUNTS).all():
        key = readable(row.email)
        if key == row.email_key:
            continue
        other = connection.execute(_BY_KEY, {"key": key}).first() if key else None
        yield _twins(connection, row, other) if other else _stuck(connection, row)
    for row in connection.execute(_WAITING).all():
        yield f"two transfer requests wait for one mailbox, {visible(row.email)}: take one of them back ({row.id})"


def _twins(connection: Connection, row: AnyRow, other: AnyRow) -> str:
    first, second = (f"{visible(each.email)} ({_who(connection, each.id)})" for each in (other, row))
    remedy = _remedy(connection, row.id, "the second")
    return f"two accounts have one mailbox: {first} and {second}. Both work as before; {remedy}"


def _stuck(connection: Connection, row: AnyRow) -> str:
    why = "It is not what its address stands for."
    try:
        mailbox(row.email)
    except NotAnAddressError as error:
        why = str(error)
    who = f"{visible(row.email)} ({_who(connection, row.id)})"
    return f"{who} can't be found by its address. {why} It works as before; {_remedy(connection, row.id, 'it')}"


def _who(connection: Connection, account_id: str) -> str:
    listed = connection.execute(_LISTED, {"id": account_id}).first()
    return f"{account_id}, user {listed.id} of {visible(listed.name)}" if listed else account_id


def _remedy(connection: Connection, account_id: str, which: str) -> str:
    listed = connection.execute(_LISTED, {"id": account_id}).first()
    if listed is None:
        return f"{which} is nobody's user, so nothing needs to be done"
    return f"if {which} is not needed: headcount users remove {listed.id}"
