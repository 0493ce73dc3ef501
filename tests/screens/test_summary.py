"""What the summary of a quote says."""

import datetime as dt

from answers import NOW, eur, make_line, make_quote, make_subscription

from contract.billing import Factor, Payment, PaymentStatus
from contract.quotes import AffectedUsers, Confirmation, QuoteWarning, WarningCode
from contract.subscription import BillingCycle
from screens.summary import change_in_words, done, effects, holds_until, price_lines, reason


def text(line: list[tuple[str, str]]) -> str:
    """A line without its tones."""
    return "".join(part for part, _ in line)


def test_the_price_says_why() -> None:
    """D11: quantity, unit price, the share of the period as two integers, and the last day paid for."""
    first, second = price_lines(make_quote(), BillingCycle.MONTHLY)
    assert text(first) == "EUR 12.00 now   6 seats × EUR 6.00 × 10/30 days, to 30 Nov"
    assert text(second) == "EUR 252.00 from 1 Dec, each month"


def test_a_whole_period_has_no_share() -> None:
    """A full period is not multiplied by 30/30."""
    assert reason(make_line(factor=Factor(numerator=30, denominator=30))) == "6 seats × EUR 6.00, to 30 Nov"


def test_tax_is_named() -> None:
    """Tax is part of what is charged, so it is part of the reason."""
    first, _ = price_lines(make_quote(tax=eur(240), due_now=eur(1440)), BillingCycle.MONTHLY)
    assert text(first).startswith("EUR 14.40 now")
    assert text(first).endswith("+ EUR 2.40 tax")


def test_fewer_seats_cost_nothing_and_say_when() -> None:
    """D8: a reduction is free, unrefunded, and in force at the renewal."""
    quote = make_quote(lines=(), due_now=eur(0), net=eur(0), seats_after=30, effective=dt.date(2026, 12, 1))
    first, _ = price_lines(quote, BillingCycle.ANNUAL)
    assert text(first) == "EUR 0.00 now   fewer seats from 1 Dec; nothing is refunded before"
    assert effects(quote)[0] == "The seats go from 36 to 30 on 1 Dec."


def test_seats_paid_for_already_are_said_to_be() -> None:
    """D9: below the high-water mark more seats are free."""
    first, _ = price_lines(make_quote(lines=(), due_now=eur(0), net=eur(0)), BillingCycle.MONTHLY)
    assert "paid for already" in text(first)


def test_the_effects_name_people_and_warnings_harmlessly() -> None:
    """Who becomes active is said by name, and no name acts on the terminal."""
    quote = make_quote(
        activates=AffectedUsers(count=2, names=("Ana\x1b[2J", "Bo")),
        warnings=(QuoteWarning(code=WarningCode.SANDBOX, detail="No money moves."),),
    )
    said = effects(quote)
    assert said[1].startswith("2 users NOT PAID until now become active: Ana")
    assert said[2] == "No money moves."
    assert "\x1b" not in "".join(said)


def test_the_price_holds_until_a_time_of_day() -> None:
    """A time needs no repainting, as a countdown would."""
    assert holds_until(make_quote(), dt.UTC) == "holds until 14:17"


def test_the_change_says_for_whom() -> None:
    """The line under the stepper says the change, not only the total."""
    assert [change_in_words(6, 3), change_in_words(2, 3), change_in_words(2, 0), change_in_words(-4, 3)] == [
        "3 for NOT PAID users, 3 spare",
        "2 for NOT PAID users",
        "",
        "at the renewal",
    ]


def confirmation(**facts: object) -> Confirmation:
    """What confirming answered."""
    defaults = {"quote_id": "quo_1", "subscription": make_subscription(seats=42), "activated": AffectedUsers(count=0)}
    return Confirmation.model_validate({**defaults, **facts})


def test_the_result_says_what_was_charged() -> None:
    """The result repeats the amount that was charged and what it did."""
    payment = Payment(id="pay_1", amount=eur(1200), status=PaymentStatus.SUCCEEDED, gateway="sandbox", created_at=NOW)
    said = done(confirmation(payment=payment, activated=AffectedUsers(count=3)))
    assert said == "Done: 42 seats, EUR 12.00 charged, 3 users became active."


def test_a_scheduled_reduction_says_from_when() -> None:
    """D8: the result names the day the smaller number is in force."""
    said = done(confirmation(subscription=make_subscription(scheduled_seats=30)))
    assert said == "Done: 30 seats from 1 Dec, nothing charged."


def test_a_free_change_says_that_nothing_was_charged() -> None:
    """Taking a reduction back costs nothing."""
    assert done(confirmation()) == "Done: 42 seats, nothing charged."
