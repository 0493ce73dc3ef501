"""Days of service after a renewal that was refused: they are owed, also once the subscription has ended (D13)."""

import datetime as dt
from collections.abc import Iterator

from contract.billing import Line
from server.domain.periods import next_period
from server.domain.proration import line, share_of_days
from server.domain.subscription_state import Arrears, Standing
from server.domain.wording import days_in_words, seats_in_words


def arrears_of(standing: Standing, until: dt.date) -> Arrears | None:
    """What ending the service now leaves owed; None where every day of it is paid for.

    `until` is the day after the last one on which anybody could work.
    """
    if standing.owed is not None:
        return standing.owed
    owes = standing.renews and standing.seats.in_service and until > standing.period.end
    return Arrears(standing.seats.in_service, until) if owes and standing.price.amount else None


def arrears_lines(standing: Standing, paid_from: dt.date | None = None) -> tuple[Line, ...]:
    """A line for each period that the days owed reach into, at the price the subscription was bought at.

    `paid_from` is the first day of a period that is paid for now: a day is never asked for twice.
    """
    if standing.owed is None:
        return ()
    until = min(standing.owed.until, paid_from or standing.owed.until)
    return tuple(_lines(standing, standing.owed.seats, until))


def _lines(standing: Standing, seats: int, until: dt.date) -> Iterator[Line]:
    period = standing.following
    while period.start < until:
        share = share_of_days(period, period.start, until)
        days = days_in_words(share.start, share.end)
        what = f"{standing.plan.name}: {seats_in_words(seats)} used and not paid, {days}"
        yield line(seats, standing.price, share, description=what)
        period = next_period(period, standing.cycle, standing.anchor_day)
