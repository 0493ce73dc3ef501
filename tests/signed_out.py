"""Being signed out while what one sent waits for the database."""

import asyncio
import threading
from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy import text

from server.platform.services import Services
from server.store.types import Connection

T = TypeVar("T")


async def signed_out_meanwhile(services: Services, sending: Awaitable[T]) -> T:
    """What is answered when every token and session ends after the request was let in and before it is done."""
    gate = threading.Event()

    def end_all(connection: Connection) -> None:
        assert gate.wait(20)
        connection.execute(text("UPDATE tokens SET revoked_at = 1"))

    ending = asyncio.ensure_future(services.database.write_aside(end_all))
    await asyncio.sleep(0.05)
    waiting = asyncio.ensure_future(sending)
    await asyncio.sleep(0.2)
    assert not waiting.done()
    gate.set()
    await ending
    return await waiting
