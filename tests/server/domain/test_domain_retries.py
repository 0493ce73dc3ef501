"""A refused renewal is tried again after 1, 3, 5 and 7 days; then access is lost (D13)."""

import datetime as dt

from server.domain.retries import last_try, next_try

FIRST = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_the_tries_are_counted_from_the_first_refusal() -> None:
    """Each on its day; the fifth refusal is the last."""
    moment, days = FIRST, []
    for failed in range(1, 5):
        found = next_try(FIRST, failed, moment)
        assert found is not None
        moment = found
        days.append((moment - FIRST) // DAY)
    assert days == [1, 3, 5, 7]
    assert next_try(FIRST, 5, moment) is None


def test_after_an_outage_tries_are_a_day_apart() -> None:
    """A server that was down for a week does not use up all tries in one second."""
    assert next_try(FIRST, 2, FIRST + 8 * DAY) == FIRST + 9 * DAY


def test_the_day_on_which_access_is_lost_is_known_at_every_try() -> None:
    """It is that of the last try, later if tries were put off."""
    assert last_try(FIRST, 1, FIRST + DAY) == FIRST + 7 * DAY
    assert last_try(FIRST, 4, FIRST + 7 * DAY) == FIRST + 7 * DAY
    assert last_try(FIRST, 2, FIRST + 9 * DAY) == FIRST + 11 * DAY
