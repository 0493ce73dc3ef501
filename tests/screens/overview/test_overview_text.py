"""What the Overview says about one answer."""

import datetime as dt

import pytest
from answers import eur, make_event, make_overview, make_subscription

from contract.events import EventKind
from contract.people import PERMISSIONS, Role
from contract.subscription import (
    CodeNotice,
    NextPayment,
    Overview,
    PriceChange,
    SeatCounts,
    SeatUsage,
    SubscriptionStatus,
    TransferCounts,
)
from screens.overview.text import (
    attention_lines,
    fitted,
    latest_lines,
    seats_line,
    state,
    subscription_lines,
    usage_span,
)
from tui.presentation.glyphs import ASCII, UNICODE
from tui.presentation.wording import day_of


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
    assert state(past_due, ASCII) == [("! past due", "bad"), (" · sandbox", "dim")]
    ends = make_overview(subscription=make_subscription(cancel_at_period_end=True))
    assert state(ends, UNICODE)[0][0] == "○ ends on 1 Dec"


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
                pay_unpaid=eur(600),
            ),
            UNICODE,
        )
    )
    assert lines[:3] == [
        "! 3 NOT PAID  P pay EUR 6.00 now",
        "  or with the payment of 1 Dec",
        "▸ 1 transfer request  3 opens them",
    ]
    assert lines[3] == "▸ 1 of them within a day of expiring"
    assert lines[4].endswith("has 2 uses left")
    assert "\x1b" not in lines[4]


def test_who_may_not_pay_sees_the_amount_without_the_key() -> None:
    """D28: a key that would be refused helps nobody."""
    overview = make_overview(pay_unpaid=eur(600))
    viewer = overview.me.model_copy(update={"role": Role.VIEWER, "may": PERMISSIONS[Role.VIEWER]})
    assert (
        said(attention_lines(make_overview(pay_unpaid=eur(600), me=viewer), UNICODE))[0] == "! 3 NOT PAID  EUR 6.00 now"
    )


def test_nothing_to_do_is_said() -> None:
    """An empty panel would leave one wondering."""
    assert said(attention_lines(quiet(), UNICODE)) == ["✓ nothing needs your attention"]


def late(**facts: object) -> Overview:
    """A renewal was refused yesterday; it is asked again tomorrow and for the last time on 8 Dec."""
    terms: dict[str, object] = {
        "status": SubscriptionStatus.PAST_DUE,
        "overdue": eur(23400),
        "retry_at": dt.datetime(2026, 12, 2, 8, tzinfo=dt.UTC),
        "suspended_at": dt.datetime(2026, 12, 8, 8, tzinfo=dt.UTC),
    }
    return make_overview(subscription=make_subscription(**{**terms, **facts}), pay_unpaid=None)


def test_a_refused_renewal_comes_first_with_its_days() -> None:
    """D13: the amount, when it is asked again, when access is lost, and the key that pays; in short where narrow."""
    assert said(attention_lines(late(), UNICODE))[:3] == [
        "! EUR 234.00 past due  o pays now",
        "  tried again on 2 Dec, access lost on 8 Dec",
        "! 3 NOT PAID",
    ]
    narrow = said(attention_lines(late(), UNICODE, 36, 4))
    assert narrow[:2] == ["! EUR 234.00 past due  o pays now", "  again 2 Dec, access lost 8 Dec"]
    assert narrow[2:] == ["! 3 NOT PAID", "▸ 7 transfer requests  3 opens them"]
    assert all(len(each) <= 36 for each in narrow)


def test_a_suspended_subscription_says_what_it_means() -> None:
    """D13: nobody has access until it is paid."""
    suspended = late(status=SubscriptionStatus.SUSPENDED, retry_at=None)
    assert said(attention_lines(suspended, UNICODE))[:2] == [
        "! suspended since 8 Dec  o pays now",
        "  nobody has access until EUR 234.00 is paid",
    ]
    assert said(attention_lines(suspended, UNICODE, 36, 4))[1] == "  no access until EUR 234.00 is paid"
    ended = make_overview(subscription=make_subscription(status=SubscriptionStatus.ENDED))
    assert said(attention_lines(ended, UNICODE))[:2] == [
        "! ended on 1 Dec  p starts again",
        "  nobody has access any more",
    ]


