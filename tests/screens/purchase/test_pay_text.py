"""What the Pay dialog says about users and prices."""

import datetime as dt

from answers import eur, make_line, make_quote, make_terms
from made import make_user

from contract.billing import UserShare
from contract.quotes import Change, Quote
from contract.users import UserStatus
from screens.purchase.pay_text import (
    introduction,
    left_out_words,
    no_longer,
    payee_items,
    sum_lines,
    unpaid_of,
    wait_words,
)
from tui.presentation.tones import Line, pieces


def said(line: Line) -> str:
    """A line without its tones."""
    return "".join(text for text, _ in pieces(line))


def for_users(*names: str, **facts: object) -> Quote:
    """A quote that pays for these users, EUR 2.00 each."""
    total = eur(200 * len(names))
    shares = tuple(UserShare(user_id=f"usr_{at}", name=name, amount=eur(200)) for at, name in enumerate(names))
    lines = (make_line(description="Business: seats", quantity=len(names), amount=total, shares=shares),)
    given: dict[str, object] = {
        "change": Change(pay_users="all"),
        "lines": lines,
        "net": total,
        "total": total,
        "due_now": total,
        "after": make_terms(seats=36 + len(names)),
    }
    return make_quote(**{**given, **facts})


def test_waiting_is_an_alternative_with_its_price() -> None:
    """D15: the next renewal has the unpaid users too, so the day and their share of it stand beside the price now."""
    assert wait_words(for_users("Ana", "Bo", "Cy")) == (
        "Or wait: they become active with the payment of 1 Dec, which has EUR 18.00 for them either way."
    )
    taxed = for_users("Ana", tax_rate=2100)
    assert wait_words(taxed) == (
        "Or wait: the user becomes active with the payment of 1 Dec, which has EUR 7.26 for this user either way."
    )
    yearly = make_terms(period_start=dt.date(2026, 11, 1), period_end=dt.date(2027, 11, 1))
    assert "payment of 1 Nov 2027" in wait_words(for_users("Ana", before=yearly))


def test_a_cancelled_subscription_has_no_renewal_to_wait_for() -> None:
    """D12: whoever is not paid for never becomes active."""
    ends = for_users("Ana", "Bo", before=make_terms(ends=True))
    assert wait_words(ends) == "No renewal to wait for: the subscription ends on 1 Dec."


def test_the_sum_is_the_servers_or_says_why_it_is_not_there() -> None:
    """Priced, being asked, refused, nobody marked: four different lines."""
    quote = for_users("Ana", "Bo", "Cy")
    assert [said(each) for each in sum_lines(quote, 3, 4)][:2] == [
        "3 of 4 marked",
        "EUR 6.00 now   3 users, each EUR 6.00 × 10/30 days, to 30 Nov",
    ]
    assert said(sum_lines(None, 2, 4)[-1]) == "getting the price of 2 users…"
    assert said(sum_lines(None, 0, 4)[-1]) == "Nobody is marked: space marks one, * marks all."
    assert said(sum_lines(None, 2, 4, "Not just now.")[-1]) == "Not just now."


def test_everybody_is_named_with_the_price() -> None:
    """By name and address as far as they were on the screen, else as the server's line names them; harmlessly."""
    known = {"usr_0": make_user(id="usr_0", status=UserStatus.NOT_PAID)}
    items = [said(each) for each in payee_items(for_users("Ana Silva", "Bo\x1b[2J"), known)]
    assert items[1:] == [
        "EUR 2.00  Ana Silva  ana@acme.example",
        "EUR 2.00  Bo␛[2J",
    ]
    assert items[0].startswith("Or wait:")


def test_marks_that_need_no_payment_are_counted() -> None:
    """Only those who are NOT PAID are paid for, and the rest is said."""
    users = [make_user(), make_user(status=UserStatus.NOT_PAID), make_user(status=UserStatus.NOT_PAID)]
    assert len(unpaid_of(users)) == 2
    assert left_out_words(3, 2) == "1 of the 3 marked is not NOT PAID and left out."
    assert left_out_words(5, 2) == "3 of the 5 marked are not NOT PAID and left out."
    assert left_out_words(2, 2) == ""


def test_more_than_one_payment_takes_is_said() -> None:
    """At most 10,000 users in one payment; those who wait longest are paid for first."""
    assert [said(each) for each in introduction(12_345, chosen=False)] == [
        "12,345 users are NOT PAID; one payment takes 10,000: those who wait longest. Pay again for the others."
    ]
    assert introduction(10_000, chosen=False) == []


def test_who_needs_no_payment_any_longer_is_named() -> None:
    """Somebody else paid for or removed them meanwhile."""
    known = {"usr_1": make_user(), "usr_2": make_user(first_name="Bo")}
    assert no_longer(["usr_1"], known) == "Ana Silva is no longer NOT PAID and left out."
    assert no_longer(["usr_1", "usr_2"], known) == "Ana Silva and Bo Silva are no longer NOT PAID and left out."
