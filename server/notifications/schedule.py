"""When something that could not be sent is tried again, and when it is given up."""

import datetime as dt
import random
from collections.abc import Sequence

_SECOND, _MINUTE, _HOUR = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))

LETTERS = tuple(each * _MINUTE for each in (1, 5, 15, 30, 60, 120, 240, 480, 720, 1440))
"""A letter leaves within two days or so, or is parked."""

DELIVERIES = (5 * _SECOND, 5 * _MINUTE, 30 * _MINUTE, *(each * _HOUR for each in (2, 5, 10, 14, 20, 24)))
"""What Standard Webhooks proposes: ten attempts within a little more than three days."""

JITTER = 0.1
"""By so much of itself a pause is made longer, at random, so that not everything is tried at the same moment."""

MAIL_SERVER = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
"""Seconds in which a mail server that can't be talked to is left alone."""


def next_attempt(failed: int, pauses: Sequence[dt.timedelta], now: dt.datetime) -> dt.datetime | None:
    """When there is another attempt after so many that failed; None: it is given up."""
    if failed > len(pauses):
        return None
    return now + pauses[failed - 1] * (1 + JITTER * random.random())  # noqa: S311 - spreads load, hides nothing
