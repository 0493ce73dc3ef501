"""What the server asks of whoever moves the money."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from sqlalchemy import Connection

from contract.money import Money


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a charge ended. A refused one has a reason for people."""

    accepted: bool
    reason: str = ""


class Gateway(Protocol):
    """Charges an amount once per key.

    Asked again with a key it has seen, a gateway answers what it answered and moves nothing: that is what makes a crash
    between "asked to pay" and "paid" end in one charge. It raises when it does not know the outcome; the payment then
    stays asked, and is settled by asking again with the same key.
    """

    @property
    def name(self) -> str:
        """How payments name it."""

    @property
    def moves_money(self) -> bool:
        """Whether a charge is more than a note in a ledger."""

    async def charge(self, key: str, amount: Money) -> Outcome:
        """Collect an amount of more than zero under a key that names the payment for good."""


@runtime_checkable
class LocalGateway(Gateway, Protocol):
    """A gateway whose ledger is in our own database, so that a charge can be part of a transaction."""

    def charge_within(self, connection: Connection, key: str, amount: Money) -> Outcome:
        """The same as `charge`, decided and noted inside this transaction."""
