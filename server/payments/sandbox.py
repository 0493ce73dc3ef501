"""The sandbox gateway: no money moves. It notes each charge in a ledger of its own, once per key."""

from sqlalchemy import Connection, insert, select, update

from contract.money import Money
from server.clock import Clock
from server.payments.gateway import Outcome
from server.store.database import Database
from server.store.tables import sandbox_charges, sandbox_state

NAME = "sandbox"
REFUSED = "The sandbox was told to decline it"
_ACCEPT, _DECLINE = "accept", "decline"


class SandboxGateway:
    """Accepts everything, except the one payment after somebody said `next: decline`."""

    name = NAME
    moves_money = False

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def charge(self, key: str, amount: Money) -> Outcome:
        """Note the charge in a transaction of its own, durable before it is answered."""
        with self._database.write() as connection:
            return self.charge_within(connection, key, amount)

    def charge_within(self, connection: Connection, key: str, amount: Money) -> Outcome:
        """The same inside a transaction that is open: what renewals use, since no other system is asked."""
        found = connection.execute(
            select(sandbox_charges.c.status, sandbox_charges.c.reason).where(sandbox_charges.c.key == key)
        ).first()
        if found is None:
            declined = _take_decline(connection)
            status, reason = (_DECLINE, REFUSED) if declined else (_ACCEPT, "")
            connection.execute(
                insert(sandbox_charges).values(
                    key=key,
                    amount=amount.amount,
                    currency=amount.currency,
                    status=status,
                    reason=reason,
                    created_at=self._clock.now(),
                )
            )
            return Outcome(not declined, reason)
        return Outcome(found.status == _ACCEPT, found.reason)


def _take_decline(connection: Connection) -> bool:
    taken = connection.execute(
        update(sandbox_state).where(sandbox_state.c.next_payment == _DECLINE).values(next_payment=_ACCEPT)
    )
    return taken.rowcount > 0
