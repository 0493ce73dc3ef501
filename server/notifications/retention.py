"""What is forgotten by itself: to whom letters went, and what became of old deliveries."""

import datetime as dt
from collections.abc import Iterator

from server.platform.services import Services
from server.store import outbound_mail, webhooks

KEPT = dt.timedelta(days=30)
AT_ONCE = 500


def forget(services: Services) -> Iterator[int]:
    """The chore: delete what ended 30 days ago, some at a time."""
    before = services.clock.machine() - KEPT
    for store in (outbound_mail, webhooks):
        while True:
            with services.database.read() as connection:
                if not store.has_older(connection, before):
                    break
            with services.database.write() as connection:
                dropped = store.forget(connection, before, AT_ONCE)
            yield dropped
