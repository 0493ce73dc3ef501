"""Spans of days as people type them: `2026-10-01`, `2026-10`, `>2026-10-01`, `2026-10-01..2026-10-15`. Pure."""

import datetime as dt
import re
from typing import NamedTuple

__all__ = ["DaySpan", "DaySpanError", "day_span"]

_FIRST, _LAST = 1970, 2999
_POINT = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_YEAR_END = 12


class DaySpanError(ValueError):
    """What was typed is no span of days; the message shows some that are."""

    def __init__(self) -> None:
        super().__init__("takes 2026-10-01, 2026-10, 2026, >2026-10-01, <=2026-10 or 2026-10-01..2026-10-15")


class DaySpan(NamedTuple):
    """The days from one on, before another; None where it does not end."""

    start: dt.date | None = None
    before: dt.date | None = None


def day_span(typed: str) -> DaySpan:
    """What was typed as days. A month or a year is all its days; both ends of a `..` are part of it.

    Raises:
        DaySpanError: it is nothing of the kind.
    """
    for sign in (">=", "<=", ">", "<"):
        if typed.startswith(sign):
            first, after = _point(typed.removeprefix(sign))
            spans = {">=": DaySpan(first), ">": DaySpan(after), "<": DaySpan(None, first), "<=": DaySpan(None, after)}
            return spans[sign]
    if ".." not in typed:
        return DaySpan(*_point(typed))
    start, _, end = typed.partition("..")
    if not start and not end:
        raise DaySpanError
    return DaySpan(_point(start)[0] if start else None, _point(end)[1] if end else None)


def _point(typed: str) -> tuple[dt.date, dt.date]:
    """The first day of a day, month or year, and the first day after it."""
    found = _POINT.fullmatch(typed)
    if found is None:
        raise DaySpanError
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        first = dt.date(year, month or 1, day or 1)
    except ValueError as error:
        raise DaySpanError from error
    if not _FIRST <= year < _LAST:
        raise DaySpanError
    if day:
        return first, first + dt.timedelta(days=1)
    if month is None or month == _YEAR_END:
        return first, dt.date(year + 1, 1, 1)
    return first, dt.date(year, month + 1, 1)
