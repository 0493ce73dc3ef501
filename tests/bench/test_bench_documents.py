"""The parts of the documents that are made from the code: how they are drawn and filled in."""

import argparse

import pytest

from bench.architecture import drawn
from bench.documents import filled
from bench.reference import usage


def _arrows(diagram: str) -> set[str]:
    return {line.strip() for line in diagram.splitlines() if ">" in line}


def test_an_arrow_that_follows_from_two_others_is_left_out() -> None:
    """Who can be reached through somebody else needs no arrow: the picture stays readable."""
    arrows = {"app": {"screens", "client"}, "screens": {"client"}, "client": set[str]()}
    assert _arrows(drawn(arrows)) == {"app --> screens", "screens --> client"}


def test_an_arrow_that_runs_back_up_is_dotted() -> None:
    """It is shown even if it could be reached another way: it is one to turn round."""
    arrows = {"areas": {"http", "store"}, "http": {"store", "areas"}, "store": {"areas"}}
    found = _arrows(drawn(arrows, ("areas", "http", "store")))
    assert found == {"areas --> http", "http --> store", "http -.-> areas", "store -.-> areas"}


def test_a_room_that_no_order_knows_is_drawn_all_the_same() -> None:
    """Somebody who adds a room sees it in the picture before they find out that there is an order."""
    arrows = {"areas": {"new"}, "new": {"store"}, "store": set[str]()}
    assert _arrows(drawn(arrows, ("areas", "store"))) == {"areas --> new", "new --> store"}


def test_what_stands_between_the_marks_is_replaced_and_nothing_else() -> None:
    """Words around a part are somebody's own."""
    text = filled("before\n<!-- made: keys -->\nas it was\n<!-- /made -->\nafter\n")
    assert text.startswith("before\n<!-- made: keys -->\n| where | keys |")
    assert text.endswith("|\n<!-- /made -->\nafter\n")
    assert "as it was" not in text


def test_a_mark_that_nobody_makes_is_an_error() -> None:
    """A misspelt mark would leave an old table standing."""
    with pytest.raises(KeyError):
        filled("<!-- made: kyes -->\n<!-- /made -->\n")


def test_a_usage_says_what_is_needed_and_what_excludes_what() -> None:
    """As `--help` does, in one line whatever the width of the terminal."""
    command = argparse.ArgumentParser("headcount try")
    command.add_argument("who", nargs="+", metavar="EMAIL")
    command.add_argument("cycle", choices=("monthly", "annual"))
    how = command.add_mutually_exclusive_group(required=True)
    how.add_argument("--yes", action="store_true")
    how.add_argument("--until", metavar="DAY")
    command.add_argument("--to", required=True, metavar="FILE")
    command.add_argument("--json", action="store_true")
    assert usage(command) == "headcount try EMAIL … monthly|annual (--yes | --until DAY) --to FILE [--json]"
