"""Invoices and payments in words: what for, every sum written out, what came of it. Pure: lines, no widgets."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from contract.billing import ExpectedPayment, Invoice, InvoiceKind, InvoiceStatus, Line, Payment, PaymentStatus
from contract.explain import Explanation, LineReading, explain
from contract.money import Money
from contract.subscription import Overview
from tui.presentation.lines import labelled, line, wrapped
from tui.presentation.text import cells, clean, fit
from tui.presentation.tones import Line as TextLine
from tui.presentation.tones import Tone, pieces
from tui.presentation.wording import count, days_until, short_day

__all__ = [
    "INVOICE_WORDS",
    "PAYMENT_WORDS",
    "Books",
    "Paid",
    "expected_lines",
    "invoice_lines",
    "money_tone",
    "payment_lines",
    "span",
    "status_tone",
    "status_word",
    "title_of",
    "what",
]

INVOICE_WORDS = {InvoiceStatus.PAID: "✓ paid", InvoiceStatus.OPEN: "! open", InvoiceStatus.VOID: "- void"}
"""An invoice's status as every list shows it: sign and word."""

CREDITED = "✓ credit"
"""The same for a credit note: there is nothing to pay, and what it gives back is kept as credit."""

PAYMENT_WORDS = {
    PaymentStatus.SUCCEEDED: "✓ paid",
    PaymentStatus.DECLINED: "! refused",
    PaymentStatus.ASKED: "○ no answer",
}
"""The same for a payment."""

_TONES: dict[str, Tone] = {
    INVOICE_WORDS[InvoiceStatus.PAID]: "ok",
    INVOICE_WORDS[InvoiceStatus.OPEN]: "bad",
    INVOICE_WORDS[InvoiceStatus.VOID]: "dim",
    CREDITED: "ok",
    PAYMENT_WORDS[PaymentStatus.DECLINED]: "bad",
    PAYMENT_WORDS[PaymentStatus.ASKED]: "warn",
}


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


def status_word(invoice: Invoice) -> str:
    """An invoice's status as every list shows it."""
    return CREDITED if invoice.kind is InvoiceKind.CREDIT_NOTE else INVOICE_WORDS[invoice.status]


def title_of(invoice: Invoice) -> str:
    """`Invoice INV-00012`, `Credit note CN-00001`."""
    return f"{'Credit note' if invoice.kind is InvoiceKind.CREDIT_NOTE else 'Invoice'} {clean(invoice.number, 40)}"


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


def status_tone(cell: str) -> Tone:
    """How a status cell looks, of an invoice or of a payment."""
    return _TONES.get(cell, "")


def money_tone(cell: str) -> Tone:
    """What is given back looks like a credit; what is charged needs no colour."""
    return "ok" if " -" in cell else ""


