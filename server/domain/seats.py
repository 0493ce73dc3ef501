"""Seats: how many are paid for now, how many at the renewal, and who sits on them (D7–D9, D13–D16)."""

from dataclasses import dataclass, replace

from contract.problems import ProblemCode
from server.domain.errors import Refusal


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of one subscription in its current period. Every transition returns a new value.

    `high_water` is the most paid for in this period, `scheduled` a lower number that waits for the renewal.
    With `follow_users` the renewal takes the users listed, whatever was bought (D14). `granted` of the seats were given
    for this period and not sold. `late` is how many users were active at once since a renewal was refused: its period
    has begun, so it is for no fewer (D13).
    """

    paid: int
    high_water: int
    scheduled: int | None = None
    active: int = 0
    not_paid: int = 0
    follow_users: bool = False
    granted: int = 0
    late: int = 0

    @property
    def listed(self) -> int:
        """All users, active or not."""
        return self.active + self.not_paid

    @property
    def free(self) -> int:
        """Paid seats nobody sits on."""
        return self.paid - self.active

    @property
    def held(self) -> int:
        """Everything that is paid for in this period: the high-water mark, or the seats if they are more (D9)."""
        return max(self.high_water, self.paid)

    @property
    def invoiced(self) -> int:
        """How many of these were charged: what may be credited. What was granted never is."""
        return self.held - self.granted

    @property
    def at_renewal(self) -> int:
        """The next quantity: the larger of the scheduled seats and the users listed (D13)."""
        return max(self.kept_seats, self.listed, self.late)

    @property
    def kept_seats(self) -> int:
        """Seats that the renewal keeps even if nobody takes them; none where seats follow users (D14)."""
        if self.follow_users:
            return 0
        return self.paid if self.scheduled is None else self.scheduled

    @property
    def in_service(self) -> int:
        """Seats that are served although their renewal was refused: who is NOT PAID is not served (D13)."""
        return max(self.kept_seats, self.active, self.late)

    @property
    def free_until_renewal(self) -> int:
        """How many of the free seats go away at the renewal if nobody takes them."""
        return max(0, self.paid - self.at_renewal)

    def chargeable(self, wanted: int) -> int:
        """How many of the wanted seats are above everything already paid for in this period (D9)."""
        return max(0, wanted - self.held)

    def raised(self, wanted: int) -> "Seats":
        """More seats from now on (D7): a scheduled reduction is off, and free seats go to unpaid users (D16)."""
        if wanted < self.paid:
            message = f"{wanted} is not more than the {self.paid} seats there are"
            raise ValueError(message)
        return replace(self, paid=wanted, high_water=max(self.high_water, wanted), scheduled=None).seated()

    def reduced(self, wanted: int) -> "Seats":
        """Fewer seats from the renewal on (D8). Refused below the users listed, saying how many must go first."""
        if wanted < self.listed:
            alone = self.listed == 1
            listed = "1 user is" if alone else f"{self.listed} users are"
            leaving = "that one" if alone else f"{self.listed - wanted} of them"
            raise Refusal(
                ProblemCode.SEATS_BELOW_USERS,
                f"{listed} listed: remove {leaving} first",
                users_listed=self.listed,
                must_remove=self.listed - wanted,
            )
        return replace(self, scheduled=wanted)

    def kept(self) -> "Seats":
        """A scheduled reduction taken back; costs nothing."""
        return replace(self, scheduled=None)

    def seated(self) -> "Seats":
        """As many unpaid users on free seats as there are (D16)."""
        moving = min(self.not_paid, max(0, self.free))
        return replace(self, active=self.active + moving, not_paid=self.not_paid - moving)

    def began(self, quantity: int, *, follow_users: bool | None = None) -> "Seats":
        """The first day of a period that so many seats were paid for: what was scheduled is done (D13)."""
        follow = self.follow_users if follow_users is None else follow_users
        active = min(quantity, self.listed)
        waiting = self.listed - active
        return Seats(quantity, quantity, active=active, not_paid=waiting, follow_users=follow)

    def paying(self, users: int) -> "Seats":
        """So many of the unpaid users get a seat of their own for the rest of the period (D15)."""
        if users > self.not_paid:
            message = f"{users} users are to be paid for, {self.not_paid} are not paid"
            raise ValueError(message)
        paid = self.paid + users
        high_water = max(self.high_water, paid)
        active, not_paid = self.active + users, self.not_paid - users
        return replace(self, paid=paid, high_water=high_water, active=active, not_paid=not_paid)

    def violations(self) -> tuple[str, ...]:
        """Which of the invariants between seats and users do not hold (D16), as sentences."""
        scheduled = self.paid if self.scheduled is None else self.scheduled
        checks = {
            f"{self.active} users are active on {self.paid} seats": self.active > self.paid,
            f"{self.not_paid} users are not paid while {self.free} seats are free": self.not_paid > 0 and self.free > 0,
            f"{self.paid} seats are above the high-water mark of {self.high_water}": self.paid > self.high_water,
            f"{scheduled} seats scheduled are not below the {self.paid} there are": scheduled > self.paid
            or self.scheduled == self.paid,
            f"{self.granted} seats are granted of {self.held}": self.granted > self.held,
            "a count is negative": min(self.granted, self.paid, self.active, self.not_paid, scheduled) < 0,
        }
        return tuple(sentence for sentence, broken in checks.items() if broken)
