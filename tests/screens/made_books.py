"""A year of invoices, payments and payments to come, and the app over them: for how billing looks, to the cent.

What a real server answers is the matter of the stories; here every number is known beforehand.
"""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from answers import (
    NOW,
    eur,
    make_expected,
    make_forecast,
    make_invoice,
    make_line,
    make_overview,
    make_payment,
    make_subscription,
)

from client.profile import Profile, open_client
from contract.base import Answer
from contract.billing import Factor, Forecast, Invoice, InvoiceKind, InvoiceStatus, Line, Payment, PaymentStatus
from contract.explain import seal_of
from contract.subscription import Overview, Plan, PlanKind, SubscriptionStatus
from tui.app import HeadcountApp
from tui.runtime.session import Session
from tui.runtime.settings import Screen, Settings

DECEMBER = dt.date(2026, 12, 1)
CONTRACT = Plan(id="contract", name="Contract", kind=PlanKind.CONTRACT, sub_accounts=True)
FREE = Plan(id="non-commercial", name="Non-commercial", kind=PlanKind.FREE, sub_accounts=False)


class _Silence(httpx.AsyncByteStream):
    """Events that never come."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b": hello\n\n"
        await asyncio.Event().wait()


@dataclass
class MadeBooks(httpx.AsyncBaseTransport):
    """A server that has exactly these answers. `held` answers wait."""

    overview: Overview = field(default_factory=make_overview)
    invoices: Sequence[Invoice] = ()
    payments: Sequence[Payment] = ()
    forecast: Forecast = field(default_factory=make_forecast)
    held: str = ""
    asked: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer from what there is."""
        where = request.url.path
        self.asked.append(where)
        if self.held and self.held in where:
            await asyncio.Event().wait()
        if where.endswith("/stream"):
            headers = {"Content-Type": "text/event-stream"}
            return httpx.Response(200, headers=headers, stream=_Silence(), request=request)
        return httpx.Response(200, content=self._answer(where, request.url.params), request=request, headers=_JSON)

    def _answer(self, where: str, asked: httpx.QueryParams) -> bytes:
        if where == "/v1/overview":
            return self.overview.model_dump_json().encode()
        if where == "/v1/forecast":
            return self.forecast.model_dump_json().encode()
        found: Sequence[Answer] = self.invoices if where == "/v1/invoices" else self.payments
        if where not in {"/v1/invoices", "/v1/payments"}:
            found = ()
        offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 100))
        items = [each.model_dump(mode="json") for each in found[offset : offset + limit]]
        return json.dumps({"items": items, "total": len(found)}).encode()


_JSON = {"Content-Type": "application/json"}


def made_app(books: MadeBooks, folder: Path, **options: Any) -> HeadcountApp:
    """The app over these books; its state goes to `folder`."""
    client = open_client(Profile(url="http://localhost:8000"), transport=books)
    session = Session(client, "acme-prod")
    settings = Settings(screen=Screen(theme=options.pop("theme", "dark")))
    return HeadcountApp(session, settings, state_dir=folder, **options)


def _sealed(invoice: Invoice) -> Invoice:
    return invoice.model_copy(update={"seal": seal_of(invoice)})


