"""What the server asks of whoever moves the money, and what it may be told."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from contract.money import Money
from server.store.types import Connection

PATIENCE = 20.0
"""Seconds a gateway has to answer one question: less than a client waits for us."""


class OutcomeUnknownError(Exception):
    """The gateway did not say how a charge ended. It may have been made: ask again, with the same key."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a charge ended. A refused one has a reason for people."""

    accepted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An answer that a gateway gives by itself, later or once more: how the charge with this key ended."""

    key: str
    outcome: Outcome


class Gateway(Protocol):
    """Charges an amount once per key.

    Asked again with a key it has seen, a gateway answers what it answered and moves nothing: that is what makes a crash
    between "asked to pay" and "paid" end in one charge. It raises when it does not know the outcome
    (`OutcomeUnknownError`, or whatever its library raises); the payment then stays in the outbox, and is settled by
    asking again with the same key.
    """

    @property
    def name(self) -> str:
        """How payments name it."""

    @property
    def moves_money(self) -> bool:
        """Whether a charge is more than a note in a ledger."""

    async def charge(self, key: str, amount: Money) -> Outcome:
        """Collect an amount of more than zero under a key that names the payment for good."""


async def ask(gateway: Gateway, key: str, amount: Money) -> Outcome:
    """Charge, and wait for the answer as long as one should.

    Raises:
        OutcomeUnknownError: there was none; or whatever else the gateway raises, which means the same.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return await gateway.charge(key, amount)
    except TimeoutError as error:
        message = f"{gateway.name} did not answer"
        raise OutcomeUnknownError(message) from error


@runtime_checkable
class LocalGateway(Gateway, Protocol):
    """A gateway whose ledger is in our own database, so that a charge can be part of a transaction."""

    def charge_within(self, connection: Connection, key: str, amount: Money, now: dt.datetime) -> Outcome:
        """The same as `charge`, decided and noted inside this transaction, at a moment.

        Raises:
            OutcomeUnknownError: it did not answer; what it noted stays, so the transaction goes on.
        """


@runtime_checkable
class TellingGateway(Gateway, Protocol):
    """A gateway that also tells by itself how charges ended (a webhook, a file of the day), each at least once."""

    async def news(self) -> Sequence[Delivery]:
        """What it has told and nobody has `heard` yet, oldest first."""

    async def heard(self, delivery: Delivery) -> None:
        """One of its news has been acted on and committed: it need not be told again."""
