"""What needs somebody's attention, and what happens when by itself: lines with the key that helps. Pure."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from contract.people import Permission
from contract.subscription import Overview, PlanKind, SubscriptionStatus
from tui.presentation.glyphs import Glyphs
from tui.presentation.lines import width_of
from tui.presentation.text import clean
from tui.presentation.tones import MUTED, PLAIN, Span
from tui.presentation.wording import count, day_of, ended_on, ends_on, has_ended, renews_on, said_day

__all__ = ["Notice", "laid_out", "notices", "upcoming"]

_OK, _WARN, _BAD, _ACCENT = "ok", "warn", "bad", "accent"
_NARROW = 45
"""Below so many cells the short wording of a second line is used."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing. What stands last in `head` gives way in a narrow panel; `more` is a second line, if there is room.

    `short` is what the second line says in a narrow panel. With `keep` other things give way before it does.
    """

    head: tuple[Span, ...]
    more: str = ""
    short: str = ""
    keep: bool = False


def notices(overview: Overview, glyphs: Glyphs) -> Iterator[Notice]:
    """What waits for somebody, the most urgent first."""
    yield from _trouble(overview, glyphs)
    yield from _unpaid(overview, glyphs)
    subscription = overview.subscription
    end = ends_on(overview)
    if subscription.cancel_at_period_end and end:
        ends = f"{glyphs.waiting} ends on {said_day(end, overview)}"
        yield Notice(((ends, _WARN), (": no access then", _WARN)))
    yield from _requests(overview, glyphs)
    for code in overview.codes:
        left = f"{glyphs.waiting} code {clean(code.code, 24)} has {count(code.uses_left, 'use')} left"
        yield Notice(((left, PLAIN),))


def _helps(overview: Overview, key: str, does: str) -> tuple[Span, ...]:
    """The key that pays, for who may; the amount for everybody."""
    if Permission.CONFIRM_QUOTES in overview.me.may:
        return (f"  {key}", _ACCENT), (f" {does}", MUTED)
    return ()


def _trouble(overview: Overview, glyphs: Glyphs) -> Iterator[Notice]:
    """A renewal that was refused, and what came of it (D13)."""
    subscription = overview.subscription
    pays = _helps(overview, "o", "pays now")
    head: tuple[Span, ...]
    match subscription.status:
        case SubscriptionStatus.PAST_DUE:
            amount = f"{subscription.overdue} " if subscription.overdue else ""
            yield Notice(((f"{glyphs.bad} {amount}past due", _BAD), *pays), *_next_tries(overview), keep=True)
        case SubscriptionStatus.SUSPENDED:
            since = subscription.suspended_at
            said = "suspended" + (f" since {said_day(day_of(since, overview), overview)}" if since else "")
            until = f" until {subscription.overdue} is paid" if subscription.overdue else ""
            head = ((f"{glyphs.bad} {said}", _BAD), *pays)
            yield Notice(head, f"nobody has access{until}", f"no access{until}", keep=True)
        case SubscriptionStatus.ENDED:
            ended = f"{glyphs.bad} ended on {said_day(ended_on(overview), overview)}"
            head = ((ended, _BAD), *_helps(overview, "p", "starts again"))
            yield Notice(head, "nobody has access any more", keep=True)
            if subscription.overdue:
                owed = (f"{glyphs.bad} {subscription.overdue} owed for days that were used", _BAD)
                yield Notice((owed, *_helps(overview, "o", "pays it")))
        case SubscriptionStatus.ACTIVE:
            return


def _next_tries(overview: Overview) -> tuple[str, str]:
    """When it is asked for again and when access is lost, in long and in short."""
    subscription = overview.subscription
    again = said_day(day_of(subscription.retry_at, overview), overview) if subscription.retry_at else ""
    lost = said_day(day_of(subscription.suspended_at, overview), overview) if subscription.suspended_at else ""
    long = [f"tried again on {again}" if again else "", f"access lost on {lost}" if lost else ""]
    short = [f"again {again}" if again else "", f"access lost {lost}" if lost else ""]
    return ", ".join(filter(None, long)), ", ".join(filter(None, short))


def _unpaid(overview: Overview, glyphs: Glyphs) -> Iterator[Notice]:
    """Users NOT PAID, what they would cost now, and when they become active anyway (D15)."""
    waiting = overview.seats.not_paid
    if not waiting or overview.plan.kind is PlanKind.CONTRACT:
        return
    head: tuple[Span, ...] = ((f"{glyphs.bad} {waiting:,} NOT PAID", _BAD),)
    if overview.pay_unpaid:
        price: tuple[Span, ...] = ((f"  {overview.pay_unpaid} now", PLAIN),)
        head = (*head, *(_helps(overview, "P", f"pay {overview.pay_unpaid} now") or price))
    day = renews_on(overview)
    yield Notice(head, f"or with the payment of {said_day(day, overview)}" if day else "")


def _requests(overview: Overview, glyphs: Glyphs) -> Iterator[Notice]:
    if overview.transfers.incoming:
        requests = count(overview.transfers.incoming, "transfer request")
        yield Notice(((f"{glyphs.point} {requests}", _WARN), ("  3", _ACCENT), (" opens them", MUTED)))
    if overview.transfers.expiring:
        yield Notice(((f"{glyphs.point} {overview.transfers.expiring:,} of them within a day of expiring", _WARN),))


def upcoming(overview: Overview, glyphs: Glyphs) -> Iterator[Notice]:
    """What will happen by itself, with its day: nobody need do anything about it."""
    subscription, seats = overview.subscription, overview.seats
    if overview.plan.kind is PlanKind.CONTRACT or has_ended(overview):
        return
    end = ends_on(overview)
    if subscription.scheduled_seats is not None:
        change = f"{subscription.seats:,} → {count(subscription.scheduled_seats, 'seat')}"
        when = f"on {said_day(end, overview)}" if end else "with the next payment"
        yield Notice(((f"{glyphs.waiting} {change} {when}", PLAIN),))
    if seats.free_until_renewal and end:
        last = said_day(end - dt.timedelta(days=1), overview)
        free = count(seats.free_until_renewal, "paid seat")
        yield Notice(((f"{glyphs.waiting} {free} free until {last}", PLAIN),))
    if subscription.price_change:
        new = subscription.price_change
        costs = f"{glyphs.waiting} a seat costs {new.unit_price} from {said_day(new.date, overview)}"
        yield Notice(((costs, PLAIN),))
    if subscription.credit and subscription.credit.amount:
        yield Notice(((f"{glyphs.waiting} {subscription.credit} credit", PLAIN), (" for the next payments", MUTED)))


def laid_out(found: list[Notice], width: int, height: int) -> list[list[Span]]:
    """Lines for a panel of that size; 0 is as much as is wanted. Second lines go first when there is no room."""
    rows: list[tuple[bool, list[Span]]] = []
    for notice in found:
        rows.append((False, _shrunk(notice.head, width)))
        second = notice.short if notice.short and width and width < _NARROW else notice.more or notice.short
        if second:
            rows.append((not notice.keep, [(f"  {second}", MUTED)]))
    while height and len(rows) > height and any(extra for extra, _ in rows):
        del rows[max(place for place, (extra, _) in enumerate(rows) if extra)]
    lines = [line for _, line in rows]
    if height and len(lines) > height:
        hidden = len(lines) - height + 1
        lines = [*lines[: height - 1], [(f"  and {hidden:,} more", MUTED)]]
    return lines


def _shrunk(head: tuple[Span, ...], width: int) -> list[Span]:
    """Without its last pieces as long as it is too wide."""
    kept = list(head)
    while width and len(kept) > 1 and width_of(kept) > width:
        kept.pop()
    return kept
