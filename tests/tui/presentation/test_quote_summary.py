"""What the summary of a quote says."""

import datetime as dt

import pytest
from answers import NOW, eur, make_line, make_payment, make_quote, make_renewal, make_subscription, make_terms

from contract.billing import Factor, UserShare
from contract.billing import Line as BillLine
from contract.money import Money
from contract.quotes import (
    AffectedUsers,
    Change,
    Confirmation,
    Quote,
    QuoteWarning,
    RenewalForecast,
    Start,
    WarningCode,
)
from contract.subscription import BillingCycle, SubscriptionStatus
from tui.presentation.lines import width_of
from tui.presentation.prices import holds_until, money_lines, payee_lines, price_lines, reason, renewal_words
from tui.presentation.quote_summary import (
    change_in_words,
    confirmation_summary,
    done,
    effects,
    moved_words,
    promises_the_same,
    terms_lines,
    verb,
)
from tui.presentation.tones import Line, pieces

DECEMBER = dt.date(2026, 12, 1)


def text(line: Line) -> str:
    """A line without its tones."""
    return "".join(part for part, _ in pieces(line))


def free(**facts: object) -> Quote:
    """A quote that charges nothing."""
    return make_quote(**{"lines": (), "net": eur(0), "total": eur(0), "due_now": eur(0), **facts})


def upward(**facts: object) -> Quote:
    """From Business to Enterprise for the last ten days of November, EUR 72.00 less a credit of EUR 20.00."""
    lines = (
        make_line(quantity=-10, amount=eur(-2000), credits=("INV-00011",)),
        make_line(quantity=10, unit_price=eur(1200), amount=eur(4000)),
    )
    defaults: dict[str, object] = {
        "change": Change(plan="enterprise"),
        "before": make_terms(seats=10),
        "after": make_terms(plan="enterprise", plan_name="Enterprise", seats=10, unit_price=eur(1200)),
        "seats_before": 10,
        "seats_after": 10,
        "lines": lines,
        "net": eur(2000),
        "total": eur(2000),
        "due_now": eur(2000),
        "renewal": make_renewal(DECEMBER, 10, eur(12000)),
        "activates": AffectedUsers(count=0),
    }
    return make_quote(**{**defaults, **facts})


def confirmation(**facts: object) -> Confirmation:
    """What confirming answered."""
    defaults = {"quote_id": "quo_1", "subscription": make_subscription(seats=42), "activated": AffectedUsers(count=0)}
    return Confirmation.model_validate({**defaults, **facts})


# What it costs.


def test_the_price_says_why() -> None:
    """D11: quantity, unit price, the share of the period as two integers, and the last day paid for."""
    first, second = price_lines(make_quote())
    assert text(first) == "EUR 12.00 now   6 seats × EUR 6.00 × 10/30 days, to 30 Nov"
    assert text(second) == "EUR 252.00 from 1 Dec, each month"


def test_a_whole_period_has_no_share() -> None:
    """A full period is not multiplied by 30/30."""
    assert reason(make_line(factor=Factor(numerator=30, denominator=30))) == "6 seats × EUR 6.00, to 30 Nov"


def test_a_day_of_another_year_has_its_year() -> None:
    """An annual period ends in the next year, and says so."""
    line = make_line(service_end=dt.date(2027, 11, 21), factor=Factor(numerator=365, denominator=365))
    assert reason(line) == "6 seats × EUR 6.00, to 20 Nov 2027"


def test_tax_is_named() -> None:
    """Tax is part of what is charged, so it is part of the reason."""
    first, _ = price_lines(make_quote(tax=eur(240), due_now=eur(1440)))
    assert text(first).startswith("EUR 14.40 now")
    assert text(first).endswith("+ EUR 2.40 tax")


