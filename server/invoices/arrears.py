"""Leaving what was used and not paid for as an invoice that stays open (D13)."""

import datetime as dt
from dataclasses import replace

from contract.billing import InvoiceStatus
from server.catalogue import Catalogue
from server.domain.arrears import arrears_lines, arrears_of
from server.domain.periods import local_date
from server.invoices.issuing import issue
from server.platform.transaction import Unit
from server.store import invoices, subscriptions
from server.store.types import AnyRow
from server.subscription.reading import standing_of

_INSTANT = dt.timedelta(microseconds=1)


def leave_owed(unit: Unit, catalogue: Catalogue, row: AnyRow, until: dt.date | None = None) -> None:
    """End service that was not paid for: the invoice of the whole period is void, that of the days used stays open.

    `row` is the subscription's from before it ended. `until` is the day after the last one it was used on; by default
    that of now. What a credit pays all of is paid at once. What was left owed before, by losing access, stays as it is.
    """
    standing = standing_of(row, catalogue)
    if standing.owed is not None:
        return
    invoices.void_open(unit.connection, row.id)
    until = until or local_date(unit.now - _INSTANT, row.time_zone) + dt.timedelta(days=1)
    owed = arrears_of(standing, until)
    if owed is None:
        subscriptions.change(unit.connection, row.id, late_seats=None, served_until=None)
        return
    charge = standing.charge(arrears_lines(replace(standing, owed=owed)), catalogue.market(row.currency))
    is_open = charge.due.amount > 0
    status = InvoiceStatus.OPEN if is_open else InvoiceStatus.PAID
    issue(unit, charge, status=status, tax_rate=catalogue.tax_rate)
    subscriptions.change(
        unit.connection,
        row.id,
        late_seats=owed.seats if is_open else None,
        served_until=owed.until if is_open else None,
        credit=row.credit if is_open else row.credit - charge.credit_applied.amount,
    )
