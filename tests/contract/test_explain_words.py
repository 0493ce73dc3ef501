"""What is said of an invoice, in the words people read."""

import datetime as dt
from typing import Any

import pytest
from answers import eur, make_invoice, make_line, make_payment

from contract.billing import Factor, Granularity, Invoice, InvoiceKind, InvoiceStatus, Line, PaymentStatus, Rounding
from contract.explain import explain, seal_of
from contract.money import Money

WHOLE = {"service_start": dt.date(2026, 11, 1), "factor": Factor(numerator=30, denominator=30)}


def found(**facts: Any) -> str:
    """What is found on an invoice of EUR 12.00 that differs in these."""
    return "; ".join(explain(make_invoice(**facts)).findings)


def in_currency(currency: str, price: int, amount: int, **facts: Any) -> Line:
    """Six of something for ten days of thirty."""
    return make_line(
        unit_price=Money(amount=price, currency=currency), amount=Money(amount=amount, currency=currency), **facts
    )


@pytest.mark.parametrize(
    ("line", "written"),
    [
        (make_line(), "6 × EUR 6.00 × 10/30 days = EUR 12.00 exactly"),
        (make_line(amount=eur(3600), **WHOLE), "6 × EUR 6.00 = EUR 36.00 exactly"),
        (
            make_line(quantity=1, unit_price=eur(500), amount=eur(167)),
            "1 × EUR 5.00 × 10/30 days = EUR 1.6666…, rounded half-up to EUR 1.67",
        ),
        (
            make_line(quantity=-1, unit_price=eur(500), amount=eur(-166), rounding=Rounding.DOWN),
            "-1 × EUR 5.00 × 10/30 days = EUR -1.6666…, rounded down to EUR -1.66",
        ),
        (
            make_line(quantity=3, unit_price=eur(5), amount=eur(5)),
            "3 × EUR 0.05 × 10/30 days = EUR 0.05 exactly",
        ),
        (in_currency("JPY", 100, 200), "6 × JPY 100 × 10/30 days = JPY 200 exactly"),
        (
            in_currency("JPY", 100, 33, quantity=1),
            "1 × JPY 100 × 10/30 days = JPY 33.33…, rounded half-up to JPY 33",
        ),
        (
            in_currency("KWD", 1, 0, quantity=1, rounding=Rounding.HALF_EVEN),
            "1 × KWD 0.001 × 10/30 days = KWD 0.00033…, rounded half-even to KWD 0.000",
        ),
        (
            make_line(quantity=100_000, unit_price=eur(601), amount=eur(20_033_333)),
            "100000 × EUR 6.01 × 10/30 days = EUR 200,333.3333…, rounded half-up to EUR 200,333.33",
        ),
    ],
)
def test_a_line_is_written_out(line: Line, written: str) -> None:
    """D11: quantity, price, share of the period, the exact product, and how it was rounded; no float on the way."""
    assert explain(make_invoice(lines=(line,))).lines[0].steps == written


def test_a_tie_shows_all_its_digits() -> None:
    """Half a cent is half a cent: one sees that the rule decided."""
    half = make_line(
        quantity=1,
        unit_price=eur(333),
        factor=Factor(numerator=15, denominator=30),
        service_start=dt.date(2026, 11, 16),
        amount=eur(167),
    )
    reading = explain(make_invoice(lines=(half,))).lines[0]
    assert reading.steps == "1 × EUR 3.33 × 15/30 days = EUR 1.665, rounded half-up to EUR 1.67"
    assert not reading.findings


def test_the_sums_below_the_lines_are_written_out() -> None:
    """Net from the lines, tax on the rounded net, total, and what is due after credit."""
    invoice = make_invoice(
        lines=(make_line(), make_line(quantity=-1, unit_price=eur(500), amount=eur(-167))),
        net=eur(1033),
        tax_rate=770,
        tax=eur(80),
        total=eur(1113),
        credit_applied=eur(113),
        due=eur(1000),
        payments=(make_payment(amount=eur(1000)),),
    )
    read = explain(invoice)
    assert read.adds_up
    assert read.steps == (
        "net: EUR 12.00 + EUR -1.67 = EUR 10.33",
        "tax: 7.7% of EUR 10.33 = EUR 0.7954…, rounded half-up to EUR 0.80",
        "total: EUR 10.33 + EUR 0.80 tax = EUR 11.13",
        "due: EUR 11.13 - EUR 1.13 credit - EUR 10.00 paid = EUR 0.00",
    )


