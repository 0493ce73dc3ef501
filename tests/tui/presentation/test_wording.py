"""The wording of counts, days and moments."""

import datetime as dt

import pytest

from tui.presentation.wording import age, clock, count, days_until, some

NOW = dt.datetime(2026, 11, 21, 14, 2, tzinfo=dt.UTC)


def test_one_is_not_many() -> None:
    """Counts agree with their noun and have thousands separators."""
    assert [count(1, "user"), count(0, "user"), count(1204, "entry", "entries")] == [
        "1 user",
        "0 users",
        "1,204 entries",
    ]


@pytest.mark.parametrize(
    ("day", "said"), [(21, "today"), (22, "tomorrow"), (20, "yesterday"), (30, "in 9 days"), (1, "20 days ago")]
)
def test_days_are_said_from_today(day: int, said: str) -> None:
    """Near days have names, others are counted."""
    assert days_until(dt.date(2026, 11, day), NOW.date()) == said


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "just now"), (5, "5 min"), (200, "3 h"), (60 * 49, "2 d"), (-120, "2 h")]
)
def test_an_age_has_one_unit(minutes: int, said: str) -> None:
    """Ages in lists are short and have one unit, back or ahead."""
    assert age(NOW - dt.timedelta(minutes=minutes), NOW) == said


@pytest.mark.parametrize(
    ("back", "said"),
    [(dt.timedelta(hours=1), "13:02"), (dt.timedelta(days=2), "Thu 14:02"), (dt.timedelta(days=30), "2026-10-22")],
)
def test_a_moment_is_as_exact_as_it_is_near(back: dt.timedelta, said: str) -> None:
    """Today shows the time, this week the day as well, the rest the date."""
    assert clock(NOW - back, NOW, dt.UTC) == said


def test_names_are_few_and_harmless() -> None:
    """A few names are shown, the rest counted, and none can act on the terminal."""
    assert some(["Ana", "Bo\x1b[2J"], 2).startswith("Ana and Bo")
    assert "\x1b" not in some(["Bo\x1b[2J"], 1)
    assert some(["Ana", "Bo", "Cy", "Dee"], 9) == "Ana, Bo, Cy and 6 more"
