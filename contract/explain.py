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
from contract.billing import Invoice, InvoiceKind, InvoiceStatus, Line, Payment, PaymentStatus, Rounding
from contract.factors import factor_findings, share_in_words
from contract.money import Money, minor_units

SEAL_VERSION = "v2"
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
_FIRST: dict[str, Any] = {
    **dict.fromkeys(("id", "number", "issued_at", "status", "tax_rate", "quote_id"), True),
    **dict.fromkeys(("net", "tax", "total", "credit_applied"), _AMOUNT),
    "lines": {"__all__": _LINE},
    "payments": {"__all__": _PAYMENT},
}
SEALED: dict[str, dict[str, Any]] = {
    "v1": _FIRST,
    "v2": {
        **_FIRST,
        **dict.fromkeys(("kind", "credits"), True),
        **dict.fromkeys(("amount_paid", "amount_due"), _AMOUNT),
        "lines": {"__all__": {**_LINE, "shares": {"__all__": {"user_id": True, "name": True, "amount": _AMOUNT}}}},
    },
}
"""What a seal covers, by its version, field by field: what a later server adds needs a later version, and breaks none.

Version 1 covered what was to be paid as `due`, too.
"""


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


def seal_of(invoice: Invoice, version: str = "") -> str:
    """`v2:` and the SHA-256 of every field but the seal, as JSON with sorted keys, without blanks, in UTF-8.

    Or as an earlier version made it.
    """
    version = version if version in SEALED else SEAL_VERSION
    fields = invoice.model_dump(mode="json", include=SEALED[version])
    if version == "v1":
        fields["due"] = invoice.to_pay.model_dump(mode="json")
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{version}:{digest}"


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
    yield from (invoice.net, invoice.tax, invoice.total, invoice.credit_applied)
    yield from (invoice.amount_paid, invoice.amount_due)
    for line in invoice.lines:
        yield from (line.unit_price, line.amount, *(share.amount for share in line.shares))
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
    yield from _share_findings(line)


def _share_findings(line: Line) -> Iterator[str]:
    """The users a line pays for: one for each of its quantity, whose shares are its amount."""
    if not line.shares:
        return
    if len(line.shares) != line.quantity:
        yield f"it is for {line.quantity}, and names {len(line.shares)} users"
    must = Money(amount=sum(share.amount.amount for share in line.shares), currency=line.amount.currency)
    if must != line.amount:
        yield f"the shares of its users are {must}, the invoice says {line.amount}"


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
    if invoice.credit_applied.amount < 0:
        yield f"credit: {_sum(-invoice.credit_applied.amount, invoice)} is kept for the next payments"
    parts = [f"{invoice.total}"]
    parts += [f"{invoice.credit_applied} credit"] if invoice.credit_applied.amount > 0 else []
    if invoice.status is InvoiceStatus.PAID:
        parts += [f"{invoice.to_pay} paid"] if invoice.to_pay.amount else []
        yield f"due: {' - '.join(parts)} = {_sum(0, invoice)}" if len(parts) > 1 else f"due: {_sum(0, invoice)}"
    elif invoice.status is InvoiceStatus.OPEN:
        yield f"due: {' - '.join(parts)} = {invoice.to_pay}" if len(parts) > 1 else f"due: {invoice.to_pay}"
    else:
        yield f"due: {_sum(0, invoice)}, since it is void"


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
        *_paid_and_due(invoice),
    )
    for words, must, name, said in pairs:
        if must.amount != said.amount:
            yield f"{name}: {words} {must}, the invoice says {said}"
    yield from _credit(invoice)
    yield from _kind(invoice)


def _paid_and_due(invoice: Invoice) -> Iterator[tuple[str, Money, str, Money]]:
    """What credit leaves of the total is paid, or it is due; of a void one it is neither."""
    paid, due = _sum(0, invoice), _sum(0, invoice)
    if invoice.status is InvoiceStatus.PAID:
        paid = invoice.to_pay
    if invoice.status is InvoiceStatus.OPEN:
        due = invoice.to_pay
    yield f"it is {invoice.status.value}, so what was paid is", paid, "paid", invoice.amount_paid
    yield f"it is {invoice.status.value}, so what is due is", due, "due", invoice.amount_due


def _kind(invoice: Invoice) -> Iterator[str]:
    """A credit note gives something back; what it names is what its lines give back something of."""
    if invoice.kind is InvoiceKind.CREDIT_NOTE and invoice.total.amount >= 0:
        yield f"kind: it is a credit note, with a total of {invoice.total}"
    named = tuple(dict.fromkeys(number for line in invoice.lines for number in line.credits))
    if invoice.credits and invoice.credits != named:
        yield f"credits: its lines give back {', '.join(named) or 'nothing'}, it names {', '.join(invoice.credits)}"


def _credit(invoice: Invoice) -> Iterator[str]:
    """Credit pays at most the total; it is kept only when the total is negative, and then all of it."""
    total, credit = invoice.total.amount, invoice.credit_applied.amount
    if credit > total:
        yield f"credit: {invoice.credit_applied} is used for {invoice.total}"
    elif credit < min(total, 0):
        yield f"credit: {_sum(-credit, invoice)} is kept, of a total of {invoice.total}"
    if invoice.to_pay.amount < 0:
        yield f"due: {invoice.to_pay} is less than nothing"


def _payments(invoice: Invoice) -> Iterator[str]:
    for payment in invoice.payments:
        if payment.amount != invoice.to_pay:
            yield f"payment {payment.id}: it is of {payment.amount}, {invoice.to_pay} is to be paid"
        if payment.invoice_id not in {None, invoice.id}:
            yield f"payment {payment.id}: it belongs to another invoice, {payment.invoice_id}"
    ids = [payment.id for payment in invoice.payments]
    yield from (
        f"payment {each}: it is listed {ids.count(each)} times" for each in sorted(set(ids)) if ids.count(each) > 1
    )
    yield from _paid([payment for payment in invoice.payments if payment.status is PaymentStatus.SUCCEEDED], invoice)


def _paid(succeeded: list[Payment], invoice: Invoice) -> Iterator[str]:
    """Paid means one payment that went through, or nothing due; open and void mean none."""
    needed = 1 if invoice.to_pay.amount > 0 else 0
    went_through = (
        "no payment" if not succeeded else "1 payment" if len(succeeded) == 1 else f"{len(succeeded)} payments"
    )
    if invoice.status is InvoiceStatus.PAID and len(succeeded) != needed:
        yield f"status: it is paid and {invoice.to_pay} was due, but {went_through} went through"
    elif invoice.status is not InvoiceStatus.PAID and succeeded:
        yield f"status: it is {invoice.status.value}, but {went_through} went through"
    elif invoice.status is InvoiceStatus.OPEN and not needed:
        yield "status: it is open, but nothing is due"


def _seal(invoice: Invoice) -> Iterator[str]:
    """Any other kind of seal is a finding too: what can't be checked must not pass for checked."""
    if not invoice.seal:
        return
    version = invoice.seal.partition(":")[0]
    if version not in SEALED:
        yield f"seal: it is not of the kind {' or '.join(SEALED)}, the only ones that can be checked here"
    elif invoice.seal != seal_of(invoice, version):
        yield "seal: something on this invoice was changed after it was sealed"
    elif version == "v1" and (invoice.credits or invoice.kind is InvoiceKind.CREDIT_NOTE or _shares(invoice)):
        yield "seal: it says more than its seal covers"


def _shares(invoice: Invoice) -> bool:
    return any(line.shares for line in invoice.lines)
