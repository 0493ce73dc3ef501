"""What a sandbox remembers over a restart: how far its clock is ahead, and what the next payment does."""

import datetime as dt

from sqlalchemy import Connection, insert, select, update

from contract.sandbox import NextPayment
from server.operations.clock_check import begin
from server.platform.services import Services
from server.store.tables import payments, sandbox_state

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


def take_next_payment(connection: Connection, payment_id: str) -> NextPayment:
    """What the sandbox gateway does with this payment, which is one fewer to do it with; then it accepts again.

    Who told it meant the payments of their own organisation.
    """
    state = connection.execute(select(sandbox_state)).first()
    if state is None or state.next_payment == "accept":
        return "accept"
    whose = connection.execute(select(payments.c.organisation_id).where(payments.c.id == payment_id)).scalar()
    if state.organisation_id not in {None, whose}:
        return "accept"
    told: NextPayment = state.next_payment
    left = state.next_times - 1
    values = {"next_payment": told if left else "accept", "next_times": max(1, left)}
    connection.execute(update(sandbox_state).values(**values))
    return told


def set_next_payment(
    connection: Connection, outcome: NextPayment, times: int = 1, *, organisation_id: str | None = None
) -> None:
    """Say what the sandbox gateway does with so many of the next payments, of one organisation or of any."""
    _ensure(connection)
    values = {"next_payment": outcome, "next_times": times, "organisation_id": organisation_id}
    connection.execute(update(sandbox_state).values(**values))


def restore_clock(services: Services) -> None:
    """At start: continue a sandbox's time, and move it on to `settings.now` if that is later. Done twice is no harm.

    Raises:
        SettingsError: there is history from after that time; a refused start leaves no trace.
    """
    if not services.settings.sandbox:
        with services.database.read() as connection:
            begin(connection, services.clock, sandbox=False)
        return
    with services.database.write() as connection:
        fresh = connection.execute(select(sandbox_state.c.id)).first() is None
        if not fresh:
            services.clock.offset = clock_offset(connection)
        if services.settings.now is not None and (fresh or services.settings.now > services.clock.now()):
            services.clock.set_to(services.settings.now)
        begin(connection, services.clock, sandbox=True)
        keep_clock(connection, services.clock.offset)
