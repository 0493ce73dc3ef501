"""The sandbox gateway: no money moves. It notes each charge in a ledger of its own, once per key."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from contract.money import Money
from contract.sandbox import NextPayment
from server.payments.gateway import Delivery, Outcome, OutcomeUnknownError
from server.platform.clock import Clock
from server.sandbox.state import take_next_payment
from server.store.database import Database
from server.store.tables import sandbox_charges as charges

NAME = "sandbox"
REFUSED = "The sandbox was told to decline it"
_ACCEPT, _DECLINE = "accept", "decline"


class SandboxGateway:
    """Accepts everything, unless it was told what to do with the next payments (`contract.sandbox.NextPayment`).

    A payment that is to be answered late is noted, but this once nobody is told; one to be answered twice is told once
    more among the `news`; for an unreachable gateway nothing is noted.
    """

    name = NAME
    moves_money = False

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def charge(self, key: str, amount: Money) -> Outcome:
        """Note the charge in a transaction of its own, durable before it is answered, or not.

        Raises:
            OutcomeUnknownError: it was told to be late or unreachable.
        """
        async with self._database.writing() as connection:
            outcome = _charge(connection, key, amount, self._clock.now())
        return _said(outcome)

    def charge_within(self, connection: Connection, key: str, amount: Money, now: dt.datetime) -> Outcome:
        """The same inside a transaction that is open: what renewals use, since no other system is asked."""
        return _said(_charge(connection, key, amount, now))

    async def news(self) -> Sequence[Delivery]:
        """The answers that are to be given once more."""
        with self._database.read() as connection:
            found = connection.execute(select(charges).where(charges.c.untold > 0).order_by(charges.c.created_at))
            return [Delivery(row.key, _outcome(row.status, row.reason)) for row in found]

    async def heard(self, delivery: Delivery) -> None:
        """Tell it no more."""
        async with self._database.writing() as connection:
            query = update(charges).where(charges.c.key == delivery.key, charges.c.untold > 0)
            connection.execute(query.values(untold=charges.c.untold - 1))


def _charge(connection: Connection, key: str, amount: Money, now: dt.datetime) -> Outcome | None:
    """What is answered; None for no answer."""
    found = connection.execute(select(charges.c.status, charges.c.reason).where(charges.c.key == key)).first()
    if found is not None:
        return _outcome(found.status, found.reason)
    told: NextPayment = take_next_payment(connection, key)
    if told == "unreachable":
        return None
    status, reason = (_DECLINE, REFUSED) if told == "decline" else (_ACCEPT, "")
    connection.execute(
        insert(charges).values(
            key=key,
            amount=amount.amount,
            currency=amount.currency,
            status=status,
            reason=reason,
            created_at=now,
            untold=int(told == "twice"),
        )
    )
    return None if told == "late" else _outcome(status, reason)


def _outcome(status: str, reason: str) -> Outcome:
    return Outcome(status == _ACCEPT, reason)


def _said(outcome: Outcome | None) -> Outcome:
    if outcome is None:
        message = "the sandbox was told not to answer"
        raise OutcomeUnknownError(message)
    return outcome
