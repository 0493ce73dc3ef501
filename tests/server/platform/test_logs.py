"""What the server says on its standard error, and how often."""

import logging

import pytest

from server.platform.logs import EVERY, MOST, Repeats


class Minutes:
    """A clock and a logger whose lines are kept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self.log = logging.getLogger("tests.minutes")
        self.log.setLevel(logging.INFO)
        self.log.propagate = False
        handler = logging.Handler()
        handler.emit = lambda record: self.lines.append(record.getMessage())  # type: ignore[method-assign]
        handler.addFilter(Repeats(lambda: self.now))
        self.log.handlers = [handler]


@pytest.fixture
def minutes() -> Minutes:
    """A log in its first minute."""
    return Minutes()


def test_the_same_complaint_is_written_once_a_minute(minutes: Minutes) -> None:
    """A hundred thousand repetitions are one line; the first of the next minute says how many were left out."""
    for minute in range(3):
        minutes.now = minute * EVERY
        for _ in range(100_000):
            minutes.log.error("no more files: %s", "sorry")
    assert minutes.lines[0] == "no more files: sorry"
    assert minutes.lines[1:] == ["no more files: sorry (99999 more like it were left out)"] * 2


def test_a_place_has_ten_different_ones(minutes: Minutes) -> None:
    """Texts that differ, as by an id, are bounded too; a place beside it has its own."""
    for number in range(1000):
        minutes.log.warning("letter %d", number)
    assert len(minutes.lines) == MOST
    minutes.log.warning("letter 1000")
    assert len(minutes.lines) == MOST + 1


def test_failures_of_different_causes_are_all_written(minutes: Minutes) -> None:
    """One place that logs what failed elsewhere writes each different failure with its traceback, and each once."""

    def first() -> None:
        raise ValueError

    def second() -> None:
        raise KeyError

    for _ in range(50):
        for fails in (first, second):
            try:
                fails()
            except (ValueError, KeyError):
                minutes.log.exception("a chore failed")
    assert len(minutes.lines) == 2


def test_what_is_no_complaint_passes(minutes: Minutes) -> None:
    """The access log is not thinned out."""
    for _ in range(100):
        minutes.log.info("GET /v1/me 200")
    assert len(minutes.lines) == 100
