"""Days as people type them into a filter or an option."""

import datetime as dt

import pytest

from tui.presentation.day_spans import DaySpan, DaySpanError, day_span

OCT, NOV = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("2026-10-01", DaySpan(OCT, dt.date(2026, 10, 2))),
        ("2026-10", DaySpan(OCT, NOV)),
        ("2026-12", DaySpan(dt.date(2026, 12, 1), dt.date(2027, 1, 1))),
        ("2026", DaySpan(dt.date(2026, 1, 1), dt.date(2027, 1, 1))),
        ("2026-10-1", DaySpan(OCT, dt.date(2026, 10, 2))),
        (">2026-10-01", DaySpan(dt.date(2026, 10, 2), None)),
        (">=2026-10-01", DaySpan(OCT, None)),
        (">2026-10", DaySpan(NOV, None)),
        ("<2026-10", DaySpan(None, OCT)),
        ("<=2026-10", DaySpan(None, NOV)),
        ("2026-10-01..2026-10-31", DaySpan(OCT, NOV)),
        ("2026-10..", DaySpan(OCT, None)),
        ("..2026-10", DaySpan(None, NOV)),
        ("2024-02-29", DaySpan(dt.date(2024, 2, 29), dt.date(2024, 3, 1))),
    ],
)
def test_days(typed: str, span: DaySpan) -> None:
    """A month or a year is all its days, both ends of a range belong to it, and `>` begins after what it names."""
    assert day_span(typed) == span


@pytest.mark.parametrize(
    "typed",
    ["", "soon", "2026-13", "2026-02-30", "26-10-01", "1969", "2999-12-31", "..", ">", "=2026", "٢٠٢٦", "2026-"],
)
def test_no_days(typed: str) -> None:
    """Anything else is refused with what it takes."""
    with pytest.raises(DaySpanError, match="takes 2026-10-01"):
        day_span(typed)
