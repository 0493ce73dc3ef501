"""What a sandbox remembers over a restart: how far its clock is ahead, what the next payment does, its charges."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import insert, select, update

from contract.money import Money
from contract.sandbox import NextPayment
from server.store.tables import payments, sandbox_state
from server.store.tables import sandbox_charges as charges
from server.store.types import AnyRow, Connection

_MICROSECOND = dt.timedelta(microseconds=1)


def _ensure(connection: Connection) -> None:
    if clock_offset(connection) is None:
        connection.execute(insert(sandbox_state).values(id=1, clock_offset=0))


def clock_offset(connection: Connection) -> dt.timedelta | None:
    """How far the clock is ahead of the machine's; None where nothing was ever kept."""
    found = connection.execute(select(sandbox_state.c.clock_offset)).scalar()
    return None if found is None else found * _MICROSECOND


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


def set_next_payment(connection: Connection, outcome: NextPayment, times: int, organisation_id: str) -> None:
    """Say what the sandbox gateway does with so many of the next payments of an organisation."""
    _ensure(connection)
    values = {"next_payment": outcome, "next_times": times, "organisation_id": organisation_id}
    connection.execute(update(sandbox_state).values(**values))


def charge(connection: Connection, key: str) -> AnyRow | None:
    """The `status` and `reason` of the charge with this key."""
    return connection.execute(select(charges.c.status, charges.c.reason).where(charges.c.key == key)).first()


def add_charge(
    connection: Connection, key: str, amount: Money, status: str, *, now: dt.datetime, reason: str = "", untold: int = 0
) -> None:
    """Note a charge in the gateway's ledger, to be told of so many times more."""
    values = {"key": key, "amount": amount.amount, "currency": amount.currency, "created_at": now}
    connection.execute(insert(charges).values(**values, status=status, reason=reason, untold=untold))


def untold(connection: Connection) -> Sequence[AnyRow]:
    """The charges that are to be told of once more, oldest first."""
    return connection.execute(select(charges).where(charges.c.untold > 0).order_by(charges.c.created_at)).all()


def told(connection: Connection, key: str) -> None:
    """Tell of a charge once less."""
    query = update(charges).where(charges.c.key == key, charges.c.untold > 0)
    connection.execute(query.values(untold=charges.c.untold - 1))
