"""What the Overview says about one answer."""

import datetime as dt

import pytest
from answers import make_event, make_overview, make_subscription

from contract.events import EventKind
from contract.subscription import (
    CodeNotice,
    Overview,
    SeatCounts,
    SeatUsage,
    SubscriptionStatus,
    TransferCounts,
)
from screens.overview_text import (
    attention_lines,
    fitted,
    latest_lines,
    seats_line,
    state,
    subscription_lines,
    usage_span,
)
from tui.glyphs import ASCII, UNICODE


def said(lines: list[list[tuple[str, str]]]) -> list[str]:
    """Lines without their tones."""
    return ["".join(part for part, _ in line) for line in lines]


def quiet(**facts: object) -> Overview:
    """An organisation in which nothing waits."""
    seats = SeatCounts(paid=36, used=30, free=6, not_paid=0, high_water=36, at_renewal=36)
    return make_overview(**{"seats": seats, "transfers": TransferCounts(incoming=0, outgoing=0), **facts})


def test_the_subscription_in_four_lines() -> None:
    """Plan, renewal with the days until then, price, and the next payment."""
    assert said(subscription_lines(make_overview())) == [
        "Business · monthly",
        "Renews     2026-12-01  in 10 days",
        "Price      EUR 6.00 per seat",
        "Next       EUR 234.00 for 39 seats",
    ]


def test_a_narrow_panel_leaves_out_what_would_be_cut() -> None:
    """At 60 columns the amounts stand without their remarks, instead of half a remark."""
    assert said([fitted(line, 26) for line in subscription_lines(make_overview())]) == [
        "Business · monthly",
        "Renews     2026-12-01",
        "Price      EUR 6.00",
        "Next       EUR 234.00",
    ]


def test_the_state_has_a_word() -> None:
    """State is glyph, word and colour, in ASCII too; a sandbox says that no money moves."""
    assert state(make_overview(), UNICODE) == [("● active", "ok")]
    past_due = make_overview(subscription=make_subscription(status=SubscriptionStatus.PAST_DUE), sandbox=True)
    assert state(past_due, ASCII) == [("! past due", "bad"), (" · sandbox, no money moves", "dim")]
    ends = make_overview(subscription=make_subscription(cancel_at_period_end=True))
    assert state(ends, UNICODE)[0][0] == "○ ends at the renewal"


def test_the_seats_say_who_waits_and_what_is_free_until_when() -> None:
    """D9: a vacated seat is free until the last day of the period; D15: NOT PAID users are counted."""
    assert "".join(part for part, _ in seats_line(make_overview())) == "36 of 36 taken · 0 free · 3 NOT PAID"
    vacated = SeatCounts(paid=36, used=35, free=1, not_paid=0, high_water=36, at_renewal=35, free_until_renewal=1)
    assert seats_line(make_overview(seats=vacated))[-1][0] == " · 1 paid seat free until 30 Nov"


def test_what_waits_is_listed_with_the_key_that_helps() -> None:
    """The most urgent first, each with its key."""
    lines = said(
        attention_lines(
            make_overview(
                transfers=TransferCounts(incoming=1, outgoing=0, expiring=1),
                codes=(CodeNotice(code="WELCOME\x1b-26", uses_left=2),),
            ),
            UNICODE,
        )
    )
    assert lines[:2] == ["! 3 users NOT PAID  + adds seats", "▸ 1 transfer request  3 opens them"]
    assert lines[2] == "▸ 1 of them within a day of expiring"
    assert lines[3].endswith("has 2 uses left")
    assert "\x1b" not in lines[3]


def test_nothing_to_do_is_said() -> None:
    """An empty panel would leave one wondering."""
    assert said(attention_lines(quiet(), UNICODE)) == ["✓ nothing waits for you"]


def test_a_subscription_in_trouble_comes_first() -> None:
    """D13: past due and suspended are the first thing one reads."""
    suspended = quiet(subscription=make_subscription(status=SubscriptionStatus.SUSPENDED))
    assert said(attention_lines(suspended, UNICODE))[0] == "! the subscription is suspended"


def test_the_latest_events_are_sentences() -> None:
    """Who did what, with the time; one's own deeds are "you"."""
    events = (make_event(EventKind.USER_ADDED), make_event(EventKind.PAYMENT_SUCCEEDED, amount="EUR 12.00"))
    lines = said(latest_lines(quiet(latest=events), 1))
    assert len(lines) == 1
    assert lines[0].endswith("Jane added Ana Silva")
    assert said(latest_lines(quiet(), 5)) == ["nothing has happened yet"]


@pytest.mark.parametrize(
    ("weeks", "span"),
    [([], ""), (["2026-11-16"], "Nov 2026"), (["2025-12-01", "2026-11-16"], "Dec … Nov")],
)
def test_the_chart_says_what_it_spans(weeks: list[str], span: str) -> None:
    """One month is named once."""
    usage = tuple(SeatUsage(week=dt.date.fromisoformat(week), used=1, paid=1) for week in weeks)
    assert usage_span(make_overview(usage=usage))[0] == span
