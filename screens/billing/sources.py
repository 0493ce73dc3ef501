"""Where the rows of the Billing area come from: invoices, payments and the payments to come."""

import asyncio
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from client.api import Client
from contract.billing import (
    ExpectedPayment,
    Forecast,
    Invoice,
    InvoiceStatus,
    Line,
    Payment,
    PaymentsQuery,
    PaymentStatus,
)
from contract.pages import MAX_LIMIT, PageQuery
from tui.presentation.text import clean
from tui.presentation.wording import count, short_day
from tui.widgets.table.data import Query, Row, Window

__all__ = [
    "INVOICE_WORDS",
    "PAYMENT_WORDS",
    "BillingSide",
    "BillingSource",
    "Books",
    "Paid",
    "expected_row",
    "invoice_row",
    "payment_row",
    "span",
    "what",
]


class BillingSide(StrEnum):
    """What is looked at: what was charged, what was collected, and what is to come."""

    INVOICES = "invoices"
    PAYMENTS = "payments"
    FORECAST = "forecast"


INVOICE_WORDS = {InvoiceStatus.PAID: "✓ paid", InvoiceStatus.OPEN: "! open", InvoiceStatus.VOID: "- void"}
"""An invoice's status as every list shows it: sign and word."""

PAYMENT_WORDS = {
    PaymentStatus.SUCCEEDED: "✓ paid",
    PaymentStatus.DECLINED: "! refused",
    PaymentStatus.ASKED: "○ no answer",
}
"""The same for a payment."""


@dataclass(slots=True)
class Books:
    """The invoices seen so far, by id: a payment and a credit name an invoice by its id, people by its number."""

    invoices: dict[str, Invoice] = field(default_factory=dict)

    def keep(self, invoices: Sequence[Invoice]) -> None:
        """Remember them as they are now."""
        self.invoices |= {invoice.id: invoice for invoice in invoices}

    def number(self, invoice_id: str) -> str:
        """The number of an invoice, or its id while it has not been seen; safe to show."""
        found = self.invoices.get(invoice_id)
        return clean(found.number if found else invoice_id, 40)


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, and the invoice it was for, if there is one."""

    payment: Payment
    invoice: Invoice | None = None


_ONLY_SEATS = re.compile(r"[\d,]+ seats?")


def what(lines: Sequence[Line]) -> str:
    """What lines are for, in a few words: `6 seats added`, `seats for 3 users`, `change to Business, 36 seats`.

    The plan's name before a colon is left out where the rest says enough.
    """
    charged = [line for line in lines if line.quantity > 0]
    if not charged:
        return _plainly(lines[0].description) if lines else "nothing"
    if len(charged) > 1 and all(line.user_id for line in charged):
        return f"seats for {count(len(charged), 'user')}"
    first = charged[0].description or count(charged[0].quantity, "seat")
    if len(charged) < len(lines):
        return f"change to {first.replace(': ', ', ', 1)}"
    more = f" and {count(len(charged) - 1, 'more line')}" if len(charged) > 1 else ""
    return _plainly(first) + more


def _plainly(description: str) -> str:
    _, colon, rest = description.partition(": ")
    return rest if colon and not _ONLY_SEATS.fullmatch(rest) else description


def span(start: dt.date, end: dt.date) -> str:
    """The days of `[start, end)` by their first and last: `1 – 31 Dec 2026`, `15 Dec 2026 – 14 Jan 2027`."""
    last = end - dt.timedelta(days=1)
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day} – {short_day(last)} {last.year}"
    first = short_day(start) if start.year == last.year else f"{short_day(start)} {start.year}"
    return f"{first} – {short_day(last)} {last.year}"


def invoice_row(invoice: Invoice) -> Row:
    """Cells in the order of the table: number, issued, what, status, total."""
    cells = (
        invoice.number,
        f"{invoice.issued_at:%Y-%m-%d}",
        what(invoice.lines),
        INVOICE_WORDS[invoice.status],
        f"{invoice.total}",
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