def _moment(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _row(label: str, amount: Money, width: int, tone: str = "") -> list[TextLine]:
    """Words on the left, an amount at the right edge; words that are too long take rows of their own before it."""
    figure = f"{amount}"
    room = width - cells(figure) - 2
    *before, last = _wrapped(label, tone, max(10, room))
    shown = last[0][0]
    return [*before, line((fit(shown, max(10, room)), tone), "  ", (figure, tone))]


def _wrapped(text: str, tone: str, width: int, hang: int = 2) -> list[list[tuple[str, str]]]:
    """A text as rows of one piece each."""
    rows = wrapped((text, tone), width, hang)
    return [[("".join(piece for piece, _ in pieces(row)), tone)] for row in rows]


# Invoices.


def invoice_lines(invoice: Invoice, books: Books, width: int) -> list[TextLine]:
    """All of an invoice: each line with its sum written out, what it comes to, what was paid, and whether it is so."""
    explained = explain(invoice)
    word = status_word(invoice)
    lines: list[TextLine] = [
        labelled("Status", (f"{word}{_meaning(invoice)}", status_tone(word))),
        labelled("Issued", _moment(invoice.issued_at)),
    ]
    if invoice.kind is InvoiceKind.CREDIT_NOTE and invoice.credits:
        lines.append(labelled("Credits", ", ".join(books.number(number) for number in invoice.credits)))
    for reading in explained.lines:
        lines += ["", *_line_rows(reading, books, width)]
    lines += ["", *_sums(invoice, width)]
    if invoice.payments:
        lines += ["", *(row for payment in invoice.payments for row in _payment_rows(payment, width))]
    return [*lines, "", *_verdict(explained, width)]


def _meaning(invoice: Invoice) -> str:
    if invoice.status is InvoiceStatus.VOID:
        return ": replaced, nothing is charged"
    return ": not paid yet" if invoice.status is InvoiceStatus.OPEN else ""


def _line_rows(reading: LineReading, books: Books, width: int) -> Iterator[TextLine]:
    """One line: what for and how much, for which days, the sum, and which invoices it gives back."""
    found = reading.line
    words = clean(found.description) or count(found.quantity, "seat")
    yield from _row(words, found.amount, width, "strong")
    about = [span(found.service_start, found.service_end), clean(reading.steps, 400), *_credits(found, books)]
    for text in about:
        yield from _wrapped(f"  {text}", "dim", width, 4)
    for share in found.shares if len(found.shares) > 1 else ():
        yield from _row(f"  {clean(share.name, 120)}", share.amount, width, "dim")
    for finding in reading.findings:
        yield from _wrapped(f"! {clean(finding, 400)}", "bad", width)


def _credits(found: Line, books: Books) -> list[str]:
    numbers = ", ".join(books.number(each) for each in found.credits)
    return [f"refunds what {numbers} had charged"] if numbers else []


def _sums(invoice: Invoice | ExpectedPayment, width: int) -> Iterator[TextLine]:
    """Net, tax, total, credit and due, an amount a row."""
    rate = invoice.tax_rate if isinstance(invoice, Invoice) else 0
    percent = f" {rate / 100:g}%" if rate else ""
    yield from _row("Net", invoice.net, width)
    yield from _row(f"Tax{percent}", invoice.tax, width)
    yield from _row("Total", invoice.total, width)
    applied = invoice.credit_applied
    if applied.amount > 0:
        yield from _row("Paid from credit", Money(amount=-applied.amount, currency=applied.currency), width, "ok")
    elif applied.amount < 0:
        yield from _row("Kept as credit", Money(amount=-applied.amount, currency=applied.currency), width, "ok")
    if isinstance(invoice, ExpectedPayment):
        yield from _row("Due", invoice.due, width, "strong")
        return
    if invoice.amount_paid.amount:
        paid = Money(amount=-invoice.amount_paid.amount, currency=invoice.amount_paid.currency)
        yield from _row("Paid", paid, width, "ok")
    yield from _row("Due", invoice.amount_due, width, "strong")


def _payment_rows(payment: Payment, width: int) -> Iterator[TextLine]:
    word = PAYMENT_WORDS[payment.status]
    yield line((word, status_tone(word) or "ok"), f"  {payment.amount}  ", (_moment(payment.created_at), "dim"))
    if payment.reason:
        yield from _wrapped(f"  {clean(payment.reason, 300)}", "", width)


def _verdict(explained: Explanation, width: int) -> list[TextLine]:
    """One line when all is well; else everything that is not."""
    if explained.adds_up:
        sealed = ", and nothing was changed since it was sealed" if explained.sealed else ""
        return [*_wrapped(f"✓ Every line adds up{sealed}.", "ok", width)]
    rows = _wrapped("! This invoice does not add up:", "bad", width)
    for finding in explained.findings:
        rows += _wrapped(f"! {clean(finding, 400)}", "bad", width)
    return [*rows]


# Payments.


def payment_lines(paid: Paid, overview: Overview | None, width: int) -> list[TextLine]:
    """All of a payment: what for, what came of it and why, and what that means."""
    payment, invoice = paid.payment, paid.invoice
    word = PAYMENT_WORDS[payment.status]
    lines = [
        labelled("Amount", (f"{payment.amount}", "strong")),
        labelled("Outcome", (word, status_tone(word) or "ok")),
    ]
    if payment.reason:
        lines.append(labelled("Reason", (clean(payment.reason, 500), "bad")))
    lines.append(labelled("Asked", _moment(payment.created_at)))
    if payment.settled_at:
        lines.append(labelled("Answered", _moment(payment.settled_at)))
    lines.append(labelled("Asked of", clean(payment.gateway, 60)))
    if invoice:
        now = status_word(invoice)
        lines.append(labelled("Invoice", [clean(invoice.number, 40), "  ", (now, status_tone(now) or "ok")]))
        lines.append(labelled("For", clean(what(invoice.lines))))
    elif payment.invoice_id:
        lines.append(labelled("Invoice", clean(payment.invoice_id, 60)))
    words, tone = _outcome(payment, invoice, overview)
    return [*lines, "", *_wrapped(words, tone, width, 0)]


def _outcome(payment: Payment, invoice: Invoice | None, overview: Overview | None) -> tuple[str, str]:
    """What it means, in a sentence."""
    if payment.status is PaymentStatus.SUCCEEDED:
        return ("Collected; it is not charged again.", "dim")
    if payment.status is PaymentStatus.ASKED:
        return ("No answer yet: Headcount keeps asking whether it was collected.", "warn")
    if payment.invoice_id is None:
        return ("Nothing was charged, and the change it was for was not made.", "dim")
    if invoice and invoice.status is InvoiceStatus.PAID:
        return ("This attempt charged nothing; a later one paid the invoice.", "dim")
    subscription = overview.subscription if overview else None
    if invoice and invoice.status is InvoiceStatus.OPEN and subscription and subscription.retry_at:
        return (f"Nothing was charged. It will be tried again on {_moment(subscription.retry_at)}.", "warn")
    return ("Nothing was charged.", "dim")


# What is to come.


def expected_lines(expected: ExpectedPayment, today: dt.date, width: int) -> list[TextLine]:
    """All of a payment to come."""
    lines: list[TextLine] = [
        labelled("Asked for", f"{expected.date}, {days_until(expected.date, today)}"),
        labelled("Period", span(expected.period_start, expected.period_end)),
        labelled("Seats", f"{expected.seats:,}"),
    ]
    for reading in explain(_as_invoice(expected)).lines:
        lines += ["", *_line_rows(reading, Books(), width)]
    return [*lines, "", *_sums(expected, width), "", ("An estimate, if nothing changes.", "dim")]


def _as_invoice(expected: ExpectedPayment) -> Invoice:
    """The invoice a payment to come will have, for its lines to be recomputed."""
    issued = dt.datetime.combine(expected.date, dt.time(), dt.UTC)
    return Invoice(
        id="inv_0",
        number="",
        issued_at=issued,
        status=InvoiceStatus.OPEN,
        lines=expected.lines,
        net=expected.net,
        tax=expected.tax,
        total=expected.total,
        credit_applied=expected.credit_applied,
        amount_paid=Money(amount=0, currency=expected.due.currency),
        amount_due=expected.due,
    )
