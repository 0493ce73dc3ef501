"""The seats, periods, invoices and weeks of a past, by the same rules as the present."""

import datetime as dt
from dataclasses import replace
from typing import Any

from contract.billing import InvoiceStatus
from contract.events import EventKind, EventObject
from contract.quotes import Change
from server.catalogue import Catalogue
from server.domain.charging import Charge
from server.domain.periods import Period, start_of_day
from server.domain.pricing import price_change
from server.domain.renewal import renewal
from server.domain.seats import Seats
from server.invoices.issuing import issue
from server.payments.sandbox import NAME as GATEWAY
from server.platform.ids import new_id
from server.platform.transaction import SERVER, Unit
from server.store import payments, sandbox
from server.store.types import AnyRow
from server.store.usage import WEEKS, week_of
from server.subscription.reading import standing_of

_WEEK = dt.timedelta(weeks=1)


class Books:
    """What one subscription has and pays, moving forward in time with its `unit`."""

    def __init__(self, unit: Unit, row: AnyRow, catalogue: Catalogue) -> None:
        self.unit = unit
        self._standing = standing_of(row, catalogue)
        self._market = catalogue.market(row.currency)
        self._zone = row.time_zone
        self._weeks: dict[dt.date, tuple[int, int]] = {}

    @property
    def seats(self) -> Seats:
        """The seats as they are."""
        return self._standing.seats

    @seats.setter
    def seats(self, seats: Seats) -> None:
        self._standing = replace(self._standing, seats=seats)

    @property
    def period(self) -> Period:
        """The period as it is."""
        return self._standing.period

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
        """Pay for the first period: its seats are not granted then."""
        self._pay(renewal(self._standing, self._market, self.period).charge)
        self.seats = replace(self.seats, granted=0)

    def buy(self, wanted: int) -> None:
        """More seats from now on, paid for the rest of the period (D7)."""
        change = price_change(self._standing, Change(seats=wanted), self.unit.now.date(), self._market)
        number = self._pay(change.charge)
        self._tell(EventKind.SEATS_ADDED, wanted, self.unit.now.date(), amount=str(change.charge.due), invoice=number)
        self._standing = change.after
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
        self.unit.actor = SERVER
        found = renewal(self._standing, self._market)
        number, before = self._pay(found.charge), self.seats
        self._standing = found.after
        self._note(week_of(self.unit.now.date()))
        label = f"{self.seats.paid} seats until {self.period.end}, {found.charge.due}"
        attributes = {"from": before.paid, "to": self.seats.paid, "amount": str(found.charge.due), "invoice": number}
        attributes |= {"period_start": self.period.start.isoformat(), "period_end": self.period.end.isoformat()}
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
            "granted_seats": self.seats.granted,
            "scheduled_seats": self.seats.scheduled,
            "users_active": self.seats.active,
            "users_not_paid": self.seats.not_paid,
        }

    def _note(self, week: dt.date) -> None:
        used, paid = self._weeks.get(week, (0, 0))
        self._weeks[week] = (max(used, self.seats.active), max(paid, self.seats.paid))

    def _pay(self, charge: Charge) -> str:
        """A paid invoice with its payment and the gateway's own note; answers the invoice's number."""
        unit, payment_id = self.unit, new_id("pay")
        invoice = issue(unit, charge, status=InvoiceStatus.PAID, tax_rate=self._market.tax_rate)
        payments.insert_asked(
            unit.connection,
            payment_id,
            organisation_id=unit.organisation_id,
            account_id=unit.actor.account_id,
            amount=charge.due,
            gateway=GATEWAY,
            now=unit.now,
            invoice_id=invoice.id,
        )
        payments.settle(unit.connection, payment_id, accepted=True, reason="", invoice_id=invoice.id, now=unit.now)
        sandbox.add_charge(unit.connection, payment_id, charge.due, "accept", now=unit.now)
        attributes = {"amount": str(charge.due), "invoice": invoice.number}
        subject = EventObject(type="payment", id=payment_id, label=str(charge.due), attributes=attributes)
        unit.emit(EventKind.PAYMENT_SUCCEEDED, subject)
        return invoice.number

    def _tell(self, kind: EventKind, wanted: int, effective: dt.date, **more: str) -> None:
        before = self.seats.paid if self.seats.scheduled is None else self.seats.scheduled
        subject = EventObject(
            type="subscription",
            id=self.unit.subscription_id,
            label=f"{before} → {wanted} seats",
            attributes={"from": before, "to": wanted, "effective": effective.isoformat(), **more},
        )
        self.unit.emit(kind, subject, {"seats": before})
