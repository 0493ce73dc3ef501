"""What the Billing area says: every sum written out, what is overdue, what comes next. Pure: lines, no widgets."""

import datetime as dt
from collections.abc import Iterator

from contract.billing import ExpectedPayment, Forecast, Invoice, InvoiceStatus, Line, Payment, PaymentStatus
from contract.explain import Explanation, LineReading, explain
from contract.money import Money
from contract.subscription import Overview, PlanKind, Subscription, SubscriptionStatus
from screens.billing.sources import INVOICE_WORDS, PAYMENT_WORDS, BillingSide, Books, Paid, span, what
from screens.shared.detail import labelled
from tui.presentation.attention import day_of
from tui.presentation.lines import line, wrapped
from tui.presentation.text import cells, clean, fit
from tui.presentation.tones import Line as TextLine
from tui.presentation.tones import Tone, pieces
from tui.presentation.wording import count, days_until, short_day

__all__ = [
    "empty_sentence",
    "expected_lines",
    "forecast_sentences",
    "invoice_lines",
    "money_tone",
    "overdue_sentences",
    "payment_lines",
    "status_tone",
]

_TONES: dict[str, Tone] = {
    INVOICE_WORDS[InvoiceStatus.PAID]: "ok",
    INVOICE_WORDS[InvoiceStatus.OPEN]: "bad",
    INVOICE_WORDS[InvoiceStatus.VOID]: "dim",
    PAYMENT_WORDS[PaymentStatus.DECLINED]: "bad",
    PAYMENT_WORDS[PaymentStatus.ASKED]: "warn",
}


def status_tone(cell: str) -> Tone:
    """How a status cell looks, of an invoice or of a payment."""
    return _TONES.get(cell, "")


def money_tone(cell: str) -> Tone:
    """What is given back looks like a credit; what is charged needs no colour."""
    return "ok" if " -" in cell else ""