def test_what_is_given_back_is_kept_as_credit() -> None:
    """A negative total charges nothing, and all of it is kept."""
    nothing: dict[str, Any] = {"due": eur(0), "payments": (), "lines": (make_line(quantity=-6, amount=eur(-1200)),)}
    kept = make_invoice(net=eur(-1200), total=eur(-1200), credit_applied=eur(-1200), **nothing)
    assert explain(kept).adds_up
    assert explain(kept).steps[-2:] == ("credit: EUR 12.00 is kept for the next payments", "due: EUR 0.00")


def test_the_line_that_does_not_add_up_is_named() -> None:
    """Which line, its sum, what it must be, and what the invoice says; then what follows from it."""
    wrong = found(lines=(make_line(), make_line(amount=eur(1201))), net=eur(2401), total=eur(2401), due=eur(2401))
    assert wrong.startswith("line 2: 6 × EUR 6.00 × 10/30 is EUR 12.00, the invoice says EUR 12.01; payment pay_1: ")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"factor": Factor(numerator=11, denominator=30)}, "from 2026-11-21 to 2026-12-01 there are 10 days, its fact"),
        ({"factor": Factor(numerator=10, denominator=31)}, "from 2026-11-01 to 2026-12-01 there are 30 days, its fact"),
        ({"factor": Factor(numerator=1, denominator=0)}, "its factor is 1/0, which is not part of a period"),
        ({"factor": Factor(numerator=-1, denominator=3)}, "its factor -1/3 is not between nothing and all of"),
        ({"factor": Factor(numerator=4, denominator=3)}, "its factor 4/3 is not between nothing and all of"),
        ({"service_end": dt.date(2026, 12, 2)}, "are not within the period from 2026-11-01 to 2026-12-01"),
        ({"service_end": dt.date(2026, 11, 2)}, "run backwards"),
        ({"period_end": dt.date(2026, 11, 1)}, "its period from 2026-11-01 to 2026-11-01 has no day"),
        ({"unit_price": Money(amount=600, currency="USD")}, "it is in USD, the invoice in EUR"),
        ({"granularity": Granularity.SECOND}, "its factor says 10 seconds"),
    ],
)
def test_a_line_that_contradicts_itself_is_named(facts: dict[str, Any], says: str) -> None:
    """Its factor follows from its dates, its days are within its period, its currency is the invoice's."""
    said = found(lines=(make_line(**facts),))
    assert "line 1: " in said
    assert says in said


def test_a_share_in_seconds_is_held_to_its_days() -> None:
    """Dates say nothing of the hour: the seconds may differ from whole days by a day, and an hour of summer time."""
    seconds = Factor(numerator=9 * 86400 + 5, denominator=30 * 86400 - 3600)
    line = make_line(granularity=Granularity.SECOND, factor=seconds, amount=eur(1082))
    assert explain(make_invoice(lines=(line,))).lines[0].findings == ()


@pytest.mark.parametrize(
    ("first", "last", "left", "fits"),
    [
        (dt.date(2026, 11, 21), dt.date(2026, 12, 1), 10, True),
        (dt.date(2026, 11, 21), dt.date(2026, 12, 1), 9, False),
        (dt.date(2026, 11, 1), dt.date(2026, 12, 1), 30, True),
        (dt.date(2026, 11, 1), dt.date(2026, 11, 30), 29, True),
    ],
)
def test_months_of_thirty_days_are_counted_as_such(first: dt.date, last: dt.date, left: int, fits: bool) -> None:  # noqa: FBT001 - a table
    """Where all months have thirty days, the last day of each is its thirtieth."""
    line = make_line(
        granularity=Granularity.FIXED30,
        service_start=first,
        service_end=last,
        factor=Factor(numerator=left, denominator=30),
        amount=eur(left * 120),
    )
    assert (explain(make_invoice(lines=(line,))).lines[0].findings == ()) is fits


