"""Signing devices in: the addresses of OAuth, and forgetting what has expired."""

import datetime as dt
from collections.abc import Iterator

from server.devices.wire import routes
from server.platform.services import Services
from server.store import device_sign_ins

KEPT = dt.timedelta(days=1)
"""How long an expired code is still told from one that never was."""


def forget_expired(services: Services) -> Iterator[int]:
    """The chore: codes that expired long ago are forgotten."""
    before = services.clock.now() - KEPT
    with services.database.read() as connection:
        old = device_sign_ins.any_old(connection, before)
    if old:
        with services.database.write() as connection:
            device_sign_ins.forget(connection, before)
    yield 0


ROUTES = routes
CHORES = (forget_expired,)
