"""Recompute an invoice from its JSON alone (D11): no server, no clock, no network, fractions instead of floats.

`explain` goes through an invoice as somebody with a pencil would, and says of every sum that does not come out which
one it is and by how much. `seal_of` is the digest that tells whether anything at all was changed since the server
answered, words and dates included. Texts may quote the invoice: clean them before a terminal sees them.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from contract.arithmetic import recomputed, tax_on
from contract.billing import Invoice, InvoiceStatus, Line, Payment, PaymentStatus, Rounding
from contract.factors import factor_findings, share_in_words
from contract.money import Money, minor_units

SEAL_VERSION = "v1"
LARGEST = 10**18
"""Numbers beyond this are no money, days or seats: they are refused instead of computed with."""

_MORE_DIGITS = 2
_AMOUNT = {"amount": True, "currency": True}
_LINE: dict[str, Any] = {
    **dict.fromkeys(("description", "quantity", "granularity", "rounding", "credits", "user_id"), True),
    **dict.fromkeys(("service_start", "service_end", "period_start", "period_end"), True),
    **dict.fromkeys(("unit_price", "amount"), _AMOUNT),
    "factor": {"numerator": True, "denominator": True},
}
_PAYMENT: dict[str, Any] = {
    **dict.fromkeys(("id", "status", "gateway", "created_at", "settled_at", "reason", "invoice_id"), True),
    "amount": _AMOUNT,
}
SEALED: dict[str, Any] = {
    **dict.fromkeys(("id", "number", "issued_at", "status", "tax_rate", "quote_id"), True),
    **dict.fromkeys(("net", "tax", "total", "credit_applied", "due"), _AMOUNT),
    "lines": {"__all__": _LINE},
    "payments": {"__all__": _PAYMENT},
}
"""What a seal of version 1 covers, field by field: what a later server adds needs a later version, and breaks none."""


@dataclass(frozen=True, slots=True)
class LineReading:
    """One line recomputed. `number` counts from 1; `recomputed` is what it must amount to, if that can be said.

    `steps` is the sum written out: `6 × EUR 6.00 × 10/30 days = EUR 12.00 exactly`. `findings` do not repeat the
    number of the line.
    """

    number: int
    line: Line
    recomputed: Money | None
    steps: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """An invoice recomputed. `steps` are the sums below the lines; `findings` are all there are, those of lines first.

    `sealed` says whether there was a seal to compare with.
    """

    invoice: Invoice
    lines: tuple[LineReading, ...]
    steps: tuple[str, ...]
    findings: tuple[str, ...]
    sealed: bool

    @property
    def adds_up(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def seal_of(invoice: Invoice) -> str:
    """`v1:` and the SHA-256 of every field but the seal, as JSON with sorted keys, without blanks, in UTF-8."""
    fields = invoice.model_dump(mode="json", include=SEALED)
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{SEAL_VERSION}:{digest}"


def explain(invoice: Invoice) -> Explanation:
    """Recompute all of an invoice. Never raises, whatever numbers it holds."""
    if any(abs(number) > LARGEST for number in _numbers(invoice)):
        return Explanation(
            invoice, (), (), ("it holds numbers too large for money, seats or days",), bool(invoice.seal)
        )
    currency = invoice.total.currency
    lines = tuple(_read(number, line, currency) for number, line in enumerate(invoice.lines, 1))
    named = [f"line {each.number}: {finding}" for each in lines for finding in each.findings]
    return Explanation(
        invoice=invoice,
        lines=lines,
        steps=tuple(_steps(invoice)),
        findings=(*named, *_sums(invoice), *_payments(invoice), *_seal(invoice)),
        sealed=bool(invoice.seal),
    )


def _numbers(invoice: Invoice) -> Iterator[int]:
    yield from (invoice.tax_rate, *(each.amount for each in _amounts(invoice)))
    for line in invoice.lines:
        yield from (line.quantity, line.factor.numerator, line.factor.denominator)


def _amounts(invoice: Invoice) -> Iterator[Money]:
    """Every amount that must be of the invoice's one currency."""
    yield from (invoice.net, invoice.tax, invoice.total, invoice.credit_applied, invoice.due)
    for line in invoice.lines:
        yield from (line.unit_price, line.amount)
    yield from (payment.amount for payment in invoice.payments)


