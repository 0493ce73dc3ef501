"""Who of those that may be listed is let in: by the room there is, the limit of who asks, and what may be said (D25).

In this order for each: an address outside is looked at last, so that no other refusal tells whether it is one.
"""

from collections.abc import Sequence
from typing import TypeAlias

from contract.problems import ProblemCode
from server.catalogue import Catalogue
from server.http.problems import ServerProblem
from server.limits.outside_addresses import ASK_INSTEAD, Told
from server.limits.spending import may_list, refuse_users
from server.platform.transaction import Unit
from server.users.seat_assignment import Listing

Verdicts: TypeAlias = list[Listing | ServerProblem]


class Gate:
    """Lets people in one by one. `room` is how many places there are, None for any number; `full` the refusal then.

    `asks`: whoever is outside is sent a request in the same transaction, so that saying so tells nothing more.
    """

    def __init__(
        self,
        unit: Unit,
        catalogue: Catalogue,
        account_id: str | None,
        wanted: Sequence[Listing | ServerProblem],
        *,
        room: int | None,
        full: ServerProblem,
        leaving: int = 0,
        asks: bool = False,
    ) -> None:
        coming = [each for each in wanted if isinstance(each, Listing)]
        self._coming, self._room, self._full = coming, room, full
        self._within = may_list(unit, catalogue, account_id, len(coming), leaving) if coming else None
        self._over = None
        if self._within is not None and self._within < len(coming):
            self._over = refuse_users(unit, catalogue, account_id, len(coming) - leaving)
        self._asks = asks
        self.told = Told(unit, [each.email_key for each in coming if each.outside])

    def check_all(self) -> ServerProblem | None:
        """Why not all of them can come at once, but for those outside."""
        if self._room is not None and len(self._coming) > self._room:
            return self._full
        return self._over

    def admit(self, listing: Listing) -> Listing | ServerProblem:
        """One of them; whoever is let in takes a place."""
        if self._room == 0:
            return self._full
        if self._within == 0 and self._over is not None:
            return self._over
        if listing.outside and (self._asks or self.told.is_free(listing.email_key)):
            return ServerProblem(ProblemCode.NEEDS_TRANSFER)
        if not listing.account_id and not self._asks and not self.told.may_say:
            return self.told.refusal()
        if listing.outside:
            self.told.say(listing.email_key, listing.email)
            return ServerProblem(ProblemCode.NEEDS_TRANSFER)
        self._room = None if self._room is None else self._room - 1
        self._within = None if self._within is None else self._within - 1
        return listing

    def admitted(self, listing: Listing) -> Listing:
        """The same of one that nothing is in the way of.

        Raises:
            ServerProblem: something is.
        """
        found = self.admit(listing)
        if isinstance(found, ServerProblem):
            raise found
        return found

    def check_outside(self, request_id: str | None) -> None:
        """Refuse all or none where somebody is outside. Of more than one, it is not said who, and counts as one.

        Raises:
            ServerProblem: `needs_transfer`, `not_done` or `rate_limited`.
        """
        outside = [each for each in self._coming if each.outside]
        if not outside:
            return
        strangers = [each for each in self._coming if not each.account_id]
        if len(self._coming) == 1:
            found = self.admit(outside[0])
            assert isinstance(found, ServerProblem)
            found.leaves = self.told.leaves()
            raise found
        if strangers and not self.told.may_say:
            raise self.told.refusal()
        self.told.say(f"all or none {request_id}", f"one of {len(self._coming):,} addresses")
        raise ServerProblem(ProblemCode.NOT_DONE, ASK_INSTEAD, leaves=self.told.leaves())
