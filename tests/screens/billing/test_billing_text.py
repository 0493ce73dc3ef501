"""What the Billing area says, computed from answers."""

import datetime as dt

import pytest
from answers import NOW, eur, make_forecast, make_invoice, make_line, make_overview, make_payment, make_subscription
from hostile import storable
from made_books import DECEMBER, FREE, past_due, plan_change, usual, with_credit

from contract.billing import InvoiceStatus, PaymentStatus, UserShare
from contract.subscription import SubscriptionStatus
from screens.billing.sources import BillingSide, expected_row, invoice_row, payment_row
from screens.billing.text import empty_sentence, forecast_sentences, overdue_sentences
from tui.presentation.invoices import (
    Books,
    Paid,
    expected_lines,
    invoice_lines,
    money_tone,
    payment_lines,
    span,
    status_tone,
    title_of,
    what,
)
from tui.presentation.lines import width_of
from tui.presentation.tones import Line, pieces

PAID, OPEN, VOID = InvoiceStatus.PAID, InvoiceStatus.OPEN, InvoiceStatus.VOID


def said(lines: list[Line]) -> list[str]:
    """The words alone."""
    return ["".join(text for text, _ in pieces(line)).rstrip() for line in lines]


def test_lines_in_a_few_words() -> None:
    """The plan's name goes where the rest says enough; a credit beside a charge is a change of the plan."""
    assert what([make_line(description="Business: 6 seats added")]) == "6 seats added"
    assert what([make_line(description="Business, monthly: 36 seats")]) == "Business, monthly: 36 seats"
    assert what(plan_change().lines) == "change to Business, 36 seats"
    payees = [make_line(description=f"Business: a seat for {name}", user_id=f"usr_{name}") for name in ("Ana", "Bo")]
    assert [what(payees), what(payees[:1])] == ["seats for 2 users", "a seat for Ana"]
    assert what([make_line(description="One"), make_line(description="Two")]) == "One and 1 more line"
    assert [what([]), what([make_line(description="")])] == ["nothing", "6 seats"]
    assert what([make_line(description="Business: 2 seats back", quantity=-2)]) == "2 seats back"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-12-01", "2027-01-01", "1 – 31 Dec 2026"),
        ("2026-11-15", "2026-12-15", "15 Nov – 14 Dec 2026"),
        ("2026-12-15", "2027-01-15", "15 Dec 2026 – 14 Jan 2027"),
    ],
)
def test_days_by_their_first_and_last(start: str, end: str, words: str) -> None:
    """The day after the last is not said."""
    assert span(dt.date.fromisoformat(start), dt.date.fromisoformat(end)) == words


def test_rows_have_a_cell_for_each_column() -> None:
    """Columns and cells are written in two places."""
    from screens.billing.screen import COLUMNS

    books = Books()
    rows = (invoice_row(make_invoice()), payment_row(make_payment(), books), expected_row(make_forecast(1).payments[0]))
    assert [len(row.cells) for row in rows] == [len(COLUMNS[side]) for side in BillingSide]


def test_an_invoice_is_written_out() -> None:
    """Each line with its days and its sum, what it gives back by number, the sums, what was paid, and the verdict."""
    invoice = plan_change()
    books = Books()
    books.keep(usual().invoices)
    lines = said(invoice_lines(invoice, books, 72))
    assert "  -36 × EUR 15.00 × 10/30 days = EUR -180.00 exactly" in lines
    assert "  refunds what INV-00011 had charged" in lines
    assert [line.split()[0] for line in lines if line.endswith("128.52")] == ["Total", "Kept"]
    assert lines[-1] == "✓ Every line adds up, and nothing was changed since it was sealed."
    assert "  refunds what inv_11 had charged" in said(invoice_lines(invoice, Books(), 60))


def test_what_is_due_of_an_invoice() -> None:
    """Nothing once it is paid, all of it while it is open, nothing of a void one."""
    paid, waits, void = (make_invoice(status=status, payments=()) for status in (PAID, OPEN, VOID))
    assert [invoice_row(each).cells[-2:] for each in (paid, waits, void)] == [
        ("EUR 12.00", "EUR 0.00"),
        ("EUR 12.00", "EUR 12.00"),
        ("EUR 12.00", "EUR 0.00"),
    ]
    ends = [said(invoice_lines(each, Books(), 40)) for each in (paid, waits, void)]
    sums = [[line.split()[::2] for line in lines if line.startswith(("Paid", "Due"))] for lines in ends]
    assert sums == [[["Paid", "-12.00"], ["Due", "0.00"]], [["Due", "12.00"]], [["Due", "0.00"]]]