def test_fewer_seats_cost_nothing_and_say_when() -> None:
    """D8: a reduction is free, unrefunded, and in force at the renewal."""
    quote = free(change=Change(seats=30), seats_after=30, effective=DECEMBER)
    first, _ = price_lines(quote)
    assert text(first) == "EUR 0.00 now   fewer seats from 1 Dec; nothing is refunded before then"
    assert effects(quote)[0] == "The seats go from 36 to 30 on 1 Dec."


def test_seats_paid_for_already_are_said_to_be() -> None:
    """D9: below the high-water mark more seats are free."""
    first, _ = price_lines(free())
    assert "already paid for" in text(first)


@pytest.mark.parametrize(
    "quote",
    [
        make_quote(),
        upward(),
        upward(tax=eur(380), credit_applied=eur(-1234), due_now=eur(0)),
        make_quote(
            lines=(
                make_line(
                    quantity=10_000_000,
                    unit_price=Money(amount=1_200_000_000, currency="KWD"),
                    factor=Factor(numerator=1_234_567, denominator=31_536_000),
                ),
            ),
            tax=Money(amount=123_456_789_000, currency="KWD"),
            due_now=Money(amount=9_999_123_456_789_000, currency="KWD"),
            renewal=make_renewal(DECEMBER, 1, Money(amount=99_999_123_456_789_000, currency="KWD")),
            after=make_terms(billing_cycle=BillingCycle.ANNUAL),
        ),
    ],
)
def test_the_two_lines_fit_at_eighty_columns(quote: Quote) -> None:
    """Whatever it costs, the amounts are whole: words give way before figures, and the time it holds stands beside."""
    first, second = price_lines(quote)
    assert width_of(first) <= 78
    assert width_of([*second, f"   {holds_until(quote, dt.UTC)}"]) <= 78
    assert text(first).startswith(f"{quote.due_now} now")


def test_a_change_of_plan_credits_the_old_and_charges_the_new() -> None:
    """D10: one row gives back the rest of the old plan, one charges the rest of the new, and the sum is charged."""
    assert [text(line) for line in money_lines(upward())] == [
        "− EUR 20.00  credited for the rest of Business, 10/30 days",
        "  EUR 40.00  10 seats of Enterprise × EUR 12.00 × 10/30 days, to 30 Nov",
        "  EUR 20.00  now",
        "  EUR 120.00 from 1 Dec, each month",
    ]


def test_tax_and_credit_have_rows_of_their_own() -> None:
    """What an earlier credit pays is taken off, and the rest is what is charged."""
    quote = make_quote(tax_rate=1900, tax=eur(228), total=eur(1428), credit_applied=eur(428), due_now=eur(1000))
    assert [text(line).strip() for line in money_lines(quote)][1:4] == [
        "EUR 2.28  tax, 19 %",
        "−  EUR 4.28  from your credit",
        "EUR 10.00  now",
    ]


def test_what_is_over_is_kept() -> None:
    """D10: a cheaper plan is not refunded; the rest is kept and pays the next payments."""
    rows = [text(line).strip() for line in money_lines(upward(credit_applied=eur(-2500), due_now=eur(0)))]
    assert "EUR 25.00  kept as credit for the next payments" in rows
    assert "EUR 0.00  now" in rows


# What it does.


def test_terms_say_what_was_and_what_becomes() -> None:
    """Plan, cycle, seats and period, each only when it changes."""
    assert [text(line) for line in terms_lines(upward())] == ["Plan     Business → Enterprise"]
    annual = make_terms(
        billing_cycle=BillingCycle.ANNUAL,
        seats=39,
        period_start=dt.date(2026, 11, 21),
        period_end=dt.date(2027, 11, 21),
    )
    quote = make_quote(change=Change(billing_cycle=BillingCycle.ANNUAL), after=annual)
    assert [text(line) for line in terms_lines(quote)] == [
        "Billed   monthly → annual",
        "Seats    36 → 39",
        "Period   1 Nov – 30 Nov 2026 → 21 Nov 2026 – 20 Nov 2027",
    ]
    assert terms_lines(make_quote()) == []


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


