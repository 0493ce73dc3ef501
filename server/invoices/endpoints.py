"""`GET /v1/invoices` and one of them, `/v1/payments`, `/v1/forecast`."""

import datetime as dt
from itertools import islice

from contract.billing import ExpectedPayment, Forecast, ForecastQuery, Invoice, Payment, PaymentsQuery
from contract.money import Money
from contract.operation import Operation
from contract.operations import FORECAST, GET_INVOICE, LIST_INVOICES, LIST_PAYMENTS
from contract.pages import Page, PageQuery
from contract.subscription import SubscriptionStatus
from server.domain.periods import local_date
from server.domain.renewal import Renewal, next_price, renewals
from server.http import cursors
from server.http.call import Call, Handler
from server.http.problems import not_found
from server.store import invoices, payments, subscriptions
from server.store.types import from_microseconds, to_microseconds
from server.subscription.reading import standing_of

_NEWEST = "payments.newest"
_SORT = "-serial"


def list_invoices(call: Call) -> Page[Invoice]:
    """A page of invoices, newest first."""
    query: PageQuery = call.query
    after = int(cursors.decode(query.cursor, _SORT, (int,))[0]) if query.cursor else None
    rows = invoices.page(
        call.connection, call.organisation_id, limit=query.limit + 1, after=after, offset=query.offset or 0
    )
    has_more, rows = len(rows) > query.limit, rows[: query.limit]
    return Page[Invoice](
        items=tuple(invoices.as_invoices(call.connection, rows)),
        next_cursor=cursors.encode(_SORT, [rows[-1].serial]) if has_more else None,
        has_more=has_more,
        total=invoices.count(call.connection, call.organisation_id) if query.count else None,
    )


def get_invoice(call: Call) -> Invoice:
    """One invoice of the caller's own organisation."""
    found = invoices.find(call.connection, call.organisation_id, call.id)
    if found is None:
        raise not_found()
    return found


def list_payments(call: Call) -> Page[Payment]:
    """A page of payments, newest first, those that were refused included."""
    query: PaymentsQuery = call.query
    after = None
    if query.cursor:
        at, payment_id = cursors.decode(query.cursor, _NEWEST, (int, str))
        after = (from_microseconds(int(at)), str(payment_id))
    rows = payments.page(
        call.connection, call.organisation_id, limit=query.limit + 1, after=after, offset=query.offset or 0
    )
    has_more, rows = len(rows) > query.limit, rows[: query.limit]
    last = (to_microseconds(rows[-1].created_at), rows[-1].id) if has_more else ()
    return Page[Payment](
        items=tuple(payments.as_payment(row) for row in rows),
        next_cursor=cursors.encode(_NEWEST, last) if has_more else None,
        has_more=has_more,
        total=payments.count(call.connection, call.organisation_id) if query.count else None,
    )


def show_forecast(call: Call) -> Forecast:
    """The next payments if nothing changes: each is the renewal that will come, done without doing it (D13)."""
    query: ForecastQuery = call.query
    row = subscriptions.get(call.connection, call.subscription_id)
    catalogue = call.services.catalogue
    standing = standing_of(row, catalogue)
    expected = islice(renewals(standing, catalogue.market(row.currency)), query.count)
    retry = local_date(row.retry_at, row.time_zone) if row.retry_at else None
    return Forecast(
        as_of=call.now,
        payments=tuple(
            _expected(found, retry if place == 0 and retry else found.period.start)
            for place, found in enumerate(expected)
        ),
        ends=row.period_end if row.cancel_at_period_end or row.status == SubscriptionStatus.ENDED.value else None,
        credit=Money(amount=row.credit, currency=row.currency) if row.credit else None,
        price_change=next_price(standing),
    )


def _expected(found: Renewal, date: dt.date) -> ExpectedPayment:
    charge = found.charge
    return ExpectedPayment(
        date=date,
        period_start=found.period.start,
        period_end=found.period.end,
        seats=found.after.seats.paid,
        lines=charge.lines,
        net=charge.net,
        tax=charge.tax,
        total=charge.total,
        credit_applied=charge.credit_applied,
        due=charge.due,
    )


HANDLERS: dict[Operation, Handler] = {
    LIST_INVOICES: list_invoices,
    GET_INVOICE: get_invoice,
    LIST_PAYMENTS: list_payments,
    FORECAST: show_forecast,
}