def renewal(month: int, seats: int, *, status: InvoiceStatus = InvoiceStatus.PAID, **facts: Any) -> Invoice:
    """The renewal on the first of a month of 2026."""
    start, end = dt.date(2026, month, 1), dt.date(2026 + month // 12, month % 12 + 1, 1)
    days = (end - start).days
    amount = eur(600 * seats)
    line = make_line(
        description=f"Business: renewal, {seats} seats",
        quantity=seats,
        factor=Factor(numerator=days, denominator=days),
        service_start=start,
        service_end=end,
        period_start=start,
        period_end=end,
        amount=amount,
    )
    return _issued(month, dt.datetime(2026, month, 1, 0, 5, tzinfo=dt.UTC), (line,), status, **facts)


def _issued(number: int, issued: dt.datetime, lines: tuple[Line, ...], status: InvoiceStatus, **facts: Any) -> Invoice:
    """An invoice over lines, with 19 % tax, and one payment for what is due."""
    net = sum(line.amount.amount for line in lines)
    tax = round(net * 0.19)
    credit = min(0, net + tax)
    due = eur(net + tax - credit)
    invoice_id = f"inv_{number}"
    paid = make_payment(id=f"pay_{number}", amount=due, created_at=issued, settled_at=issued, invoice_id=invoice_id)
    note = net + tax < 0
    named = {
        "kind": InvoiceKind.CREDIT_NOTE if note else InvoiceKind.INVOICE,
        "number": "CN-00001" if note else f"INV-{number:05d}",
        "credits": tuple(dict.fromkeys(number for line in lines for number in line.credits)),
    }
    sums = {"net": eur(net), "tax_rate": 1900, "tax": eur(tax), "total": eur(net + tax)}
    defaults: dict[str, Any] = {
        "id": invoice_id,
        **named,
        "issued_at": issued,
        "status": status,
        "lines": lines,
        **sums,
        "credit_applied": eur(credit),
        "due": due,
        "payments": (paid,) if status is InvoiceStatus.PAID and due.amount else (),
    }
    return _sealed(make_invoice(**{**defaults, **facts}))


def declined(number: int, amount: int, reason: str, when: dt.datetime, invoice_id: str | None = None) -> Payment:
    """A payment that was refused."""
    return make_payment(
        id=f"pay_d{number}",
        amount=eur(amount),
        status=PaymentStatus.DECLINED,
        reason=reason,
        created_at=when,
        settled_at=when,
        invoice_id=invoice_id,
    )


def plan_change() -> Invoice:
    """From Professional to Business on 21 November: less is charged than given back, and the rest is kept."""
    back = make_line(
        description="Professional: credit for 36 seats",
        quantity=-36,
        unit_price=eur(1500),
        amount=eur(-18000),
        credits=("inv_11",),
    )
    charge = make_line(description="Business: 36 seats", quantity=36, amount=eur(7200))
    return _issued(13, NOW, (back, charge), InvoiceStatus.PAID)


def seven_seats() -> Invoice:
    """Seven seats for the last eleven days of November: a sum that has to be rounded."""
    line = make_line(
        description="Business: 7 seats added",
        quantity=7,
        unit_price=eur(599),
        factor=Factor(numerator=11, denominator=30),
        service_start=dt.date(2026, 11, 20),
        amount=eur(1537),
    )
    return _issued(12, dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC), (line,), InvoiceStatus.PAID)


def year(*, upto: int = 11) -> list[Invoice]:
    """Renewals of the year, the newest first."""
    return [renewal(month, 20 + month + month // 3) for month in range(upto, 0, -1)]


def usual() -> MadeBooks:
    """A year that went well, one payment refused, a change of the plan, and a credit for the next payments."""
    invoices = [plan_change(), seven_seats(), *year()]
    paid = [payment for invoice in invoices for payment in invoice.payments]
    refused = declined(1, 3000, "The card has expired.", dt.datetime(2026, 11, 20, 9, 20, tzinfo=dt.UTC))
    payments = sorted([*paid, refused], key=lambda each: each.created_at, reverse=True)
    return MadeBooks(
        overview=make_overview(subscription=make_subscription(credit=eur(12852))),
        invoices=invoices,
        payments=payments,
        forecast=with_credit(12852),
    )


def with_credit(cents: int) -> Forecast:
    """Twelve months of 39 seats, the first of them paid from credit as far as it goes; 41 seats from June on."""
    left = cents
    payments = []
    for month in range(12):
        seats = 39 if month < 6 else 52
        total = 600 * seats
        used = min(left, total)
        left -= used
        plain = make_expected(month)
        line = plain.lines[0].model_copy(
            update={"description": f"Business: renewal, {seats} seats", "quantity": seats, "amount": eur(total)}
        )
        sums = {"net": eur(total), "total": eur(total), "credit_applied": eur(used), "due": eur(total - used)}
        payments.append(plain.model_copy(update={"seats": seats, "lines": (line,), **sums}))
    return make_forecast(payments=tuple(payments), credit=eur(cents))


def past_due() -> MadeBooks:
    """The renewal of 1 December was refused twice; today is the third."""
    today = dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC)
    unpaid = renewal(12, 39, status=InvoiceStatus.OPEN)
    reasons = ("The bank refused the payment.", "The card has too little money on it.")
    tries = tuple(
        declined(
            number, unpaid.amount_due.amount, reason, dt.datetime(2026, 12, number, 0, 5, tzinfo=dt.UTC), unpaid.id
        )
        for number, reason in enumerate(reasons, 1)
    )
    unpaid = _sealed(unpaid.model_copy(update={"payments": tries}))
    invoices = [unpaid, *year()]
    subscription = make_subscription(
        status=SubscriptionStatus.PAST_DUE,
        period_start=DECEMBER,
        period_end=dt.date(2027, 1, 1),
        overdue=unpaid.amount_due,
        retry_at=dt.datetime(2026, 12, 4, 0, 5, tzinfo=dt.UTC),
        suspended_at=dt.datetime(2026, 12, 8, 0, 5, tzinfo=dt.UTC),
    )
    return MadeBooks(
        overview=make_overview(subscription=subscription, as_of=today),
        invoices=invoices,
        payments=[*reversed(tries), *(payment for invoice in invoices[1:] for payment in invoice.payments)],
        forecast=make_forecast(payments=tuple(make_expected(month) for month in range(1, 13)), as_of=today),
    )
