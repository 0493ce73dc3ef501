"""Numbers in the sentences of quotes, lines and refusals."""

import datetime as dt


def seats_in_words(quantity: int) -> str:
    """`1 seat`, `12 seats`."""
    return f"{quantity} seat" if quantity == 1 else f"{quantity} seats"


def days_in_words(start: dt.date, end: dt.date) -> str:
    """The days of `[start, end)` by their first and last."""
    return f"{start} to {end - dt.timedelta(days=1)}"
