"""Reminding the person asked, a day before a request expires."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from server.notifications.kinds import LetterKind
from server.platform.ids import new_id
from server.platform.services import Services
from server.store import outbound_mail
from server.store.types import AnyRow, Connection

BEFORE = dt.timedelta(days=1)
AT_ONCE = 500


def remind(services: Services) -> Iterator[int]:
    """The chore: one letter for each sending of a request; none where this server sends no mail."""
    now = services.clock.now()
    if services.settings.mail is None:
        return
    with services.database.read() as connection:
        if not _due(connection, now, 1):
            return
    while True:
        with services.database.write() as connection:
            rows = _due(connection, now, AT_ONCE)
            if not rows:
                return
            outbound_mail.add(connection, [_letter(row, now) for row in rows])
        yield len(rows)


def _due(connection: Connection, now: dt.datetime, limit: int) -> Sequence[AnyRow]:
    return outbound_mail.to_remind(connection, now, now + BEFORE, limit)


def _letter(row: AnyRow, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": new_id("let"),
        "organisation_id": row.organisation_id,
        "transfer_id": row.id,
        "transfer_version": row.version,
        "kind": LetterKind.REMINDER.value,
        "created_at": now,
    }