def test_a_credit_note_says_what_it_is() -> None:
    """By name and number, with what it credits; it is neither paid nor due."""
    note = plan_change()
    assert (title_of(note), invoice_row(note).cells[3], note.amount_due.amount) == (
        "Credit note CN-00001",
        "✓ credit",
        0,
    )
    lines = said(invoice_lines(note, Books(), 72))
    assert lines[0].split() == ["Status", "✓", "credit"]
    assert ["Credits", "inv_11"] in [line.split() for line in lines]


def test_each_user_of_a_line_has_a_share() -> None:
    """By name, below the line they are a part of."""
    shares = tuple(UserShare(user_id=f"usr_{at}", name=name, amount=eur(600)) for at, name in enumerate(("Ana", "Bo")))
    line = make_line(description="Business: seats for 2 users", quantity=2, shares=shares)
    lines = said(invoice_lines(make_invoice(lines=(line,)), Books(), 40))
    assert [each.split() for each in lines if each.startswith(("  Ana", "  Bo"))] == [
        ["Ana", "EUR", "6.00"],
        ["Bo", "EUR", "6.00"],
    ]


def test_what_does_not_add_up_is_named() -> None:
    """At its line and at the end, in one tone with the verdict."""
    wrong = make_invoice(lines=(make_line(amount=eur(1300)),))
    lines = " ".join(said(invoice_lines(wrong, Books(), 70)))
    assert "! 6 × EUR 6.00 × 10/30 is EUR 12.00, the invoice says EUR 13.00" in lines
    assert "! This invoice does not add up: ! line 1:" in lines
    assert "Every line adds up" not in lines


@pytest.mark.parametrize("width", [30, 50, 78])
def test_nothing_is_wider_than_the_place_for_it(width: int) -> None:
    """Long words take rows of their own; the amounts stay at the right edge."""
    line = make_line(description="Business: a seat for " + "Maximilian Alexander von und zu Hohenstein " * 2)
    refused = make_payment(status=PaymentStatus.DECLINED, reason="The bank refused the payment. " * 4)
    invoice = make_invoice(lines=(line,), status=InvoiceStatus.OPEN, payments=(refused,))
    lines = invoice_lines(invoice, Books(), width)
    assert max(map(width_of, lines)) <= max(width, 48)
    assert any(text.endswith("EUR 12.00") for text in said(lines))


@pytest.mark.parametrize("text", storable())
def test_nothing_from_outside_reaches_the_terminal_as_it_is(text: str) -> None:
    """Descriptions, reasons, numbers and gateways may hold anything."""
    refused = make_payment(status=PaymentStatus.DECLINED, reason=text, gateway=text)
    invoice = make_invoice(number=text, lines=(make_line(description=text),), payments=(refused,))
    lines = [*invoice_lines(invoice, Books(), 60), *payment_lines(Paid(refused, invoice), None, 60)]
    assert all(character.isprintable() or character.isspace() for line in said(lines) for character in line)
    assert not any(character in "\x1b\n\r\t\x9b" for line in said(lines) for character in line)


def test_a_refused_payment_says_what_it_means() -> None:
    """Nothing was charged: for a change, for a renewal that is tried again, and for one that was paid later."""
    refused = make_payment(status=PaymentStatus.DECLINED, reason="No money.", invoice_id=None)
    assert "the change it was for was not made" in " ".join(said(payment_lines(Paid(refused), None, 60)))
    overview = past_due().overview
    open_one = make_invoice(status=InvoiceStatus.OPEN)
    again = said(payment_lines(Paid(refused.model_copy(update={"invoice_id": "inv_1"}), open_one), overview, 70))
    assert again[-1] == "Nothing was charged. It will be tried again on 2026-12-04 00:05 UTC."
    later = said(payment_lines(Paid(refused.model_copy(update={"invoice_id": "inv_1"}), make_invoice()), overview, 70))
    assert later[-1] == "This attempt charged nothing; a later one paid the invoice."
    unknown = make_payment(status=PaymentStatus.ASKED, settled_at=None)
    assert "No answer yet" in said(payment_lines(Paid(unknown, make_invoice()), overview, 80))[-1]


