"""The history and the clock: nothing is written before what has happened already (D29)."""

import datetime as dt

from server.platform.clock import Clock
from server.platform.services import Services
from server.settings import SettingsError
from server.store import events, sandbox
from server.store.types import Connection

SLACK = dt.timedelta(minutes=5)
"""So much a machine's clock may be behind: time stands still until it has caught up."""


def begin(connection: Connection, clock: Clock, *, sandbox: bool) -> None:
    """Let the clock begin where the history ends.

    Raises:
        SettingsError: the clock is behind the newest event by more than a little.
    """
    newest = events.newest_moment(connection)
    if newest is None:
        return
    _check(newest, clock.now(), "the sandbox's clock" if sandbox else "the machine's clock", _WAYS_OUT[sandbox])
    clock.not_before(newest)


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
        kept = sandbox.clock_offset(connection)
        if kept is not None:
            services.clock.offset = kept
        if services.settings.now is not None and (kept is None or services.settings.now > services.clock.now()):
            services.clock.set_to(services.settings.now)
        begin(connection, services.clock, sandbox=True)
        sandbox.keep_clock(connection, services.clock.offset)


def check_founding(connection: Connection, at: dt.datetime) -> None:
    """An organisation is founded after what has happened in the others: they have one server, with one clock.

    Raises:
        SettingsError: it would be founded earlier than that, by more than a little.
    """
    newest = events.newest_moment(connection)
    if newest is not None:
        _check(newest, at, "the time to found it at", "give --now {newest} or later, or another --db")


def _check(newest: dt.datetime, now: dt.datetime, whose: str, way_out: str) -> None:
    if newest - now <= SLACK:
        return
    later = newest.replace(microsecond=0) + dt.timedelta(seconds=1)
    said = {"newest": _text(later)}
    message = f"{whose} says {_text(now)}, and the newest event in the database is of {_text(newest)}: "
    raise SettingsError(message + way_out.format(**said))


def _text(instant: dt.datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


_WAYS_OUT = {
    True: "start with --now {newest} or later, or with another --db",
    False: "set the clock right and start again (the database of a sandbox is started with --sandbox)",
}
