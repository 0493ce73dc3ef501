"""What a running server does so that a loss is noticed: it looks at its files, and writes heads into its log."""

import asyncio
import logging

from server.platform.services import Services
from server.store import anchor, lost
from server.store.database import Database

log = logging.getLogger("headcount.anchor")

EVERY = 1.0
"""Seconds between two looks at the files, besides those after every commit."""

DAY = 24 * 60 * 60
"""Seconds between two times that the heads are written into the log."""

MOST = 1000
"""Heads that are written into the log at once."""


async def keep_watch(services: Services) -> None:
    """As long as the server runs: look at the files, fold a long anchor, and tell the heads once a day."""
    loop = asyncio.get_running_loop()
    told = loop.time()
    while True:
        await asyncio.sleep(EVERY)
        services.database.look()
        try:
            await _fold(services.database)
            if loop.time() - told >= DAY:
                told = loop.time()
                _tell(
                    await services.database.read_aside(lambda connection: list(lost.heads(connection))), "after a day"
                )
        except Exception:
            log.exception("the anchor could not be looked after; it is tried again")


def tell_heads(database: Database, when: str) -> None:
    """Write each organisation's newest event into the log: it is a second anchor, which `verify --anchor` reads."""
    _tell(database.heads(), when)


def _tell(rows: list[tuple[str, int, str]], when: str) -> None:
    for head in anchor.heads_of(rows[:MOST]):
        log.info("%s: %s", when, head.line())
    if len(rows) > MOST:
        log.info("%s: %d more organisations are in the anchor only", when, len(rows) - MOST)


async def _fold(database: Database) -> None:
    """Write a long anchor anew, in a thread; what is appended meanwhile is in both."""
    kept = database.anchor
    if kept is None or not kept.is_long:
        return
    kept.begin_fold()
    draft = None
    try:
        draft = await asyncio.to_thread(kept.fold)
    finally:
        kept.end_fold(draft)
