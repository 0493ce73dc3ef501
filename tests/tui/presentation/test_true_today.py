"""What screens and commands say about a subscription is true on the day it is said, in every state it may be in."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

import pytest
from answers import NOW, eur, make_overview, make_subscription

from cli.changes import _seats_in_words
from contract.people import Role
from contract.subscription import Overview, Plan, PlanKind, SeatCounts, SubscriptionStatus
from contract.users import User, UserSource, UserStatus
from screens.overview.attention import notices, upcoming
from screens.overview.text import fixed_seats, seats_line
from tui.presentation.glyphs import UNICODE
from tui.presentation.seat_sums import admission_lines, vacancy_lines
from tui.presentation.tones import plain
from tui.presentation.users import detail_lines, removal_summary
from tui.presentation.wording import ends_on

TODAY = NOW.date()
PAST = dt.date(2026, 11, 19)
"""When the period of a subscription ended whose renewal was refused."""

_DAYS = re.compile(r"(\d{1,2}) (Nov|Dec|Jan)(?: (\d{4}))?|(\d{4})-(\d\d)-(\d\d)")
_MONTHS = {"Nov": 11, "Dec": 12, "Jan": 1}
_OVER = re.compile(r"(ended on|suspended since) \S+ \S+( \d{4})?|(ended on) \S+")
"""What is said of the past on purpose."""


def states() -> Iterator[Overview]:
    """A subscription in every state, its seats bought or following the users, with and without a reduction."""
    for status, follow, ends, scheduled in product(SubscriptionStatus, (False, True), (False, True), (None, 5)):
        late = status is not SubscriptionStatus.ACTIVE
        closed = status in {SubscriptionStatus.ENDED, SubscriptionStatus.SUSPENDED}
        facts: dict[str, Any] = {
            "status": status,
            "period_end": PAST if late else dt.date(2026, 12, 1),
            "cancel_at_period_end": ends and not late,
            "scheduled_seats": None if follow or closed else scheduled,
            "overdue": eur(1200) if late else None,
            "suspended_at": NOW - dt.timedelta(hours=3) if closed else NOW + dt.timedelta(days=4) if late else None,
            "retry_at": NOW + dt.timedelta(days=1) if status is SubscriptionStatus.PAST_DUE else None,
            "ended_at": NOW - dt.timedelta(days=1) if status is SubscriptionStatus.ENDED else None,
            "restorable_until": None if status is SubscriptionStatus.ENDED else NOW + dt.timedelta(days=10),
        }
        used = 0 if closed else 8
        seats = SeatCounts(
            paid=10, used=used, inactive=8 - used, free=2, not_paid=0, high_water=10, at_renewal=8, free_until_renewal=2
        )
        plan = Plan(id="x", name="X", kind=PlanKind.PAID, sub_accounts=True, seats_follow_users=follow)
        yield make_overview(subscription=make_subscription(**facts), seats=seats, plan=plan)


def user(status: UserStatus) -> User:
    """Somebody listed."""
    return User(
        id="usr_1",
        account_id="acc_1",
        email="a@x.example",
        first_name="A",
        last_name="B",
        status=status,
        source=UserSource.HAND,
        added_at=NOW,
        version=1,
    )


def sentences(overview: Overview) -> Iterator[str]:
    """All that is said about what will come."""
    summary = removal_summary([user(UserStatus.ACTIVE)], overview)
    told = [*notices(overview, UNICODE), *upcoming(overview, UNICODE)]
    lines: Iterable[Any] = [
        *admission_lines(overview, 5),
        *vacancy_lines(overview, 3, 0),
        *detail_lines(user(UserStatus.NOT_PAID), overview)[7:],
        *summary.lines,
        summary.final,
        summary.back,
        seats_line(overview),
        fixed_seats(overview),
        *_seats_in_words(overview),
        *(text for each in told for text in (list(each.head), each.more, each.short)),
    ]
    yield from (plain(line) for line in lines if line)


def days_in(text: str) -> Iterator[dt.date]:
    """The days a sentence names."""
    for day, month, year, *iso in _DAYS.findall(_OVER.sub("", text)):
        if month:
            yield dt.date(int(year or TODAY.year), _MONTHS[month], int(day))
        else:
            yield dt.date(*map(int, iso))


def test_no_sentence_names_a_day_that_is_over() -> None:
    """Whatever is to come is today or later; what is told of the past says that it is over."""
    checked = 0
    for overview in states():
        for text in sentences(overview):
            found = list(days_in(text))
            checked += len(found)
            assert all(day >= TODAY for day in found), (overview.subscription.status, text)
    assert checked > 60


def test_nobody_is_told_of_a_renewal_that_will_not_come() -> None:
    """Where nothing renews by itself, no sentence speaks of the renewal or of becoming active by it."""
    for overview in states():
        if ends_on(overview) is None or overview.subscription.cancel_at_period_end:
            assert not [text for text in sentences(overview) if "renewal" in text or "renews" in text]


KEYS: Sequence[str] = ("1 o", "o pays", "P pays", "p starts", "p chooses")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_keys_that_pay_are_told_to_who_may_pay(role: Role) -> None:
    """Who may confirm nothing with a price reads no key that does."""
    for overview in states():
        me = overview.me.model_copy(update={"role": role, "may": frozenset()})
        for text in sentences(overview.model_copy(update={"me": me})):
            assert not [key for key in KEYS if key in text], text
