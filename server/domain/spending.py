"""What an admin's monthly limit counts: payments made now, and by how much the next renewal grows (before D28)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from contract.subscription import SubscriptionStatus
from server.domain.plans import Market
from server.domain.renewal import renewal
from server.domain.subscription_state import Standing

_WAITS_FOR_PAYMENT = {SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED}


def next_renewal(standing: Standing, market: Market) -> int:
    """What the next renewal charges, with tax, in minor units; 0 where none will come.

    It is the renewal's own price, before a credit pays some of it: who uses a credit up spends it too. One that is
    suspended is priced as if it ran, because what is owed there is what a renewal asks for.
    """
    if standing.status in _WAITS_FOR_PAYMENT:
        standing = replace(standing, status=SubscriptionStatus.ACTIVE)
    return renewal(standing, market).charge.total.amount if standing.renews else 0


def with_users(standing: Standing, more: int) -> Standing:
    """The same with so many more users listed, or fewer."""
    seats = standing.seats
    return replace(standing, seats=replace(seats, active=0, not_paid=max(0, seats.listed + more)))


def growth(standing: Standing, more: int, market: Market) -> int:
    """By how much the next renewal grows with so many more users, in minor units."""
    return next_renewal(with_users(standing, more), market) - next_renewal(standing, market)


def most_users(standing: Standing, wanted: int, room: int, market: Market, leaving: int = 0) -> int:
    """How many of those wanted may come, once `leaving` have gone, if the renewal may grow by `room` minor units."""
    fit, least = wanted, 0
    while least < fit:
        middle = (least + fit + 1) // 2
        if growth(standing, middle - leaving, market) <= room:
            least = middle
        else:
            fit = middle - 1
    return least


@dataclass(frozen=True, slots=True)
class Allowance:
    """One limit of a month with what counts against it, in minor units: an account's, or a token's own.

    `paid` is what it has paid. `added` is by how much it has made each renewal larger, by its day: what it took off
    again, or takes off later, is less than nothing there, and gives back no more than it had added.
    """

    limit: int
    paid: int = 0
    added: Mapping[dt.date, int] | None = None
    of_token: bool = False

    @property
    def spent(self) -> int:
        """All that counts this month."""
        return self.after(0, 0, dt.date.min)

    @property
    def left(self) -> int:
        """What may still be spent: never below nothing."""
        return max(0, self.limit - self.spent)

    def after(self, now: int, renewal: int, on: dt.date) -> int:
        """What will count once so much is paid now and the renewal of that day grows by so much."""
        added = dict(self.added or {})
        added[on] = added.get(on, 0) + renewal
        return self.paid + now + sum(max(0, each) for each in added.values())

    def allows(self, now: int, renewal: int, on: dt.date) -> bool:
        """Whether that is within the limit; what makes nothing larger always is."""
        after = self.after(now, renewal, on)
        return after <= max(self.limit, self.spent)

    def room(self, on: dt.date) -> int:
        """By how much the renewal of a day may grow if nothing is paid now."""
        here = (self.added or {}).get(on, 0)
        return max(0, self.limit - self.spent) + max(0, here) - here


@dataclass(frozen=True, slots=True)
class Allowances:
    """All limits that hold at once, one or more: each has to allow it."""

    each: tuple[Allowance, ...]

    @property
    def tightest(self) -> Allowance:
        """The one of which least is left."""
        return min(self.each, key=lambda one: one.left)

    def allows(self, now: int, renewal: int, on: dt.date) -> bool:
        """Whether that is within all of them."""
        return all(one.allows(now, renewal, on) for one in self.each)

    def deciding(self, now: int, renewal: int, on: dt.date) -> Allowance:
        """The one to speak of: that refuses it, or else the tightest."""
        refusing = [one for one in self.each if not one.allows(now, renewal, on)]
        return min(refusing, key=lambda one: one.left) if refusing else self.tightest

    def room(self, on: dt.date) -> int:
        """By how much the renewal of a day may grow if nothing is paid now."""
        return min(one.room(on) for one in self.each)