def test_the_unit_of_such_a_month_is_named() -> None:
    """It is not taken for days of the calendar."""
    reading = explain(make_invoice(lines=(make_line(granularity=Granularity.FIXED30),))).lines[0]
    assert reading.steps == "6 × EUR 6.00 × 10/30 days of months of 30 = EUR 12.00 exactly"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"net": eur(1300)}, "net: the lines come to EUR 12.00, the invoice says EUR 13.00"),
        ({"tax_rate": 2100}, "tax: 21% of EUR 12.00 is EUR 2.52, the invoice says EUR 0.00"),
        ({"total": eur(1100)}, "total: net and tax are EUR 12.00, the invoice says EUR 11.00"),
        ({"due": eur(1100)}, "paid: it is paid, so what was paid is EUR 12.00, the invoice says EUR 11.00"),
        (
            {"amount_paid": eur(1200), "amount_due": eur(1200)},
            "due: it is paid, so what is due is EUR 0.00, the invoice says EUR 12.00",
        ),
        (
            {"status": InvoiceStatus.VOID, "amount_paid": eur(0), "amount_due": eur(1200)},
            "due: it is void, so what is due is EUR 0.00, the invoice says EUR 12.00",
        ),
        ({"kind": InvoiceKind.CREDIT_NOTE}, "kind: it is a credit note, with a total of EUR 12.00"),
        ({"credits": ("INV-00001",)}, "credits: its lines give back nothing, it names INV-00001"),
        ({"credit_applied": eur(1300), "due": eur(-100)}, "credit: EUR 13.00 is used for EUR 12.00"),
        ({"credit_applied": eur(1300), "due": eur(-100)}, "due: EUR -1.00 is less than nothing"),
        ({"credit_applied": eur(-100), "due": eur(1300)}, "credit: EUR 1.00 is kept, of a total of EUR 12.00"),
        ({"tax": Money(amount=0, currency="USD")}, "it mixes currencies: EUR, USD"),
        ({"payments": ()}, "status: it is paid and EUR 12.00 was due, but no payment went through"),
        ({"payments": (make_payment(), make_payment())}, "payment pay_1: it is listed 2 times"),
        ({"payments": (make_payment(), make_payment(id="pay_2"))}, "was due, but 2 payments went through"),
        ({"status": InvoiceStatus.OPEN}, "status: it is open, but 1 payment went through"),
        ({"status": InvoiceStatus.VOID}, "status: it is void, but 1 payment went through"),
        ({"payments": (make_payment(amount=eur(1)),)}, "payment pay_1: it is of EUR 0.01, EUR 12.00 is to be paid"),
        ({"payments": (make_payment(invoice_id="inv_2"),)}, "payment pay_1: it belongs to another invoice, inv_2"),
        ({"seal": "v1:" + 64 * "0"}, "seal: something on this invoice was changed after it was sealed"),
        ({"seal": "v2:" + 64 * "0"}, "seal: something on this invoice was changed after it was sealed"),
        ({"seal": "v3:abc"}, "seal: it is not of the kind v1 or v2, the only ones that can be checked here"),
    ],
)
def test_what_is_wrong_below_the_lines_is_said(facts: dict[str, Any], says: str) -> None:
    """Each sum, the credit, the payments, the status and the seal have a sentence of their own."""
    assert says in found(**facts)


def test_nothing_due_needs_no_payment() -> None:
    """An invoice that credit pays is paid without a payment, and can't wait for one."""
    facts: dict[str, Any] = {"credit_applied": eur(1200), "due": eur(0), "payments": ()}
    assert not found(**facts)
    assert found(**facts, status=InvoiceStatus.OPEN) == "status: it is open, but nothing is due"


def test_refused_payments_stay_on_an_invoice() -> None:
    """Two tries that were refused, then one that went through."""
    refused = [make_payment(id=f"pay_{number}", status=PaymentStatus.DECLINED) for number in (2, 3)]
    assert not found(payments=(*refused, make_payment()))
    assert not found(payments=tuple(refused), status=InvoiceStatus.OPEN)


def test_an_invoice_without_a_seal_is_read_all_the_same() -> None:
    """The sums are checked; that nothing else could be is said by `sealed`."""
    invoice: Invoice = make_invoice()
    assert (explain(invoice).sealed, explain(invoice).adds_up) == (False, True)
    assert explain(invoice.model_copy(update={"seal": seal_of(invoice)})).adds_up
