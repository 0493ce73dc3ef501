"""Events in sentences."""

from typing import Any

import pytest
from answers import make_event

from contract.events import EventKind
from tui.sentences import sentence


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_has_a_sentence(kind: EventKind) -> None:
    """No event is shown by its technical name."""
    assert kind.value not in sentence(make_event(kind))


def test_what_one_did_oneself_is_you() -> None:
    """The signed-in account is "you"."""
    assert sentence(make_event(EventKind.USER_REMOVED), me="acc_9") == "you removed Ana Silva"


def test_seats_say_from_and_to() -> None:
    """A change of the number is said with both numbers."""
    moved: dict[str, Any] = {"from": 36, "to": 42}
    event = make_event(EventKind.SEATS_ADDED, **moved)
    assert sentence(event) == "Jane raised the seats from 36 to 42"


def test_no_name_acts_on_the_terminal() -> None:
    """Names of people and things are shown literally."""
    said = sentence(make_event(EventKind.USER_ADDED, "x\x1b[2J[/]\u202e", actor="\x9b41m"))
    assert not any(ord(each) < 32 or 0x7F <= ord(each) < 0xA0 or each == "\u202e" for each in said)
    assert "[/]" in said


def test_who_asks_depends_on_the_side() -> None:
    """D22: an incoming request is theirs, an outgoing one is ours."""
    incoming = make_event(EventKind.TRANSFER_REQUESTED, direction="incoming")
    outgoing = make_event(EventKind.TRANSFER_REQUESTED, direction="outgoing")
    assert sentence(incoming) == "Ana Silva asks to join"
    assert sentence(outgoing) == "Jane asked Ana Silva to join"


def test_a_moved_clock_is_said_to_the_minute() -> None:
    """Not in the wire's notation; anything else is shown as it came."""
    moved = make_event(EventKind.CLOCK_MOVED, "2026-12-21T23:32:26.474540Z")
    assert sentence(moved) == "the sandbox clock was moved to 2026-12-21 23:32 UTC"
    assert sentence(make_event(EventKind.CLOCK_MOVED, "soon")) == "the sandbox clock was moved to soon"
