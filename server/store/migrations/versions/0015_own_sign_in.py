"""Whose an account is: the organisation's that made it, until the person signs in; tokens that break this end."""

import datetime as dt
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from contract.events import Actor, Event, EventKind, EventObject
from server.store import events
from server.store.types import EPOCH, from_microseconds, to_microseconds

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_MADE_HERE = """UPDATE accounts SET created_by_organisation = s.organisation_id
FROM users u JOIN subscriptions s ON s.id = u.subscription_id
WHERE u.account_id = accounts.id AND u.added_at = accounts.created_at AND u.source IN ('hand', 'import')"""
"""Whoever was added by hand or by a file in the moment their account was made had none before."""

_SIGNED_IN = """UPDATE accounts SET signed_in_at = own.first
FROM (SELECT account_id, MIN(created_at) AS first FROM tokens WHERE made_by IS NULL GROUP BY account_id) own
WHERE own.account_id = accounts.id"""

_BREAKING = """SELECT t.id, t.organisation_id, t.label, t.expires_at, a.email, COALESCE(m.role, 'member') AS role
FROM tokens t JOIN accounts a ON a.id = t.account_id
LEFT JOIN members m ON m.organisation_id = t.organisation_id AND m.account_id = t.account_id
WHERE t.made_by IS NOT NULL AND t.revoked_at IS NULL
AND (a.signed_in_at IS NOT NULL OR COALESCE(a.created_by_organisation, '') <> t.organisation_id)
ORDER BY t.organisation_id, t.created_at, t.id"""


def upgrade() -> None:
    """Add the columns, fill them with what is certain, and end the tokens that nobody may hand out any more."""
    op.add_column("accounts", sa.Column("created_by_organisation", sa.String(60), nullable=True))
    op.add_column("accounts", sa.Column("signed_in_at", sa.BigInteger(), nullable=True))
    op.add_column("tokens", sa.Column("made_by", sa.String(60), nullable=True))
    connection = op.get_bind()
    connection.execute(sa.text(_MADE_HERE))
    handed_out = _handed_out(connection)
    _note_makers(connection, {token: maker for token, (account, maker) in handed_out.items() if maker != account})
    _note_makers(connection, _doubtful(handed_out))
    connection.execute(sa.text(_SIGNED_IN))
    _end(connection)


def _handed_out(connection: Any) -> dict[str, tuple[str, str]]:
    """The account of each token that an owner made, and the owner's: the history has an event of each."""
    query = "SELECT body FROM events WHERE kind = 'token.created'"
    holders = dict(connection.execute(sa.text("SELECT id, account_id FROM tokens")).all())
    found = {}
    for body in connection.execute(sa.text(query)).scalars():
        event = json.loads(body)
        token, maker = event["object"]["id"], event["actor"]["account_id"]
        if token in holders and maker:
            found[token] = (holders[token], maker)
    return found


def _doubtful(handed_out: dict[str, tuple[str, str]]) -> dict[str, str]:
    """What an owner made for themselves, if somebody else had a token of theirs to make it with; and that somebody."""
    others = {account: maker for account, maker in handed_out.values() if maker != account}
    return {token: others[maker] for token, (account, maker) in handed_out.items() if account == maker in others}


def _note_makers(connection: Any, makers: dict[str, str]) -> None:
    for token, maker in makers.items():
        connection.execute(sa.text("UPDATE tokens SET made_by = :maker WHERE id = :id"), {"id": token, "maker": maker})


def _end(connection: Any) -> None:
    """Take them back, and say so once for each in its organisation's history, which its webhooks tell on."""
    for row in connection.execute(sa.text(_BREAKING)).all():
        now = max(dt.datetime.now(dt.UTC), events.last_moment(connection, row.organisation_id) or EPOCH)
        at = to_microseconds(now)
        connection.execute(sa.text("UPDATE tokens SET revoked_at = :at WHERE id = :id"), {"id": row.id, "at": at})
        label = f"{row.label} for {row.email}" if row.label else f"for {row.email}"
        attributes = {"email": row.email, "role": row.role, "state": "revoked", "because": "own_sign_in_needed"}
        expired = row.expires_at is not None and from_microseconds(row.expires_at) <= now
        event = Event.model_construct(
            id="",
            type=EventKind.TOKEN_REVOKED,
            created_at=now,
            actor=Actor(label="the server"),
            object=EventObject(type="token", id=row.id, label=label, attributes=attributes),
            previous={"state": "expired" if expired else "active"},
        )
        events.append(connection, row.organisation_id, [event])


def downgrade() -> None:
    """Drop the columns again; what was ended stays so."""
    op.drop_column("tokens", "made_by")
    op.drop_column("accounts", "signed_in_at")
    op.drop_column("accounts", "created_by_organisation")
