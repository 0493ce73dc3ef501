"""Where the rows of the Billing area come from: invoices, payments and the payments to come."""

import asyncio
from collections.abc import Callable
from enum import StrEnum

from client.api import Client
from contract.billing import ExpectedPayment, Forecast, Invoice, Payment, PaymentsQuery
from contract.pages import MAX_LIMIT, PageQuery
from tui.presentation.invoices import PAYMENT_WORDS, Books, Paid, span, status_word, what
from tui.widgets.table.data import Query, Row, Window

__all__ = ["BillingSide", "BillingSource", "expected_row", "invoice_row", "payment_row"]


class BillingSide(StrEnum):
    """What is looked at: what was charged, what was collected, and what is to come."""

    INVOICES = "invoices"
    PAYMENTS = "payments"
    FORECAST = "forecast"


def invoice_row(invoice: Invoice) -> Row:
    """Cells in the order of the table: number, issued, what, status, total, due."""
    cells = (
        invoice.number,
        f"{invoice.issued_at:%Y-%m-%d}",
        what(invoice.lines),
        status_word(invoice),
        f"{invoice.total}",
        f"{invoice.amount_due}",
    )
    return Row(invoice.id, cells, item=invoice)


def payment_row(payment: Payment, books: Books) -> Row:
    """Cells in the order of the table: asked, what for, outcome, amount."""
    invoice = books.invoices.get(payment.invoice_id or "")
    number = invoice.number if invoice else payment.invoice_id or "a change"
    about = payment.reason or (what(invoice.lines) if invoice else "")
    said = ": ".join(filter(None, (number, about)))
    cells = (f"{payment.created_at:%Y-%m-%d}", said, PAYMENT_WORDS[payment.status], f"{payment.amount}")
    return Row(payment.id, cells, item=Paid(payment, invoice))


def expected_row(expected: ExpectedPayment) -> Row:
    """Cells in the order of the table: date, period, seats, credit, due."""
    applied = expected.credit_applied
    cells = (
        f"{expected.date:%Y-%m-%d}",
        span(expected.period_start, expected.period_end),
        f"{expected.seats:,}",
        f"{applied}" if applied.amount else "",
        f"{expected.due}",
    )
    return Row(f"{expected.date}", cells, item=expected)


class BillingSource:
    """The rows of one side. A forecast is told whole to `forecast_here` as well."""

    def __init__(
        self, client: Client, side: BillingSide, books: Books, forecast_here: Callable[[Forecast], None]
    ) -> None:
        self._client, self.side, self._books, self._told = client, side, books, forecast_here

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:  # noqa: ARG002 - nothing narrows these
        """One page, newest first, or the payments to come, the next one first.

        Raises:
            HeadcountError: what the client raises.
        """
        match self.side:
            case BillingSide.INVOICES:
                page = await self._client.invoices(PageQuery(offset=offset, limit=limit, count=True))
                self._books.keep(page.items)
                return Window([invoice_row(each) for each in page.items], page.total or 0)
            case BillingSide.PAYMENTS:
                return await self._payments(offset, limit)
            case _:
                forecast = await self._client.forecast()
                self._told(forecast)
                payments = forecast.payments
                return Window([expected_row(each) for each in payments[offset : offset + limit]], len(payments))

    async def _payments(self, offset: int, limit: int) -> Window:
        """Payments with their invoices: both lists are newest first, so that the newest invoices are enough."""
        payments, invoices = await asyncio.gather(
            self._client.payments(PaymentsQuery(offset=offset, limit=limit, count=True)),
            self._client.invoices(PageQuery(limit=min(MAX_LIMIT, offset + limit))),
        )
        self._books.keep(invoices.items)
        return Window([payment_row(each, self._books) for each in payments.items], payments.total or 0)
