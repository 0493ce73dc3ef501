"""Events are found by words, kind and time."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from contract.events import Event
from server.store import sqlite_events

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CHUNK = 1000

_SEARCH = """CREATE VIRTUAL TABLE events_search USING fts5(
  who, object, kind, content='', columnsize=0, detail='column', tokenize='ascii'
)"""


def upgrade() -> None:
    """Add the indexes, and put what has happened so far into them."""
    op.create_table(
        "event_owners",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_event_owners_organisation_id"),
        sa.PrimaryKeyConstraint("number", name="pk_event_owners"),
        sa.UniqueConstraint("organisation_id", name="uq_event_owners_organisation_id"),
    )
    op.create_index("ix_events_moment", "events", ["organisation_id", "created_at", "seq"])
    op.execute(_SEARCH)
    connection = op.get_bind()
    for organisation_id in connection.execute(sa.text("SELECT id FROM organisations")).scalars().all():
        for chunk in _events(connection, organisation_id):
            sqlite_events.remember(connection, organisation_id, chunk)


def _events(connection: Any, organisation_id: str) -> Iterator[list[tuple[int, Event]]]:
    query = sa.text(
        "SELECT seq, body FROM events WHERE organisation_id = :id AND seq > :after ORDER BY seq LIMIT :many"
    )
    after = 0
    while rows := connection.execute(query, {"id": organisation_id, "after": after, "many": _CHUNK}).all():
        yield [(row.seq, Event.model_validate_json(row.body)) for row in rows]
        after = rows[-1].seq


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("events_search")
    op.drop_index("ix_events_moment", table_name="events")
    op.drop_table("event_owners")