def paid_for(names: tuple[str, ...]) -> tuple[BillLine, ...]:
    """EUR 2.00 for each."""
    shares = tuple(UserShare(user_id=f"usr_{at}", name=name, amount=eur(200)) for at, name in enumerate(names))
    return (make_line(quantity=len(names), amount=eur(200 * len(names)), shares=shares),)


def test_paying_for_users_names_each_with_the_price() -> None:
    """D15: what each user's share is, and the sum of them."""
    quote = make_quote(
        change=Change(pay_users="all"), lines=paid_for(("Ana\x1b", "Bo")), due_now=eur(400), net=eur(400)
    )
    assert [text(line) for line in payee_lines(quote)] == ["EUR 2.00  a seat for Ana␛", "EUR 2.00  a seat for Bo"]
    assert text(price_lines(quote)[0]) == "EUR 4.00 now   2 users, each EUR 6.00 × 10/30 days, to 30 Nov"
    assert text(money_lines(quote)[0]) == "  EUR 4.00  2 users, each EUR 6.00 × 10/30 days, to 30 Nov"
    assert effects(quote) == ["3 users NOT PAID until now become active."]
    assert confirmation_summary(quote, "Pay", "overview.pay").items == payee_lines(quote)


def lowered(due: int, used: int, full_from: dt.date | None) -> Quote:
    """A renewal of EUR 24.00 on 1 December, of which a credit pays some."""
    coming = RenewalForecast(
        date=DECEMBER, seats=4, amount=eur(2400), credit_applied=eur(used), due=eur(due), full_from=full_from
    )
    return free(renewal=coming)


def test_a_credit_is_no_price() -> None:
    """What is asked for next, what credit pays of it, and the price after it with its day, if there is room."""
    january, february = dt.date(2027, 1, 1), dt.date(2027, 2, 1)
    nothing = lowered(0, 2400, january)
    assert renewal_words(nothing) == "EUR 0.00 on 1 Dec (EUR 24.00 credit), EUR 24.00 each month from 1 Jan 2027"
    assert renewal_words(nothing, 58) == "EUR 0.00 on 1 Dec, EUR 24.00 each month from 1 Jan 2027"
    assert renewal_words(nothing, 50) == "EUR 0.00 on 1 Dec, then EUR 24.00 each month"
    assert renewal_words(nothing, 10) == "EUR 0.00 on 1 Dec, then EUR 24.00"
    assert renewal_words(lowered(900, 1500, february)).startswith("EUR 9.00 on 1 Dec (EUR 15.00 credit), EUR 24.00")
    assert renewal_words(lowered(0, 2400, None)).endswith("EUR 24.00 each month once the credit is used up")
    assert renewal_words(lowered(2400, 0, DECEMBER)) == "EUR 24.00 from 1 Dec, each month"


def test_cancelling_says_from_when_on_nobody_can_use_it() -> None:
    """D12: it ends with the period, until then it can be resumed; an overdue one ends at once."""
    quote = free(change=Change(cancel=True), effective=DECEMBER, after=make_terms(ends=True), renewal=None)
    assert effects(quote)[0] == "The subscription ends on 1 Dec 2026: from then on nobody can use it."
    summary = confirmation_summary(quote, "Cancel the subscription", "overview.cancel")
    assert summary.danger
    assert summary.verb == "End the subscription"
    assert summary.money == []
    at_once = free(change=Change(cancel=True), after=make_terms(status=SubscriptionStatus.ENDED), renewal=None)
    assert effects(at_once)[0] == "The subscription ends at once, and nobody can use it any more."


