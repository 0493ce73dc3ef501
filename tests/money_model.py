"""A second implementation of what changes cost and do, for the tests alone: integers, calendars and D7–D16.

It shares nothing with the server: no rounding, no calendar, no plans. Where the two differ, one is wrong.
"""

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from money_state import Promise, State, half_up, months_on

UP = {
    "non-commercial": {"professional", "business", "enterprise"},
    "professional": {"professional", "business", "enterprise"},
    "business": {"business", "enterprise"},
    "enterprise": {"enterprise"},
}
RETRIES = (1, 3, 5, 7)
ONE_DAY = dt.timedelta(days=1)


class Refused(Exception):  # noqa: N818 - it is an answer
    """What the rules refuse, with the code they refuse it with."""


def refuse(code: str) -> NoReturn:
    """It can't be had."""
    raise Refused(code)


class Model(State):
    """One subscription as it must be, priced by hand."""

    # What a change costs.

    def ask(self, change: dict[str, Any]) -> Promise:
        """The price of a change now; raises Refused."""
        terms = {"plan", "seats", "billing_cycle"}
        name = "terms" if set(change) & terms else next(iter(change))
        promise: Promise = getattr(self, f"_{name}")(change)
        promise.parts = [part for part in promise.parts if part[0] and part[1]]
        promise.net = sum(half_up(unit * quantity * left, days) for quantity, unit, left, days in promise.parts)
        promise.tax = half_up(promise.net * self.tax_rate, 10_000)
        promise.applied = min(self.credit, promise.total)
        promise.due = promise.total - promise.applied
        promise.basis, promise.made, promise.change = self.basis(change), self.now, change
        return promise

    def ask_or_refuse(self, change: dict[str, Any]) -> Promise | str:
        """The price of a change, or the code of why not."""
        try:
            return self.ask(change)
        except Refused as refused:
            return str(refused)

    def basis(self, change: dict[str, Any]) -> Any:
        """What a price and its effect depend on."""
        terms = (self.plan, self.cycle, self.status, self.start, self.end, self.unit, self.ends, self.credit)
        payees: list[str] = []
        if change.get("pay_users") == "all":
            payees = self.waiting
        elif "pay_users" in change:
            payees = [key for key in change["pay_users"] if key in self.waiting]
        return (*terms, self.seats, self.scheduled, self.active, len(self.waiting), sorted(payees))

    def _running(self) -> None:
        if self.status != "active":
            refuse("subscription_not_active")

    def _left(self, end: dt.date | None = None) -> int:
        return ((end or self.end) - self.today).days

    def _terms(self, change: dict[str, Any]) -> Promise:
        plan, cycle = change.get("plan", self.plan), change.get("billing_cycle", self.cycle)
        if self.plan == "non-commercial":
            if "plan" not in change:
                refuse("plan_has_no_sub_accounts")
            start = {"plan": plan, "billing_cycle": change.get("billing_cycle", "monthly")}
            return self._start({"start": start | ({"seats": change["seats"]} if change.get("seats") else {})})
        self._running()
        if (plan, cycle) == (self.plan, self.cycle):
            if "seats" not in change:
                refuse("nothing_to_change")
            return self._seats(change["seats"])
        if plan not in UP[self.plan]:
            refuse("reduction_needs_contact")
        if (plan, cycle) not in self.prices:
            refuse("cycle_not_offered")
        if (self.cycle, cycle) == ("annual", "monthly"):
            refuse("reduction_needs_contact")
        if self.ends and cycle != self.cycle:
            refuse("subscription_not_active")
        if "seats" in change and plan == "professional":
            refuse("seats_follow_users")
        return self._other_cycle(plan, change) if cycle != self.cycle else self._other_plan(plan, change)

    def _seats(self, wanted: int) -> Promise:
        if self.follow:
            refuse("seats_follow_users")
        if wanted < self.seats and wanted < self.listed:
            refuse("seats_below_users")
        if wanted < self.seats and self.ends:
            refuse("subscription_not_active")
        if wanted == (self.seats if self.scheduled is None else self.scheduled):
            refuse("nothing_to_change")
        if wanted < self.seats:
            return Promise([], {"scheduled": wanted})
        part = (wanted - self.seats, self.unit or 0, self._left(), self.days)
        return Promise([part], {"seats": wanted, "scheduled": None})

    def _other_plan(self, plan: str, change: dict[str, Any]) -> Promise:
        unit, wanted = self.prices[plan, self.cycle], change.get("seats")
        if self.ends and wanted is not None and wanted < self.seats:
            refuse("subscription_not_active")
        quantity = max(self.seats, wanted or 0)
        if wanted is not None and wanted < quantity and wanted < self.listed:
            refuse("seats_below_users")
        later = wanted if wanted is not None else self.listed if self.follow else self.scheduled
        left = self._left()
        parts = [(self.granted - self.seats, self.unit or 0, left, self.days), (quantity, unit, left, self.days)]
        scheduled = later if later is not None and later < quantity else None
        return Promise(parts, {"plan": plan, "unit": unit, "seats": quantity, "scheduled": scheduled})

    def _other_cycle(self, plan: str, change: dict[str, Any]) -> Promise:
        quantity = change.get("seats", self.next_seats)
        if quantity < self.listed:
            refuse("seats_below_users")
        after = self._period(plan, "annual", quantity)
        days = (after["end"] - after["start"]).days
        credited = (-min(self.seats - self.granted, quantity), self.unit or 0, self._left(), self.days)
        return Promise([credited, (quantity, after["unit"], days, days)], after)

    def _period(self, plan: str, cycle: str, quantity: int) -> dict[str, Any]:
        """A new period from today."""
        end = months_on(self.today, 12 if cycle == "annual" else 1, self.today.day)
        new = {"plan": plan, "cycle": cycle, "unit": self.prices[plan, cycle], "seats": quantity, "scheduled": None}
        return {**new, "start": self.today, "end": end, "anchor": self.today.day, "status": "active"}

    def _start(self, change: dict[str, Any]) -> Promise:
        start = change["start"]
        plan, cycle = start["plan"], start.get("billing_cycle", "monthly")
        if self.plan != "non-commercial" and self.status != "ended":
            refuse("already_subscribed")
        if plan in {"contract", "non-commercial"}:
            refuse("reduction_needs_contact")
        if (plan, cycle) not in self.prices:
            refuse("cycle_not_offered")
        if "seats" in start and plan == "professional":
            refuse("seats_follow_users")
        quantity = self.listed if plan == "professional" else start.get("seats", max(1, self.listed))
        if quantity < self.listed:
            refuse("seats_below_users")
        after = {**self._period(plan, cycle, quantity), "ends": False}
        days = (after["end"] - after["start"]).days
        return self._with_unpaid(Promise([(quantity, after["unit"], days, days)], after), self.today)

    def _with_unpaid(self, promise: Promise, paid_from: dt.date | None = None) -> Promise:
        """The same with the days that were used and never paid for, as lines before the others."""
        seats, until = self.owed or (0, self.end)
        promise.served = self.unpaid((seats, min(until, paid_from or until)))
        promise.parts[:0] = [(each[2], each[3], (each[1] - each[0]).days, each[4]) for each in promise.served]
        promise.after |= {"owed": None}
        return promise

    def _pay_users(self, change: dict[str, Any]) -> Promise:
        wanted = change["pay_users"]
        chosen = self.waiting if wanted == "all" else list(dict.fromkeys(wanted))
        if any(key not in self.waiting for key in chosen):
            refuse("user_not_unpaid")
        if self.plan == "non-commercial":
            refuse("nothing_to_change")
        self._running()
        if not chosen:
            refuse("nothing_to_change")
        parts = [(len(chosen), self.unit or 0, self._left(), self.days)]
        return Promise(parts, {"seats": self.seats + len(chosen)}, chosen=chosen)

    def _pay_overdue(self, _: dict[str, Any]) -> Promise:
        if self.status == "ended" and self.owed:
            return self._with_unpaid(Promise([], {}))
        if self.status not in {"past_due", "suspended"}:
            refuse("nothing_to_change")
        after = self._next() if self.status == "past_due" else self._period(self.plan, self.cycle, self.next_seats)
        days = (after["end"] - after["start"]).days
        promise = Promise([(after["seats"], self.unit or 0, days, days)], {**after, "unit": self.unit})
        return self._with_unpaid(promise, after["start"])

    def _cancel(self, _: dict[str, Any]) -> Promise:
        if self.plan == "non-commercial" or self.status == "ended" or self.ends:
            refuse("nothing_to_change")
        if self.status == "active":
            return Promise([], {"ends": True})
        until = self.today + ONE_DAY
        owed = (self.served, until) if self.status == "past_due" and until > self.end else self.owed
        return Promise([], {"status": "ended", "scheduled": None, "leaves": owed})

    def _resume(self, _: dict[str, Any]) -> Promise:
        if self.status == "ended":
            refuse("subscription_not_active")
        if not self.ends:
            refuse("nothing_to_change")
        return Promise([], {"ends": False})

    # Doing it.

    def do(self, promise: Promise) -> None:
        """Make a change that was paid for, whatever users did in the meantime."""
        leaves = promise.after.get("leaves")
        after = {name: value for name, value in promise.after.items() if name != "leaves"}
        today = (promise.made or self.now).astimezone(ZoneInfo(self.zone)).date()
        self.held += promise.served
        if "leaves" in promise.after:
            self.leave(leaves)
        if {"unit", "start"} & set(after):
            if self.status == "active":
                self.let_go(today)
                # seats that were granted go first: nobody paid for them
                not_credited = self.seats - self.granted - after["seats"]
                if "start" in after and not_credited > 0 and self.unit:
                    self.held.append((today, self.end, not_credited, self.unit, self.days))
        elif after.get("seats", 0) > self.seats:
            self.hold(today, self.end, after["seats"] - self.seats)
        for name, value in after.items():
            setattr(self, name, value)
        if {"unit", "start"} & set(after):
            self.granted = 0
            self.hold(self.start if "start" in after else today, self.end, self.seats)
        if after.get("status") == "active" or after.get("status") == "ended":
            self.failed, self.since, self.late = 0, None, 0
        if promise.parts:
            self._pay(promise)
        self._make_room()
        self.seat(tuple(promise.chosen))

    def leave(self, owed: tuple[int, dt.date] | None) -> None:
        """What was used stays owed, unless the credit pays all of it at once."""
        served = self.unpaid(owed)
        net = sum(half_up(unit * seats * (end - start).days, days) for start, end, seats, unit, days in served)
        total = net + half_up(net * self.tax_rate, 10_000)
        self.owed = owed if total > self.credit else None
        if served and total <= self.credit and self.status == "past_due":
            self.held += served
            self.credit -= total
            self.paid.append((net, total, total, 0))

    def _make_room(self) -> None:
        """Whoever came last waits when there are more active users than seats."""
        sitting = [person for person in self.people.values() if not person.removed and person.since is None]
        for person in sorted(sitting, key=lambda each: -each.number)[: max(0, len(sitting) - self.seats)]:
            person.since = self.now

    def _pay(self, promise: Promise) -> None:
        self.credit -= promise.applied
        self.paid.append((promise.net, promise.total, promise.applied, promise.due))
        self.charged += promise.net
        self.rounded += len(promise.parts)

    # Time.

    def _next(self) -> dict[str, Any]:
        end = months_on(self.end, 12 if self.cycle == "annual" else 1, self.anchor)
        return {"start": self.end, "end": end, "seats": self.next_seats, "scheduled": None, "status": "active"}

    def renewal(self) -> Promise:
        """What the next renewal comes to."""
        after = self._next()
        days = (after["end"] - after["start"]).days
        parts = [(after["seats"], self.unit or 0, days, days)] if after["seats"] and self.unit else []
        net = sum(unit * quantity for quantity, unit, _, _ in parts)
        tax = half_up(net * self.tax_rate, 10_000)
        applied = min(self.credit, net + tax)
        return Promise(parts, after, net, tax, applied, net + tax - applied)

    def forecast(self, count: int) -> Iterator[Promise]:
        """The next renewals if nothing changes."""
        future = copy.deepcopy(self)
        for _ in range(count):
            if future.plan == "non-commercial" or future.ends or future.status in {"ended", "suspended"}:
                return
            promise = future.renewal()
            yield promise
            future._renew(promise)

    def _renew(self, promise: Promise) -> None:
        for name, value in promise.after.items():
            setattr(self, name, value)
        self.granted = 0
        self.hold(self.start, self.end, self.seats)
        self.failed, self.since, self.late = 0, None, 0
        if promise.parts:
            self._pay(promise)
        self._make_room()
        self.seat()

    @property
    def due_at(self) -> dt.datetime | None:
        """When something falls due."""
        if self.pending or self.status in {"ended", "suspended"}:
            return None
        if self.status == "past_due":
            assert self.since
            return self.since + ONE_DAY * RETRIES[self.failed - 1]
        return self.midnight(self.end)

    def wait(self, until: dt.datetime) -> None:
        """Time passes; what falls due happens at its own moment."""
        while (at := self.due_at) is not None and at <= until:
            self.now = at
            self._due(at)
        self.now = until

    def _due(self, at: dt.datetime) -> None:
        if self.ends and self.status == "active":
            self.status, self.scheduled = "ended", None
            return
        promise = self.renewal()
        if not promise.due or not self.declines:
            self._renew(promise)
            return
        self.declines -= 1
        if self.since is None:
            self.late = max(self.active, min(promise.parts[0][0], self.seats))
        self.failed, self.since = self.failed + 1, self.since or at
        self.status = "past_due"
        if self.failed > len(RETRIES):
            last = (at - dt.timedelta(microseconds=1)).astimezone(ZoneInfo(self.zone)).date()
            self.leave((self.served, last + ONE_DAY))
            self.status, self.late = "suspended", 0
