"""What the Overview says, computed from one answer: lines of styled text, no widgets."""

import datetime as dt

from contract.people import Permission
from contract.subscription import NextPayment, Overview, PlanKind, SubscriptionStatus
from screens.overview.attention import Notice, laid_out, notices, upcoming
from tui.presentation.event_descriptions import sentence
from tui.presentation.glyphs import Glyphs
from tui.presentation.lines import width_of
from tui.presentation.text import clean
from tui.presentation.tones import BOLD, MUTED, PLAIN, Span
from tui.presentation.wording import clock, count, day_of, days_until, ended_on, ends_on, said_day

OK, WARN, BAD = "ok", "warn", "bad"
_LABEL = 11


def today(overview: Overview) -> dt.date:
    """The server's day where the subscription is billed: a sandbox clock may be elsewhere than this machine's."""
    return day_of(overview.as_of, overview)


def state(overview: Overview, glyphs: Glyphs) -> list[Span]:
    """The subscription's state as glyph, word and colour; a sandbox says what it is."""
    sandbox = [(" · sandbox", MUTED)] if overview.sandbox else []
    status = overview.subscription.status
    if status is not SubscriptionStatus.ACTIVE:
        return [(f"{glyphs.bad} {status.value.replace('_', ' ')}", BAD), *sandbox]
    if overview.subscription.cancel_at_period_end:
        ends = f"{glyphs.waiting} ends on {said_day(overview.subscription.period_end, overview)}"
        return [(ends, WARN), *sandbox]
    playing = [(" · sandbox, no money moves", MUTED)] if overview.plan.kind is not PlanKind.CONTRACT else sandbox
    return [(f"{glyphs.live} active", OK), *(playing if overview.sandbox else [])]


def fitted(line: list[Span], width: int) -> list[Span]:
    """The line without what it says last, after label and value, when that does not fit: half a word says nothing."""
    return line[:2] if width_of(line) > width else line


def subscription_lines(overview: Overview) -> list[list[Span]]:
    """Plan, renewal, price and payments in at most four lines: the price stands beside the plan when there are more."""
    subscription, plan = overview.subscription, overview.plan
    name: list[Span] = [(clean(plan.name, 40), BOLD)]
    if plan.kind is PlanKind.FREE and subscription.status is SubscriptionStatus.ACTIVE:
        return [name, _labelled("Price", "free", ", nothing is due")]
    if plan.kind is PlanKind.PAID:
        name.append((f" · {subscription.billing_cycle.value}", PLAIN))
    lines = [name, _period_line(overview)]
    if plan.kind is not PlanKind.PAID:
        return lines
    money = _owed_and_kept(overview)
    if subscription.next_payment and not subscription.overdue:
        money.insert(
            0, _labelled("Next", f"{subscription.next_payment.amount}", _next_words(subscription.next_payment))
        )
    if subscription.unit_price and len(money) > 1:
        name.append((f" · {subscription.unit_price} per seat", PLAIN))
    elif subscription.unit_price:
        lines.append(_labelled("Price", f"{subscription.unit_price}", " per seat"))
    return [*lines, *money]


def _next_words(coming: NextPayment) -> str:
    """For how many seats; where a credit pays some of it, what is to be paid after that."""
    if coming.total and coming.credit_applied and coming.credit_applied.amount > 0:
        return f", then {coming.total}"
    return f" for {count(coming.seats, 'seat')}"


def fixed_seats(overview: Overview) -> str:
    """Why the number of seats can't be changed just now, and what the role can do; empty when it can be (D14)."""
    name, status, may = clean(overview.plan.name, 40), overview.subscription.status, overview.me.may
    why = helps = ""
    needed = Permission.CONFIRM_QUOTES
    if status is SubscriptionStatus.ENDED:
        why, helps = "The subscription has ended", "p starts it again"
    elif overview.plan.kind is PlanKind.FREE:
        why, helps = f"{name} has no seats to pay for", "p chooses a plan that has them"
    elif status is not SubscriptionStatus.ACTIVE:
        why, helps = "A payment is overdue", "o pays it, then the seats can be changed"
    elif overview.plan.seats_follow_users:
        why, helps = f"On {name} seats follow the users", "2 opens them, n adds one, d removes"
        needed = Permission.MANAGE_USERS
    if not why:
        return ""
    return f"{why}: {helps}." if needed in may else f"{why}."


def _labelled(label: str, value: str, more: str = "", tone: str = PLAIN) -> list[Span]:
    return [(label.ljust(_LABEL), MUTED), (value, tone), (more, PLAIN)]


def _period_line(overview: Overview) -> list[Span]:
    """When it renews, or when it ends or has ended."""
    subscription = overview.subscription
    label = "Renews"
    if subscription.status is SubscriptionStatus.ENDED:
        label = "Ended"
    elif subscription.cancel_at_period_end:
        label = "Ends"
    elif subscription.status is not SubscriptionStatus.ACTIVE:
        label = "Was due"
    day = ended_on(overview) if subscription.status is SubscriptionStatus.ENDED else subscription.period_end
    until = days_until(day, today(overview))
    return [(label.ljust(_LABEL), MUTED), (f"{day:%Y-%m-%d}", PLAIN), (f"  {until}", MUTED)]


def _owed_and_kept(overview: Overview) -> list[list[Span]]:
    """What a refused renewal asks for, and what is kept for the next payments."""
    subscription = overview.subscription
    lines: list[list[Span]] = []
    if subscription.overdue:
        again = subscription.retry_at
        more = f", asked again on {said_day(day_of(again, overview), overview)}" if again else ""
        lines.append(_labelled("Overdue", f"{subscription.overdue}", more, BAD))
    if subscription.credit and subscription.credit.amount:
        lines.append(_labelled("Credit", f"{subscription.credit}", " for the next payments"))
    return lines


def seats_line(overview: Overview) -> list[Span]:
    """`36 of 36 taken · 0 free`, and what is NOT PAID or free only until the renewal."""
    seats = overview.seats
    spans: list[Span] = [(f"{seats.used:,} of {seats.paid:,} taken", BOLD), (f" · {seats.free:,} free", PLAIN)]
    if seats.inactive:
        taken = f"{seats.inactive:,} of {seats.paid:,} taken, " if seats.paid else ""
        spans = [("nobody is active", BOLD), (f" · {taken}{count(seats.inactive, 'user')} inactive", BAD)]
    if seats.not_paid:
        spans.append((f" · {seats.not_paid:,} NOT PAID", BAD))
    end = ends_on(overview)
    if end and seats.free_until_renewal and overview.plan.kind is not PlanKind.CONTRACT:
        last = end - dt.timedelta(days=1)
        until = f" · {count(seats.free_until_renewal, 'paid seat')} free until {said_day(last, overview)}"
        spans.append((until, MUTED))
    return spans


def attention_lines(overview: Overview, glyphs: Glyphs, width: int = 0, height: int = 0) -> list[list[Span]]:
    """What waits for somebody, the most urgent first, then what happens by itself; for a panel of that size.

    A friendly sentence when nothing waits. With 0 the lines are as many and as wide as they would like to be.
    """
    waiting = list(notices(overview, glyphs)) or [Notice(((f"{glyphs.good} nothing needs your attention", OK),))]
    return laid_out([*waiting, *upcoming(overview, glyphs)], width, height)


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
