"""The seats, periods, invoices and weeks of a past, by the same rules as the present."""

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, insert

from contract.billing import InvoiceStatus
from contract.events import EventKind, EventObject
from contract.money import Money
from contract.subscription import BillingCycle, SubscriptionStatus
from server.catalogue import Catalogue
from server.domain.periods import Period, next_period, start_of_day
from server.domain.pricing import Charge, Facts, price_of_renewal, price_seats
from server.domain.seats import Seats
from server.ids import new_id
from server.payments.sandbox import NAME as GATEWAY
from server.store import invoices, payments
from server.store.tables import sandbox_charges
from server.store.usage import WEEKS, week_of
from server.unit import SERVER, Unit

_WEEK = dt.timedelta(weeks=1)


class Books:
    """What one subscription has and pays, moving forward in time with its `unit`."""

    def __init__(self, unit: Unit, row: Row[Any], catalogue: Catalogue) -> None:
        self.unit = unit
        self.seats = Seats(row.seats, row.high_water)
        self.period = Period(row.period_start, row.period_end)
        self._zone = row.time_zone
        self._plan = catalogue.offer(row.plan)
        self._cycle = BillingCycle(row.billing_cycle)
        self._price = Money(amount=row.unit_price, currency=row.currency)
        self._anchor = row.anchor_day
        self._tax_rate = catalogue.tax_rate
        self._weeks: dict[dt.date, tuple[int, int]] = {}

    @property
    def renews_at(self) -> dt.datetime:
        """When the next period begins."""
        return start_of_day(self.period.end, self._zone)

    def pass_until(self, moment: dt.datetime) -> None:
        """Let the time pass, noting the seats of every week on the way; `moment` must be before the renewal."""
        assert self.unit.now <= moment, f"{moment} is before {self.unit.now}"
        week = week_of(self.unit.now.date())
        while week <= moment.date():
            self._note(week)
            week += _WEEK
        self.unit.now = moment

    def listed(self, count: int, *, active: bool) -> None:
        """So many users more (or fewer), active or not."""
        name = "active" if active else "not_paid"
        self.seats = replace(self.seats, **{name: getattr(self.seats, name) + count})
        self._note(week_of(self.unit.now.date()))

    def start(self) -> None:
        """Pay for the first period."""
        self._pay(price_of_renewal(self._facts(), self.period))

    def buy(self, wanted: int) -> None:
        """More seats from now on, paid for the rest of the period (D7)."""
        change = price_seats(self._facts(), wanted, self.unit.now.date())
        number = self._pay(change.charge)
        self._tell(EventKind.SEATS_ADDED, wanted, self.unit.now.date(), amount=str(change.charge.total), invoice=number)
        self.seats = change.after
        self._note(week_of(self.unit.now.date()))

    def schedule(self, wanted: int) -> None:
        """Fewer seats at the renewal (D8)."""
        self._tell(EventKind.SEATS_REDUCTION_SCHEDULED, wanted, self.period.end)
        self.seats = self.seats.reduced(wanted)

    def keep(self) -> None:
        """The reduction taken back."""
        self._tell(EventKind.SEATS_REDUCTION_CANCELLED, self.seats.paid, self.period.end)
        self.seats = self.seats.kept()

    def renew(self) -> None:
        """The next period, with everybody in it (D13)."""
        self.pass_until(self.renews_at)
        following = next_period(self.period, self._cycle, self._anchor)
        self.unit.actor = SERVER
        charge = price_of_renewal(self._facts(), following)
        number = self._pay(charge)
        before, self.seats, self.period = self.seats, self.seats.renewed(), following
        self._note(week_of(self.unit.now.date()))
        label = f"{self.seats.paid} seats until {following.end}"
        attributes = {"seats": self.seats.paid, "amount": str(charge.total), "invoice": number}
        attributes |= {"period_start": following.start.isoformat(), "period_end": following.end.isoformat()}
        subject = EventObject(type="subscription", id=self.unit.subscription_id, label=label, attributes=attributes)
        self.unit.emit(EventKind.SUBSCRIPTION_RENEWED, subject, {"seats": before.paid})

    def weeks(self) -> list[dict[str, Any]]:
        """The rows of seat use, as many as are kept."""
        newest = sorted(self._weeks)[-WEEKS:]
        name = self.unit.subscription_id
        return [
            {"subscription_id": name, "week": week, "used": self._weeks[week][0], "paid": self._weeks[week][1]}
            for week in newest
        ]

    def state(self) -> dict[str, Any]:
        """The columns of the subscription as it is now."""
        return {
            "period_start": self.period.start,
            "period_end": self.period.end,
            "seats": self.seats.paid,
            "high_water": self.seats.high_water,
            "scheduled_seats": self.seats.scheduled,
            "users_active": self.seats.active,
            "users_not_paid": self.seats.not_paid,
        }

    def _note(self, week: dt.date) -> None:
        used, paid = self._weeks.get(week, (0, 0))
        self._weeks[week] = (max(used, self.seats.active), max(paid, self.seats.paid))

    def _facts(self) -> Facts:
        return Facts(
            plan=self._plan.name,
            plan_kind=self._plan.kind,
            status=SubscriptionStatus.ACTIVE,
            period=self.period,
            seats=self.seats,
            unit_price=self._price,
            tax_rate=self._tax_rate,
        )

    def _pay(self, charge: Charge) -> str:
        """A paid invoice with its payment and the gateway's own note; answers the invoice's number."""
        unit, payment_id = self.unit, new_id("pay")
        invoice_id = invoices.issue(
            unit.connection,
            charge,
            organisation_id=unit.organisation_id,
            subscription_id=unit.subscription_id,
            status=InvoiceStatus.PAID,
            tax_rate=self._tax_rate,
            now=unit.now,
        )
        payments.insert_asked(
            unit.connection,
            payment_id,
            organisation_id=unit.organisation_id,
            account_id=unit.actor.account_id,
            amount=charge.total,
            gateway=GATEWAY,
            now=unit.now,
            invoice_id=invoice_id,
        )
        payments.settle(unit.connection, payment_id, accepted=True, reason="", invoice_id=invoice_id, now=unit.now)
        note = {"key": payment_id, "amount": charge.total.amount, "currency": charge.total.currency}
        unit.connection.execute(insert(sandbox_charges).values(**note, status="accept", reason="", created_at=unit.now))
        found = invoices.find(unit.connection, unit.organisation_id, invoice_id)
        assert found is not None
        attributes = {"amount": str(charge.total), "invoice": found.number}
        subject = EventObject(type="payment", id=payment_id, label=str(charge.total), attributes=attributes)
        unit.emit(EventKind.PAYMENT_SUCCEEDED, subject)
        return found.number

    def _tell(self, kind: EventKind, wanted: int, effective: dt.date, **more: str) -> None:
        before = self.seats.paid if self.seats.scheduled is None else self.seats.scheduled
        subject = EventObject(
            type="subscription",
            id=self.unit.subscription_id,
            label=f"{before} → {wanted} seats",
            attributes={"from": before, "to": wanted, "effective": effective.isoformat(), **more},
        )
        self.unit.emit(kind, subject, {"seats": before})