def _read(number: int, line: Line, currency: str) -> LineReading:
    if line.factor.denominator <= 0:
        found = f"its factor is {line.factor.numerator}/{line.factor.denominator}, which is not part of a period"
        return LineReading(number, line, None, _product(line), (found,))
    must = Money(amount=recomputed(line), currency=line.unit_price.currency)
    return LineReading(number, line, must, _written_out(line, must), tuple(_line_findings(line, must, currency)))


def _line_findings(line: Line, must: Money, currency: str) -> Iterator[str]:
    if line.amount.amount != must.amount:
        yield f"{_product(line, bare=True)} is {must}, the invoice says {line.amount}"
    for other in sorted({line.unit_price.currency, line.amount.currency} - {currency}):
        yield f"it is in {other}, the invoice in {currency}"
    if line.period_end <= line.period_start:
        yield f"its period from {line.period_start} to {line.period_end} has no day"
    if line.service_end < line.service_start:
        yield f"it is for the days from {line.service_start} to {line.service_end}, which run backwards"
    if line.service_start < line.period_start or line.service_end > line.period_end:
        yield (
            f"the days from {line.service_start} to {line.service_end} are not within the period "
            f"from {line.period_start} to {line.period_end}"
        )
    yield from factor_findings(line)


def _product(line: Line, *, bare: bool = False) -> str:
    """`6 × EUR 6.00 × 10/30 days`; without the unit when it is bare."""
    share = share_in_words(line)
    part = share.split(" ")[0] if bare else share
    return f"{line.quantity} × {line.unit_price}" + (f" × {part}" if part else "")


def _written_out(line: Line, must: Money) -> str:
    exact = line.unit_price.amount * line.quantity * Fraction(line.factor.numerator, line.factor.denominator)
    if exact.denominator == 1:
        return f"{_product(line)} = {must} exactly"
    return f"{_product(line)} = {_rounded_from(exact, must, line.rounding)}"


def _rounded_from(exact: Fraction, must: Money, rounding: Rounding) -> str:
    return f"{must.currency} {_decimals(exact, must.currency)}, rounded {rounding.value.replace('_', '-')} to {must}"


def _decimals(exact: Fraction, currency: str) -> str:
    """An exact number of minor units in figures: all of them if they end soon, else cut off and followed by `…`."""
    shown = minor_units(currency) + _MORE_DIGITS
    scaled = abs(exact) * 10**_MORE_DIGITS
    whole, part = divmod(int(scaled), 10**shown)
    figures = f"{part:0{shown}d}"
    ending = "…" if scaled.denominator != 1 else ""
    return f"{'-' if exact < 0 else ''}{whole:,}.{figures if ending else figures.rstrip('0')}{ending}"


def _steps(invoice: Invoice) -> Iterator[str]:
    yield f"net: {_joined(invoice)}"
    if invoice.tax_rate or invoice.tax.amount:
        yield f"tax: {_tax_written_out(invoice)}"
    yield f"total: {invoice.net} + {invoice.tax} tax = {_sum(invoice.net.amount + invoice.tax.amount, invoice)}"
    due = _sum(invoice.total.amount - invoice.credit_applied.amount, invoice)
    if invoice.credit_applied.amount < 0:
        kept = _sum(-invoice.credit_applied.amount, invoice)
        yield f"due: {due}; {kept} is kept as credit"
    elif invoice.credit_applied.amount:
        yield f"due: {invoice.total} - {invoice.credit_applied} credit = {due}"
    else:
        yield f"due: {due}"


def _joined(invoice: Invoice) -> str:
    net = _sum(sum(line.amount.amount for line in invoice.lines), invoice)
    return " + ".join(str(line.amount) for line in invoice.lines) + f" = {net}" if len(invoice.lines) > 1 else str(net)


def _tax_written_out(invoice: Invoice) -> str:
    must = tax_on(invoice.net, invoice.tax_rate)
    exact = Fraction(invoice.net.amount * invoice.tax_rate, 10_000)
    product = f"{_percent(invoice.tax_rate)} of {invoice.net}"
    if exact.denominator == 1:
        return f"{product} = {must} exactly"
    return f"{product} = {_rounded_from(exact, must, Rounding.HALF_UP)}"