def _moment(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _on(day: dt.date, today: dt.date) -> str:
    """`1 Dec (in 10 days)`, with its year when that is another one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{short_day(day)}{year} ({days_until(day, today)})"


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
    word = INVOICE_WORDS[invoice.status]
    lines: list[TextLine] = [
        labelled("Status", (f"{word}{_meaning(invoice)}", status_tone(word))),
        labelled("Issued", _moment(invoice.issued_at)),
    ]
    for reading in explained.lines:
        lines += ["", *_line_rows(reading, books, width)]
    lines += ["", *_sums(invoice, width)]
    if invoice.payments:
        lines += ["", *(row for payment in invoice.payments for row in _payment_rows(payment, width))]
    return [*lines, "", *_verdict(explained, width)]


def _meaning(invoice: Invoice) -> str:
    if invoice.status is InvoiceStatus.VOID:
        return ": replaced, it charges nothing"
    return ": not paid yet" if invoice.status is InvoiceStatus.OPEN else ""


def _line_rows(reading: LineReading, books: Books, width: int) -> Iterator[TextLine]:
    """One line: what for and how much, for which days, the sum, and which invoices it gives back."""
    found = reading.line
    words = clean(found.description) or count(found.quantity, "seat")
    yield from _row(words, found.amount, width, "strong")
    about = [span(found.service_start, found.service_end), clean(reading.steps, 400), *_credits(found, books)]
    for text in about:
        yield from _wrapped(f"  {text}", "dim", width, 4)
    for finding in reading.findings:
        yield from _wrapped(f"! {clean(finding, 400)}", "bad", width)


def _credits(found: Line, books: Books) -> list[str]:
    numbers = ", ".join(books.number(each) for each in found.credits)
    return [f"gives back what {numbers} had charged"] if numbers else []


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
    yield from _row("Due", invoice.due, width, "strong")


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
        now = INVOICE_WORDS[invoice.status]
        lines.append(labelled("Invoice", [clean(invoice.number, 40), "  ", (now, status_tone(now) or "ok")]))
        lines.append(labelled("For", clean(what(invoice.lines))))
    elif payment.invoice_id:
        lines.append(labelled("Invoice", clean(payment.invoice_id, 60)))
    words, tone = _outcome(payment, invoice, overview)
    return [*lines, "", *_wrapped(words, tone, width, 0)]


def _outcome(payment: Payment, invoice: Invoice | None, overview: Overview | None) -> tuple[str, str]:
    """What it means, in a sentence."""
    if payment.status is PaymentStatus.SUCCEEDED:
        return ("Collected once; it is not asked for again.", "dim")
    if payment.status is PaymentStatus.ASKED:
        return ("No answer yet: whether it was collected is asked again until that is known.", "warn")
    if payment.invoice_id is None:
        return ("Nothing was charged, and the change it was for was not made.", "dim")
    if invoice and invoice.status is InvoiceStatus.PAID:
        return ("Nothing was charged by this try; a later one paid the invoice.", "dim")
    subscription = overview.subscription if overview else None
    if invoice and invoice.status is InvoiceStatus.OPEN and subscription and subscription.retry_at:
        return (f"Nothing was charged. It is tried again on {_moment(subscription.retry_at)}.", "warn")
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
    return [*lines, "", *_sums(expected, width), "", ("This is what it will be if nothing changes.", "dim")]


def _as_invoice(expected: ExpectedPayment) -> Invoice:
    """The invoice a payment to come will have, for its lines to be recomputed."""
    issued = dt.datetime.combine(expected.date, dt.time(), dt.UTC)
    sums = {name: getattr(expected, name) for name in ("lines", "net", "tax", "total", "credit_applied", "due")}
    return Invoice(id="inv_0", number="", issued_at=issued, status=InvoiceStatus.OPEN, **sums)


def forecast_sentences(forecast: Forecast, overview: Overview) -> list[TextLine]:
    """What comes next and when; where a credit goes; when it all ends."""
    today = day_of(forecast.as_of, overview)
    if not forecast.payments:
        return [] if overview.plan.kind is PlanKind.FREE else [_nothing_to_come(forecast, overview, today)]
    said = [_next(forecast.payments[0], today)]
    if credit := _credit_sentence(forecast, today):
        said.append(credit)
    if forecast.ends:
        ends = f"! Cancelled: nothing is charged after that; access ends on {_on(forecast.ends, today)}."
        said.append((ends, "warn"))
    return said


def _nothing_to_come(forecast: Forecast, overview: Overview, today: dt.date) -> TextLine:
    if overview.subscription.status is SubscriptionStatus.SUSPENDED:
        return ("! Suspended: nothing is charged until what is overdue is paid (o); a new period starts then.", "warn")
    if forecast.ends and forecast.ends > today:
        return (f"! Cancelled: nothing more is charged; access ends on {_on(forecast.ends, today)}.", "warn")
    return ("Nothing more is charged: the subscription has ended.", "dim")


def _next(coming: ExpectedPayment, today: dt.date) -> TextLine:
    when, seats, applied = _on(coming.date, today), count(coming.seats, "seat"), coming.credit_applied
    free = not coming.due.amount and applied.amount > 0
    amount = "Nothing to pay" if free else f"{coming.due}"
    return line((amount, "strong"), f" on {when} for {seats}, if nothing changes.")


def _credit_sentence(forecast: Forecast, today: dt.date) -> TextLine | None:
    """Which of the payments a credit pays: `pays 1 Dec, and part of 1 Jan 2027`."""
    if forecast.credit is None or forecast.credit.amount <= 0:
        return None
    used = [each for each in forecast.payments if each.credit_applied.amount > 0]
    days = [f"{'part of ' if each.due.amount else ''}{_day(each.date, today)}" for each in used]
    if not days:
        return line(("Your credit", "ok"), f" of {forecast.credit} is kept.")
    many = len(days) > 2  # noqa: PLR2004 - the first and the last say enough
    shown = f"all from {days[0]} to {days[-1]}" if many else " and ".join(days)
    return line(("Your credit", "ok"), f" of {forecast.credit} pays {shown}.")


def _day(day: dt.date, today: dt.date) -> str:
    return short_day(day) if day.year == today.year else f"{short_day(day)} {day.year}"


# What is overdue, and what an empty list says.


def overdue_sentences(overview: Overview, key: str) -> list[TextLine]:
    """What was refused, when it is tried again, when access is lost, and the key that pays now; nothing if all is paid.

    `key` is empty for somebody who may not pay.
    """
    subscription, today = overview.subscription, day_of(overview.as_of, overview)
    if subscription.status is SubscriptionStatus.PAST_DUE:
        said = [("! ", "bad"), (f"{_overdue(subscription)} overdue.", "bad"), (_dates(overview, today), "")]
        return [line(*said, *_paying(key, "pays it now"))]
    if subscription.status is SubscriptionStatus.SUSPENDED:
        lost = ("! Suspended: nobody can use the service until it is paid.", "bad")
        return [line(lost, *_paying(key, "pays for a new period from today"))]
    return []


def _overdue(subscription: Subscription) -> str:
    return f"{subscription.overdue} is" if subscription.overdue else "A payment is"


def _dates(overview: Overview, today: dt.date) -> str:
    retry, lost = overview.subscription.retry_at, overview.subscription.suspended_at
    said = [f"tried again on {_on(day_of(retry, overview), today)}"] if retry else []
    said += [f"unless paid, access is lost on {_day(day_of(lost, overview), today)}"] if lost else []
    words = "; ".join(said)
    return f" {words[:1].upper()}{words[1:]}." if words else ""


def _paying(key: str, does: str) -> list[tuple[str, str]]:
    return [("  ", ""), (key, "key"), (f" {does}", "")] if key else []


def empty_sentence(side: BillingSide, overview: Overview | None) -> str:
    """Why there is nothing on a side, with the key that helps."""
    if overview and overview.plan.kind is PlanKind.FREE:
        return f"There is nothing to pay on the {clean(overview.plan.name, 20)} plan. 1 goes to the overview."
    match side:
        case BillingSide.INVOICES:
            return "No invoices yet: the first one comes with the first payment. Tab shows what is to come."
        case BillingSide.PAYMENTS:
            return "Nothing was ever asked for. Tab shows what is to come."
        case _:
            return "No payment is to come. Tab shows the invoices."