def test_what_happens_when_is_said_below() -> None:
    """The end of a cancelled subscription, a reduction, a seat that is free, and a credit: each with its day."""
    seats = SeatCounts(paid=36, used=29, free=7, not_paid=0, high_water=36, at_renewal=30, free_until_renewal=1)
    planned = make_subscription(scheduled_seats=30, credit=eur(300), cancel_at_period_end=True)
    assert said(attention_lines(quiet(seats=seats, subscription=planned), UNICODE)) == [
        "○ ends on 1 Dec: no access then",
        "○ 36 → 30 seats on 1 Dec",
        "○ 1 paid seat free until 30 Nov",
        "○ EUR 3.00 credit for the next payments",
    ]


def test_a_panel_without_room_keeps_the_most_urgent() -> None:
    """Second lines go first, then what is last is counted."""
    overview = make_overview(
        pay_unpaid=eur(600),
        transfers=TransferCounts(incoming=7, outgoing=0, expiring=1),
        codes=(CodeNotice(code="A", uses_left=2), CodeNotice(code="B", uses_left=1)),
    )
    assert said(attention_lines(overview, UNICODE, 36, 4)) == [
        "! 3 NOT PAID  P pay EUR 6.00 now",
        "▸ 7 transfer requests  3 opens them",
        "▸ 1 of them within a day of expiring",
        "  and 2 more",
    ]
    assert said(attention_lines(overview, UNICODE, 26, 2))[0] == "! 3 NOT PAID  P"


def test_the_subscription_shows_what_is_owed_and_what_is_kept() -> None:
    """The price moves up to the plan when there would be five lines; an end takes the place of the renewal."""
    assert said(subscription_lines(late(credit=eur(300)))) == [
        "Business · monthly · EUR 6.00 per seat",
        "Was due    2026-12-01  in 10 days",
        "Overdue    EUR 234.00, asked again on 2 Dec",
        "Credit     EUR 3.00 for the next payments",
    ]
    kept = make_overview(subscription=make_subscription(credit=eur(300)))
    assert said(subscription_lines(kept))[2:] == [
        "Next       EUR 234.00 for 39 seats",
        "Credit     EUR 3.00 for the next payments",
    ]
    ends = make_overview(subscription=make_subscription(cancel_at_period_end=True, next_payment=None))
    assert said(subscription_lines(ends))[1:] == ["Ends       2026-12-01  in 10 days", "Price      EUR 6.00 per seat"]


def test_a_credit_is_no_price() -> None:
    """What is asked for next, and what is after the credit is used up; a price that is announced, with its day."""
    january = dt.date(2027, 1, 1)
    coming = NextPayment(
        date=dt.date(2026, 12, 1), seats=4, amount=eur(0), total=eur(2400), credit_applied=eur(2400), full_from=january
    )
    new = PriceChange(date=january, unit_price=eur(700))
    overview = make_overview(subscription=make_subscription(next_payment=coming, credit=eur(2400), price_change=new))
    assert "Next       EUR 0.00, then EUR 24.00" in said(subscription_lines(overview))
    assert "○ a seat costs EUR 7.00 from 1 Jan 2027" in said(attention_lines(overview, UNICODE))


def test_a_day_is_that_of_the_subscription() -> None:
    """D2: half past eleven in the evening of UTC is tomorrow in Berlin; an unknown zone counts in UTC."""
    late_at_night = dt.datetime(2026, 12, 1, 23, 30, tzinfo=dt.UTC)
    for zone, day in (("Europe/Berlin", 2), ("UTC", 1), ("Nowhere/At all", 1)):
        assert day_of(late_at_night, make_overview(subscription=make_subscription(time_zone=zone))).day == day


def test_a_day_of_another_year_says_so() -> None:
    """An annual subscription that ends in a year does not read as if it ended today."""
    ends = make_subscription(cancel_at_period_end=True, period_end=dt.date(2027, 11, 21))
    overview = make_overview(subscription=ends)
    assert state(overview, UNICODE)[0][0] == "○ ends on 21 Nov 2027"
    assert "○ ends on 21 Nov 2027: no access then" in said(attention_lines(overview, UNICODE))


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
