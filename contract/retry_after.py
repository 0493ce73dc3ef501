"""How long an answer asks to wait: `Retry-After` (RFC 9110), for the client and for whoever calls webhooks. Pure."""

import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

LONGEST = 7 * 24 * 60 * 60.0
"""Seconds; whatever asks for more asks for this."""

_DIGITS = 9


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds from 0 to `LONGEST`; None when there is no such header, or it is neither a number nor a date.

    A date (any of HTTP's three forms) is counted from the answer's own `Date`, so that clocks may differ.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return bounded(float(value) if len(value) <= _DIGITS else LONGEST)
    try:
        return bounded((_instant(value) - _instant(headers["date"])).total_seconds())
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        return None


def bounded(seconds: float) -> float:
    """A wait that makes sense: not before now, and not for longer than a week."""
    return min(max(0.0, seconds), LONGEST)


def _instant(value: str) -> dt.datetime:
    """A date; one that names no zone is in UTC, as HTTP's are."""
    found = parsedate_to_datetime(value)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
