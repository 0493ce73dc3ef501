"""A subscription with its users as it must be, for the tests alone: who sits where, and what was had day by day."""

import calendar
import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Prices = dict[tuple[str, str], int]
Part = tuple[int, int, int, int]
"""Quantity, unit price, days left, days of the period."""


def half_up(numerator: int, denominator: int) -> int:
    """A quotient to the nearest whole number, halves away from zero."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def months_on(day: dt.date, months: int, anchor: int) -> dt.date:
    """The anchor day some months later, or the last day of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return dt.date(year, month, min(anchor, calendar.monthrange(year, month)[1]))


@dataclass
class Person:
    """A user. `since` is when the wait began, None with a seat; `until` is when a removal is final."""

    name: str
    number: int
    since: dt.datetime | None = None
    removed: bool = False
    until: dt.datetime | None = None


@dataclass
class Promise:
    """What a quote must say: its parts, and the terms afterwards."""

    parts: list[Part]
    after: dict[str, Any]
    net: int = 0
    tax: int = 0
    applied: int = 0
    due: int = 0
    chosen: list[str] = field(default_factory=list)
    basis: Any = None
    made: dt.datetime | None = None
    change: dict[str, Any] = field(default_factory=dict)
    confirmed: bool = False
    served: list[tuple[dt.date, dt.date, int, int, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Net and tax."""
        return self.net + self.tax


@dataclass
class State:
    """One subscription as it must be. `declines` is how many of the next payments are refused."""

    prices: Prices
    zone: str
    tax_rate: int
    now: dt.datetime
    plan: str
    cycle: str
    start: dt.date
    end: dt.date
    anchor: int
    seats: int
    unit: int | None
    status: str = "active"
    scheduled: int | None = None
    ends: bool = False
    credit: int = 0
    people: dict[str, Person] = field(default_factory=dict)
    declines: int = 0
    paid: list[tuple[int, int, int, int]] = field(default_factory=list)
    failed: int = 0
    since: dt.datetime | None = None
    pending: bool = False
    held: list[tuple[dt.date, dt.date, int, int, int]] = field(default_factory=list)
    rounded: int = 0
    charged: int = 0
    granted: int = 0
    late: int = 0
    owed: tuple[int, dt.date] | None = None

    def __post_init__(self) -> None:
        """What was granted of the first period was never charged; the rest as if it had been paid for exactly."""
        self.hold(self.start, self.end, self.seats - self.granted)
        self.given = self.worth

    # Who and when.

    @property
    def today(self) -> dt.date:
        """The day it is where the subscription is."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def days(self) -> int:
        """Of the whole period."""
        return (self.end - self.start).days

    @property
    def follow(self) -> bool:
        """Whether users are seats (D14)."""
        return self.plan == "professional"

    @property
    def waiting(self) -> list[str]:
        """Who has no seat, the longest wait first."""
        found = [(each.since, each.number, key) for key, each in self.people.items() if each.since and not each.removed]
        return [key for _, _, key in sorted(found)]

    @property
    def listed(self) -> int:
        """All users."""
        return sum(not each.removed for each in self.people.values())

    @property
    def active(self) -> int:
        """Those with a seat."""
        return self.listed - len(self.waiting)

    @property
    def next_seats(self) -> int:
        """How many the renewal takes (D13, D14)."""
        if self.plan == "non-commercial":
            return self.seats
        return max(self.kept, self.listed, self.late if self.status == "past_due" else 0)

    @property
    def kept(self) -> int:
        """How many it keeps even if nobody takes them."""
        return 0 if self.follow else self.seats if self.scheduled is None else self.scheduled

    @property
    def served(self) -> int:
        """How many are served although the renewal was refused."""
        return max(self.kept, self.active, self.late)

    @property
    def first_end(self) -> dt.date:
        """When the period ends that runs, whether or not it is paid for."""
        end = self.end
        while self.midnight(end) <= self.now:
            end = months_on(end, 12 if self.cycle == "annual" else 1, self.anchor)
        return end

    def unpaid(self, owed: tuple[int, dt.date] | None) -> list[tuple[dt.date, dt.date, int, int, int]]:
        """Days that were used and not paid for since the end of the period: start, end, seats, price, days of it."""
        found: list[tuple[dt.date, dt.date, int, int, int]] = []
        (seats, until), start = owed or (0, self.end), self.end
        while start < until:
            end = months_on(start, 12 if self.cycle == "annual" else 1, self.anchor)
            found.append((start, min(end, until), seats, self.unit or 0, (end - start).days))
            start = end
        return [each for each in found if each[2] and each[3]]

    def midnight(self, day: dt.date) -> dt.datetime:
        """When a day begins there."""
        return dt.datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone)).astimezone(dt.UTC)

    def seat(self, chosen: tuple[str, ...] = ()) -> None:
        """Give free seats to those chosen, then to those who wait longest (D15, D16)."""
        for key in [*(key for key in chosen if key in self.waiting), *self.waiting]:
            if self.active < self.seats:
                self.people[key].since = None

    # Users.

    def add(self, key: str, name: str) -> None:
        """Somebody new, on a free seat if there is one."""
        free = self.active < self.seats
        self.people[key] = Person(name, len(self.people), None if free else self.now)
        self.late = max(self.late, self.active) if self.status == "past_due" else self.late

    def remove(self, key: str) -> None:
        """Somebody goes until the period ends."""
        person = self.people[key]
        person.removed, person.until = True, None if self.status == "ended" else self.midnight(self.first_end)
        self.seat()

    def restorable(self, key: str) -> bool:
        """Whether a removal can be taken back (D19)."""
        until = self.people[key].until
        return until is not None and self.now < until and self.status != "ended" and self.active < self.seats

    def restore(self, key: str) -> None:
        """Somebody comes back to a seat."""
        self.people[key].removed, self.people[key].since, self.people[key].until = False, None, None
        self.late = max(self.late, self.active) if self.status == "past_due" else self.late

    # What was had, day by day.

    def hold(self, start: dt.date, end: dt.date, quantity: int) -> None:
        """So many seats for some days, at today's price."""
        if quantity and self.unit:
            self.held.append((start, end, quantity, self.unit, self.days))

    def let_go(self, day: dt.date) -> None:
        """From a day on the seats of this period are had no longer: they are given back."""
        cut = [(each[0], min(each[1], max(day, each[0])), *each[2:]) for each in self.held]
        self.held = [each for each in cut if each[0] < each[1]]

    @property
    def worth(self) -> Fraction:
        """The exact price of every seat for every day it was paid for."""
        return sum(
            (Fraction(quantity * unit * (end - start).days, days) for start, end, quantity, unit, days in self.held),
            Fraction(0),
        )