def _percent(rate: int) -> str:
    """A rate in hundredths of a percent: `21%`, `7.7%`."""
    whole, part = divmod(abs(rate), 100)
    return f"{'-' if rate < 0 else ''}{whole}" + (f".{part:02d}".rstrip("0") if part else "") + "%"


def _sum(amount: int, invoice: Invoice) -> Money:
    return Money(amount=amount, currency=invoice.total.currency)


def _sums(invoice: Invoice) -> Iterator[str]:
    """What is wrong below the lines."""
    currencies = sorted({each.currency for each in _amounts(invoice)})
    if len(currencies) > 1:
        yield f"it mixes currencies: {', '.join(currencies)}"
    pairs = (
        ("the lines come to", _sum(sum(line.amount.amount for line in invoice.lines), invoice), "net", invoice.net),
        (
            f"{_percent(invoice.tax_rate)} of {invoice.net} is",
            tax_on(invoice.net, invoice.tax_rate),
            "tax",
            invoice.tax,
        ),
        ("net and tax are", _sum(invoice.net.amount + invoice.tax.amount, invoice), "total", invoice.total),
        (
            "total less credit is",
            _sum(invoice.total.amount - invoice.credit_applied.amount, invoice),
            "due",
            invoice.due,
        ),
    )
    for words, must, name, said in pairs:
        if must.amount != said.amount:
            yield f"{name}: {words} {must}, the invoice says {said}"
    yield from _credit(invoice)


def _credit(invoice: Invoice) -> Iterator[str]:
    """Credit pays at most the total; it is kept only when the total is negative, and then all of it."""
    total, credit = invoice.total.amount, invoice.credit_applied.amount
    if credit > total:
        yield f"credit: {invoice.credit_applied} is used for {invoice.total}"
    elif credit < min(total, 0):
        yield f"credit: {_sum(-credit, invoice)} is kept, of a total of {invoice.total}"
    if invoice.due.amount < 0:
        yield f"due: {invoice.due} is less than nothing"


def _payments(invoice: Invoice) -> Iterator[str]:
    for payment in invoice.payments:
        if payment.amount != invoice.due:
            yield f"payment {payment.id}: it is of {payment.amount}, due is {invoice.due}"
        if payment.invoice_id not in {None, invoice.id}:
            yield f"payment {payment.id}: it belongs to another invoice, {payment.invoice_id}"
    ids = [payment.id for payment in invoice.payments]
    yield from (
        f"payment {each}: it is listed {ids.count(each)} times" for each in sorted(set(ids)) if ids.count(each) > 1
    )
    yield from _paid([payment for payment in invoice.payments if payment.status is PaymentStatus.SUCCEEDED], invoice)


def _paid(succeeded: list[Payment], invoice: Invoice) -> Iterator[str]:
    """Paid means one payment that went through, or nothing due; open and void mean none."""
    needed = 1 if invoice.due.amount > 0 else 0
    went_through = (
        "no payment" if not succeeded else "1 payment" if len(succeeded) == 1 else f"{len(succeeded)} payments"
    )
    if invoice.status is InvoiceStatus.PAID and len(succeeded) != needed:
        yield f"status: it is paid and {invoice.due} was due, but {went_through} went through"
    elif invoice.status is not InvoiceStatus.PAID and succeeded:
        yield f"status: it is {invoice.status.value}, but {went_through} went through"
    elif invoice.status is InvoiceStatus.OPEN and not needed:
        yield "status: it is open, but nothing is due"


def _seal(invoice: Invoice) -> Iterator[str]:
    """Any other kind of seal is a finding too: what can't be checked must not pass for checked."""
    if not invoice.seal:
        return
    if not invoice.seal.startswith(f"{SEAL_VERSION}:"):
        yield f"seal: it is not of the kind {SEAL_VERSION}, the only one that can be checked here"
    elif invoice.seal != seal_of(invoice):
        yield "seal: something on this invoice was changed after it was sealed"
