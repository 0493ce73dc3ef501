"""How numbers, days, moments and names are said on every screen."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contract.people import Permission
from contract.subscription import Overview, SubscriptionStatus
from tui.presentation.text import clean

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_WEEK = 7


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 user`, `3 users`, `1,204 users`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def opening(said: str) -> str:
    """The beginning of a sentence: with a capital letter, unless an address comes first."""
    return said if "@" in said.partition(" ")[0] else said[:1].upper() + said[1:]


def days_until(day: dt.date, today: dt.date) -> str:
    """`today`, `tomorrow`, `in 10 days`, `yesterday`, `3 days ago`."""
    days = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get(days) or (f"in {days:,} days" if days > 0 else f"{-days:,} days ago")


def short_day(day: dt.date) -> str:
    """`30 Nov`; the year is left to where it matters."""
    return f"{day.day} {day:%b}"


def near_day(day: dt.date, today: dt.date) -> str:
    """`30 Nov`, and `12 Jan 2028` when that is in another year than today."""
    return short_day(day) if day.year == today.year else f"{short_day(day)} {day.year}"


def day_of(moment: dt.datetime, overview: Overview) -> dt.date:
    """The day of a moment where the subscription is billed (D2)."""
    return moment.astimezone(zone_of(overview)).date()


def zone_of(overview: Overview | None) -> dt.tzinfo:
    """The subscription's time zone; UTC where this machine does not know it."""
    if overview is not None:
        with contextlib.suppress(ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(overview.subscription.time_zone)
    return dt.UTC


def said_day(day: dt.date, overview: Overview) -> str:
    """A day with its year where that is not the present one: most of an annual period lies ahead."""
    return near_day(day, day_of(overview.as_of, overview))


def renews_on(overview: Overview) -> dt.date | None:
    """The day of the renewal to come; None where none will come by itself, or one is overdue or under way."""
    day = ends_on(overview)
    return None if overview.subscription.cancel_at_period_end else day


def ends_on(overview: Overview) -> dt.date | None:
    """The day on which what is paid for ends; None once that is over, or nothing is paid for."""
    subscription = overview.subscription
    runs = subscription.status is SubscriptionStatus.ACTIVE and subscription.period_end > day_of(
        overview.as_of, overview
    )
    return subscription.period_end if runs else None


def has_ended(overview: Overview) -> bool:
    """Whether the subscription has ended, noted or by the clock."""
    subscription = overview.subscription
    over = subscription.cancel_at_period_end and ends_on(overview) is None
    return subscription.status is SubscriptionStatus.ENDED or over


def may_spend(overview: Overview) -> bool:
    """Whether whoever looks may confirm anything with a price, so that a key that pays is theirs."""
    return Permission.CONFIRM_QUOTES in overview.me.may


def ended_on(overview: Overview) -> dt.date:
    """The day on which a subscription that has ended did."""
    subscription = overview.subscription
    return day_of(subscription.ended_at, overview) if subscription.ended_at else subscription.period_end


def age(moment: dt.datetime, now: dt.datetime) -> str:
    """How long ago, or how far ahead, in one unit: `just now`, `5 min`, `3 h`, `2 d`."""
    seconds = abs((now - moment).total_seconds())
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h"
    return f"{int(seconds // _DAY)} d"


def clock(moment: dt.datetime, now: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """`14:02` for a moment of today, `Mon 14:02` within a week, else `2026-11-02`; in local time unless told."""
    there, here = moment.astimezone(zone), now.astimezone(zone)
    if there.date() == here.date():
        return f"{there:%H:%M}"
    if dt.timedelta(0) < here - there < dt.timedelta(days=_WEEK - 1):
        return f"{there:%a %H:%M}"
    return f"{there:%Y-%m-%d}"


def some(names: Sequence[str], total: int, most: int = 3) -> str:
    """`Ana, Bo and 5 more`: a few names made safe to show, and how many are not named."""
    shown = [clean(name, 40) for name in names[:most]]
    rest = total - len(shown)
    if rest > 0:
        return f"{', '.join(shown)} and {rest:,} more" if shown else f"{rest:,}"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else ""
