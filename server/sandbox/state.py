"""What a sandbox remembers over a restart: how far its clock is ahead, and what the next payment does."""

import datetime as dt

from sqlalchemy import Connection, insert, select, update

from contract.sandbox import NextPayment
from server.services import Services
from server.store.tables import sandbox_state

_MICROSECOND = dt.timedelta(microseconds=1)


def _ensure(connection: Connection) -> None:
    if connection.execute(select(sandbox_state.c.id)).first() is None:
        connection.execute(insert(sandbox_state).values(id=1, clock_offset=0))


def clock_offset(connection: Connection) -> dt.timedelta:
    """How far the clock is ahead of the machine's."""
    found = connection.execute(select(sandbox_state.c.clock_offset)).scalar()
    return (found or 0) * _MICROSECOND


def keep_clock(connection: Connection, offset: dt.timedelta) -> None:
    """Keep how far the clock is ahead."""
    _ensure(connection)
    connection.execute(update(sandbox_state).values(clock_offset=offset // _MICROSECOND))


def take_next_payment(connection: Connection) -> NextPayment:
    """What the sandbox gateway does with this payment, which is one fewer to do it with; then it accepts again."""
    state = connection.execute(select(sandbox_state.c.next_payment, sandbox_state.c.next_times)).first()
    told: NextPayment = state.next_payment if state else "accept"
    if state and told != "accept":
        set_next_payment(connection, told if state.next_times > 1 else "accept", max(1, state.next_times - 1))
    return told


def set_next_payment(connection: Connection, outcome: NextPayment, times: int = 1) -> None:
    """Say what the sandbox gateway does with so many of the next payments."""
    _ensure(connection)
    connection.execute(update(sandbox_state).values(next_payment=outcome, next_times=times))


def restore_clock(services: Services) -> None:
    """At start: continue a sandbox's time, and move it on to `settings.now` if that is later."""
    if not services.settings.sandbox:
        return
    with services.database.write() as connection:
        fresh = connection.execute(select(sandbox_state.c.id)).first() is None
        if not fresh:
            services.clock.offset = clock_offset(connection)
        if services.settings.now is not None and (fresh or services.settings.now > services.clock.now()):
            services.clock.set_to(services.settings.now)
        keep_clock(connection, services.clock.offset)
