"""Saying that an address belongs to an account outside: limited, and told to the organisation's owner (D18, D25).

Whether somebody has an account elsewhere is nobody's business, and yet who adds them has to learn that they must be
asked. So it is said where it is about to be done, after everything else that could be in the way; an organisation is
told of `MOST_TOLD` addresses an hour that it does not ask; and each leaves an event. Once a request is sent to an
address, it counts no more.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from contract.events import EventKind, EventObject
from contract.problems import ProblemCode
from server.domain.outside import MOST_TOLD, TOLD_TIME, left_to_tell, wait_to_tell
from server.http.problems import ServerProblem
from server.platform.transaction import Unit
from server.store import limits, transfers
from server.store.types import Connection

ASK_INSTEAD = (
    "Some of these addresses belong to accounts outside, which must be asked. All or none does not tell which: "
    "take best effort."
)


class Told:
    """What one command may say of addresses outside, and has said; `keep` writes that down."""

    def __init__(self, unit: Unit, outside: Collection[str]) -> None:
        """`outside` are the keys of those that are: whoever was asked, or said to be so before, is nothing new."""
        self._unit = unit
        known = limits.told(unit.connection, unit.organisation_id, unit.now - TOLD_TIME)
        self._times, self._new = list(known.values()), dict[str, str]()
        self._known, self._outside = set(known), list(outside)
        self._free: set[str] | None = None

    @property
    def may_say(self) -> bool:
        """Whether it may be told of one more."""
        return left_to_tell(self._times, self._unit.now) > len(self._new)

    def is_free(self, key: str) -> bool:
        """Whether saying that this one is outside tells nothing new.

        Looked up at the first that is reached, so that no refusal before takes longer for who is outside.
        """
        if self._free is None:
            pending = transfers.pending_to(self._unit.connection, self._unit.subscription_id, self._outside)
            self._free = self._known | pending
        return key in self._free

    def say(self, key: str, email: str) -> None:
        """This one is outside."""
        if not self.is_free(key):
            self._new[key] = email

    def keep(self) -> None:
        """Count what was said, with an event for each, in this transaction."""
        _keep(self._unit, self._new)
        self._new = {}

    def leaves(self) -> Callable[[Connection], None]:
        """The same for a command that is refused and undone: the `leaves` of its problem."""
        unit, new = self._unit, self._new

        def write(connection: Connection) -> None:
            again = replace(unit, connection=connection, drafts=[], letters=[])
            _keep(again, new)
            again.record()

        return write

    def refusal(self) -> ServerProblem:
        """Nothing may be said of any address that is new here, whoever it belongs to."""
        times = [*self._times, *([self._unit.now] * len(self._new))]
        return ServerProblem(
            ProblemCode.RATE_LIMITED,
            f"{MOST_TOLD} addresses of the last hour belong to accounts outside and were not asked: send them transfer "
            "requests first, or wait.",
            retry_after=wait_to_tell(times, self._unit.now),
        )


def _keep(unit: Unit, told: dict[str, str]) -> None:
    if not told:
        return
    limits.tell(unit.connection, unit.organisation_id, list(told), unit.now, unit.now - TOLD_TIME)
    for email in told.values():
        subject = EventObject(type="address", id=email, label=email, attributes={"email": email})
        unit.emit(EventKind.ADDRESS_OUTSIDE, subject)
