"""What the summary of a quote says of days, wherever the subscription is billed."""

import datetime as dt

import pytest
from answers import eur, make_quote, make_terms

from contract.quotes import Change
from tui.presentation.quote_summary import effects

NOON = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)
DECEMBER = dt.date(2026, 12, 1)


@pytest.mark.parametrize("day", [14, 15, 16])
def test_at_once_is_at_once_in_every_time_zone(day: int) -> None:
    """Where it is billed it may be tomorrow already, or still yesterday: what is so at once is said without a day."""
    today = dt.date(2026, 11, day)
    assert effects(make_quote(created_at=NOON, effective=today))[0] == "The seats go from 36 to 42."
    assert effects(make_quote(created_at=NOON, effective=today, change=Change(plan="x")))[0] == "Takes effect at once."


def test_what_waits_says_until_when_on_the_last_day_too() -> None:
    """In UTC the period's end may have come already: the reduction still waits for it."""
    quote = make_quote(
        change=Change(seats=30),
        seats_after=30,
        lines=(),
        due_now=eur(0),
        created_at=dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC),
        effective=DECEMBER,
        after=make_terms(scheduled_seats=30),
    )
    assert effects(quote)[0] == "The seats go from 36 to 30 on 1 Dec."