def test_resuming_starting_and_paying_up_say_what_becomes_of_it() -> None:
    """D12, D13: each change has its own sentence."""
    assert effects(free(change=Change(resume=True), activates=AffectedUsers(count=0))) == [
        "It continues, and renews on 1 Dec."
    ]
    start = make_quote(change=Change(start=Start(plan="business")), activates=AffectedUsers(count=0))
    assert effects(start) == ["The subscription starts today, until 30 Nov 2026."]
    overdue = make_quote(change=Change(pay_overdue=True), activates=AffectedUsers(count=0))
    assert effects(overdue) == [
        "The payment that was refused is made now, for 1 Nov – 30 Nov 2026, and the subscription is active again."
    ]
    told = QuoteWarning(code=WarningCode.NEW_PERIOD, detail="A new period begins.")
    assert len(effects(overdue.model_copy(update={"warnings": (told,)}))) == 1
    suspended = overdue.model_copy(update={"before": make_terms(status=SubscriptionStatus.SUSPENDED)})
    assert effects(suspended)[0].startswith("A new period starts today")


def test_what_the_numbers_say_already_is_not_said_twice() -> None:
    """A warning that the table or the terms show in figures is left out."""
    kept = QuoteWarning(code=WarningCode.CREDIT_KEPT, detail="EUR 25.00 is kept.")
    quote = upward(credit_applied=eur(-2500), due_now=eur(0), warnings=(kept,))
    assert "EUR 25.00 is kept." not in effects(quote)


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


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(cancel=True), "End the subscription"),
        (Change(resume=True), "Resume it"),
        (Change(start=Start(plan="business")), "Start it"),
        (Change(seats=30), "Make this change"),
    ],
)
def test_the_button_says_what_it_does(change: Change, words: str) -> None:
    """A verb of its own for each change, and the amount whenever there is one."""
    assert verb(free(change=change)) == words
    assert verb(make_quote()) == "Pay EUR 12.00"


# What has moved, and what was done.


def test_a_fresh_price_says_what_has_moved() -> None:
    """D5: before and now, side by side; nothing when the promise is the same."""
    old = make_quote()
    new = make_quote(id="quo_2", subscription_version=8, created_at=NOW + dt.timedelta(minutes=1))
    assert moved_words(old, new) == ""
    assert promises_the_same(old, new)
    other = make_quote(before=make_terms(seats=39), due_now=eur(600))
    assert moved_words(old, other) == "Seats: 36, now 39; To pay: EUR 12.00, now EUR 6.00."
    assert not promises_the_same(old, other)


def test_the_result_says_what_was_charged() -> None:
    """The result repeats the amount that was charged and what it did."""
    said = done(confirmation(payment=make_payment(), activated=AffectedUsers(count=3)), make_quote())
    assert said == "Done: 42 seats, EUR 12.00 charged, 3 users became active."


def test_a_scheduled_reduction_says_from_when() -> None:
    """D8: the result names the day the smaller number is in force."""
    said = done(confirmation(subscription=make_subscription(scheduled_seats=30)), free())
    assert said == "Done: 30 seats from 1 Dec, nothing charged."


def test_a_free_change_says_that_nothing_was_charged() -> None:
    """Taking a reduction back costs nothing."""
    assert done(confirmation(), free()) == "Done: 42 seats, nothing charged."


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        (upward(), "Done: Enterprise, monthly, 42 seats, nothing charged."),
        (
            upward(credit_applied=eur(-2500)),
            "Done: Enterprise, monthly, 42 seats, nothing charged, EUR 25.00 kept as credit.",
        ),
        (free(change=Change(cancel=True)), "Done: it ends on 1 Dec, nothing charged."),
        (free(change=Change(resume=True)), "Done: the subscription continues and renews on 1 Dec, nothing charged."),
        (make_quote(change=Change(pay_overdue=True)), "Done: the subscription is active again, nothing charged."),
        (make_quote(change=Change(pay_users="all")), "Done: 0 users became active, nothing charged."),
    ],
)
def test_every_change_has_its_result(quote: Quote, said: str) -> None:
    """One line each, with what is so now."""
    assert done(confirmation(), quote) == said
