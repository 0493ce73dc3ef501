"""The share of a period that a line charges, held to its dates: days, seconds, or days where all months have thirty."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator

from contract.billing import Granularity, Line

_DAY_SECONDS, _HOUR_SECONDS = 86_400, 3_600
_FIXED_DAYS = 30

_UNITS = {Granularity.DAY: "days", Granularity.SECOND: "seconds", Granularity.FIXED30: "days of months of 30"}


def share_in_words(line: Line) -> str:
    """`10/30 days`; nothing for a whole period, which is not multiplied by itself."""
    factor = line.factor
    if factor.numerator == factor.denominator:
        return ""
    return f"{factor.numerator}/{factor.denominator} {_UNITS[line.granularity]}"


def factor_findings(line: Line) -> Iterator[str]:
    """What is wrong with a line's factor. Dates determine days; seconds only to within the first and the last day."""
    factor = line.factor
    if not 0 <= factor.numerator <= factor.denominator:
        yield f"its factor {factor.numerator}/{factor.denominator} is not between nothing and all of the period"
    part, whole = _fixed(line) if line.granularity is Granularity.FIXED30 else _days(line)
    spans = (
        (factor.numerator, part, line.service_start, line.service_end),
        (factor.denominator, whole, line.period_start, line.period_end),
    )
    for said, days, start, end in spans:
        if _differs(line.granularity, said, days):
            yield f"from {start} to {end} there are {days} days, its factor says {said} {_UNITS[line.granularity]}"


def _differs(granularity: Granularity, said: int, days: int) -> bool:
    if granularity is Granularity.SECOND:
        return abs(said - days * _DAY_SECONDS) > _DAY_SECONDS + _HOUR_SECONDS
    return said != days


def _days(line: Line) -> tuple[int, int]:
    """The days it is for, and those of its period."""
    return (line.service_end - line.service_start).days, (line.period_end - line.period_start).days


def _fixed(line: Line) -> tuple[int, int]:
    """The same as if every month had thirty days: a month's last day counts as its thirtieth."""
    start, end = line.period_start, line.period_end
    whole = _FIXED_DAYS * (12 * (end.year - start.year) + end.month - start.month)
    if (line.service_start, line.service_end) == (start, end):
        return whole, whole
    return min(whole, _fixed_day(line.service_end) - _fixed_day(line.service_start)), whole


def _fixed_day(day: dt.date) -> int:
    is_last = day.day == monthrange(day.year, day.month)[1]
    return _FIXED_DAYS * (12 * day.year + day.month) + (_FIXED_DAYS if is_last else day.day)
