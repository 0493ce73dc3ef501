"""Bytes of a terminal become the keys that were pressed."""

import pytest
from textual import events

from tui.terminal.key_parser import KeyParser


def keys(typed: str) -> list[str]:
    """The keys that arrive for what came in one packet."""
    parser = KeyParser()
    found = [*parser.feed(typed.encode()), *parser.end()]
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("typed", "pressed"), [("1", "1"), ("y", "y"), ("+", "plus"), ("*", "asterisk"), ("\t", "tab"), ("\r", "enter")]
)
def test_escape_and_a_key_in_one_packet_are_both(typed: str, pressed: str) -> None:
    """Over a slow line Esc and the next key travel together: neither is lost, and they don't become alt."""
    assert keys(f"\x1b{typed}") == ["escape", pressed]


@pytest.mark.parametrize(
    ("typed", "pressed"), [("\x1b", "escape"), ("\x1b[A", "up"), ("\x1bOP", "f1"), ("\x1b[5~", "pageup")]
)
def test_keys_that_begin_with_escape_stay_one(typed: str, pressed: str) -> None:
    """Arrows and function keys are what they were."""
    assert keys(typed) == [pressed]
