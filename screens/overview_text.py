"""What the Overview says, computed from one answer: lines of styled text, no widgets."""

import datetime as dt

from contract.subscription import Overview, PlanKind, SubscriptionStatus
from screens.summary import BOLD, MUTED, PLAIN, Span
from tui.glyphs import Glyphs
from tui.sentences import sentence
from tui.text import clean
from tui.widgets.canvas import width_of
from tui.wording import clock, count, days_until, short_day

OK, WARN, BAD, ACCENT = "ok", "warn", "bad", "accent"
_LABEL = 11


def today(overview: Overview) -> dt.date:
    """The server's day: a sandbox clock may be elsewhere than this machine's."""
    return overview.as_of.date()


def state(overview: Overview, glyphs: Glyphs) -> list[Span]:
    """The subscription's state as glyph, word and colour; a sandbox says what it is."""
    sandbox = [(" · sandbox, no money moves", MUTED)] if overview.sandbox else []
    status = overview.subscription.status
    if status is not SubscriptionStatus.ACTIVE:
        return [(f"{glyphs.bad} {status.value.replace('_', ' ')}", BAD), *sandbox]
    ends = overview.subscription.cancel_at_period_end
    return [(f"{glyphs.waiting} ends at the renewal", WARN) if ends else (f"{glyphs.live} active", OK), *sandbox]


def fitted(line: list[Span], width: int) -> list[Span]:
    """The line without what it says last, after label and value, when that does not fit: half a word says nothing."""
    return line[:2] if width_of(line) > width else line


def subscription_lines(overview: Overview) -> list[list[Span]]:
    """Plan, renewal and price."""
    subscription, plan = overview.subscription, overview.plan
    lines: list[list[Span]] = [[(clean(plan.name, 40), BOLD), (f" · {subscription.billing_cycle.value}", PLAIN)]]
    renews = [
        ("Renews".ljust(_LABEL), MUTED),
        (f"{subscription.period_end:%Y-%m-%d}", PLAIN),
        (f"  {days_until(subscription.period_end, today(overview))}", MUTED),
    ]
    lines.append(renews)
    if plan.kind is PlanKind.PAID and subscription.unit_price:
        lines.append([("Price".ljust(_LABEL), MUTED), (f"{subscription.unit_price}", PLAIN), (" per seat", PLAIN)])
    if subscription.next_payment:
        seats = f" for {count(subscription.next_payment.seats, 'seat')}"
        lines.append([("Next".ljust(_LABEL), MUTED), (f"{subscription.next_payment.amount}", PLAIN), (seats, PLAIN)])
    return lines


def seats_line(overview: Overview) -> list[Span]:
    """`36 of 36 taken · 0 free`, and what is NOT PAID or free only until the renewal."""
    seats = overview.seats
    spans: list[Span] = [(f"{seats.used:,} of {seats.paid:,} taken", BOLD), (f" · {seats.free:,} free", PLAIN)]
    if seats.not_paid:
        spans.append((f" · {seats.not_paid:,} NOT PAID", BAD))
    if seats.free_until_renewal:
        last = overview.subscription.period_end - dt.timedelta(days=1)
        until = f" · {count(seats.free_until_renewal, 'paid seat')} free until {short_day(last)}"
        spans.append((until, MUTED))
    return spans


def attention_lines(overview: Overview, glyphs: Glyphs) -> list[list[Span]]:
    """What waits for somebody, the most urgent first; a friendly sentence when nothing does."""
    lines: list[list[Span]] = []
    if overview.subscription.status is not SubscriptionStatus.ACTIVE:
        lines.append([(f"{glyphs.bad} the subscription is {overview.subscription.status.value}", BAD)])
    if overview.seats.not_paid:
        who = f"{count(overview.seats.not_paid, 'user')} NOT PAID"
        lines.append([(f"{glyphs.bad} {who}", BAD), ("  +", ACCENT), (" adds seats", MUTED)])
    if overview.transfers.incoming:
        requests = count(overview.transfers.incoming, "transfer request")
        lines.append([(f"{glyphs.point} {requests}", WARN), ("  3", ACCENT), (" opens them", MUTED)])
    if overview.transfers.expiring:
        lines.append([(f"{glyphs.point} {overview.transfers.expiring:,} of them within a day of expiring", WARN)])
    for code in overview.codes:
        left = f"{glyphs.waiting} code {clean(code.code, 24)} has {count(code.uses_left, 'use')} left"
        lines.append([(left, PLAIN)])
    return lines or [[(f"{glyphs.good} nothing waits for you", OK)]]


def latest_lines(overview: Overview, most: int) -> list[list[Span]]:
    """The newest events, one line each."""
    me = overview.me.account.id
    return [
        [(f"{clock(event.created_at, overview.as_of):>10}  ", MUTED), (sentence(event, me=me), PLAIN)]
        for event in overview.latest[:most]
    ] or [[("nothing has happened yet", MUTED)]]


def usage_span(overview: Overview) -> Span:
    """The months the chart spans: `Dec … Nov`."""
    if not overview.usage:
        return ("", MUTED)
    first, last = (f"{week.week:%b %Y}" for week in (overview.usage[0], overview.usage[-1]))
    return (first if first == last else f"{first[:3]} … {last[:3]}", MUTED)
