"""The sandbox gateway: no money moves. It notes each charge in a ledger of its own, once per key."""

import datetime as dt
from collections.abc import Sequence

from contract.money import Money
from server.payments.gateway import Delivery, Outcome, OutcomeUnknownError
from server.platform.clock import Clock
from server.store import sandbox
from server.store.database import Database
from server.store.types import Connection

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
            return [Delivery(row.key, _outcome(row.status, row.reason)) for row in sandbox.untold(connection)]

    async def heard(self, delivery: Delivery) -> None:
        """Tell it no more."""
        async with self._database.writing() as connection:
            sandbox.told(connection, delivery.key)


def _charge(connection: Connection, key: str, amount: Money, now: dt.datetime) -> Outcome | None:
    """What is answered; None for no answer."""
    found = sandbox.charge(connection, key)
    if found is not None:
        return _outcome(found.status, found.reason)
    told = sandbox.take_next_payment(connection, key)
    if told == "unreachable":
        return None
    status, reason = (_DECLINE, REFUSED) if told == "decline" else (_ACCEPT, "")
    sandbox.add_charge(connection, key, amount, status, now=now, reason=reason, untold=int(told == "twice"))
    return None if told == "late" else _outcome(status, reason)


def _outcome(status: str, reason: str) -> Outcome:
    return Outcome(status == _ACCEPT, reason)


def _said(outcome: Outcome | None) -> Outcome:
    if outcome is None:
        message = "the sandbox was told not to answer"
        raise OutcomeUnknownError(message)
    return outcome