def test_what_comes_next_in_a_sentence() -> None:
    """The next date with its amount, and which payments a credit pays."""
    overview = make_overview()
    assert said(forecast_sentences(make_forecast(), overview)) == [
        "EUR 234.00 on 1 Dec (in 10 days) for 39 seats, if nothing changes."
    ]
    assert said(forecast_sentences(with_credit(30_000), overview)) == [
        "Nothing to pay on 1 Dec (in 10 days) for 39 seats, if nothing changes.",
        "Your credit of EUR 300.00 pays 1 Dec and part of 1 Jan 2027.",
    ]
    many = said(forecast_sentences(with_credit(80_000), overview))[1]
    assert many == "Your credit of EUR 800.00 pays all from 1 Dec to part of 1 Mar 2027."


def test_when_it_ends() -> None:
    """Cancelled says the day; ended says so; a plan without a price says nothing here."""
    cancelled = make_forecast(0, ends=DECEMBER)
    assert said(forecast_sentences(cancelled, make_overview())) == [
        "! Cancelled: nothing more is charged; access ends on 1 Dec (in 10 days)."
    ]
    assert "has ended" in said(forecast_sentences(make_forecast(0), make_overview()))[0]
    suspended = make_overview(subscription=make_subscription(status=SubscriptionStatus.SUSPENDED))
    assert said(forecast_sentences(make_forecast(0), suspended))[0].startswith("! Suspended: nothing is charged until")
    assert forecast_sentences(make_forecast(0), make_overview(plan=FREE)) == []
    once_more = make_forecast(1, ends=dt.date(2027, 1, 1))
    assert said(forecast_sentences(once_more, make_overview()))[-1].startswith("! Cancelled: nothing is charged after")


def test_a_payment_to_come_is_written_out() -> None:
    """With its sum, what the credit pays, and that it is only so if nothing changes."""
    lines = said(expected_lines(with_credit(12852).payments[0], NOW.date(), 50))
    assert "  39 × EUR 6.00 = EUR 234.00 exactly" in lines
    assert any(line.startswith("Paid from credit") and line.endswith("EUR -128.52") for line in lines)
    assert lines[-1] == "An estimate, if nothing changes."


def test_what_is_overdue() -> None:
    """When it is tried again, when access is lost, and the key that pays, for who may."""
    overview = past_due().overview
    assert said(overdue_sentences(overview, "o")) == [
        "! EUR 278.46 is overdue. Tried again on 4 Dec (tomorrow); unless paid, access is lost on 8 Dec.  o pays it now"
    ]
    assert "pays" not in said(overdue_sentences(overview, ""))[0]
    suspended = make_overview(subscription=make_subscription(status=SubscriptionStatus.SUSPENDED))
    assert said(overdue_sentences(suspended, "o")) == [
        "! Suspended: nobody can use the service until it is paid.  o pays for a new period from today"
    ]
    assert overdue_sentences(make_overview(), "o") == []


def test_empty_lists_say_why() -> None:
    """Each side has its own sentence with the key that helps; a free plan has one for all."""
    sentences = {empty_sentence(side, make_overview()) for side in BillingSide}
    assert len(sentences) == len(BillingSide)
    assert all("Tab" in sentence for sentence in sentences)
    free = {empty_sentence(side, make_overview(plan=FREE)) for side in BillingSide}
    assert free == {"Nothing to pay on the Non-commercial plan. 1 goes to the overview."}


def test_tones() -> None:
    """What needs somebody is loud, what gives back is friendly, the rest is plain."""
    assert [status_tone(cell) for cell in ("✓ paid", "! open", "- void", "! refused", "○ no answer", "?")] == [
        "ok", "bad", "dim", "bad", "warn", "",
    ]  # fmt: skip
    assert [money_tone("EUR 12.00"), money_tone("EUR -12.00")] == ["", "ok"]
