"""Server-sent events, wherever the network cuts them."""

from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import BadAnswer
from client.sse import LARGEST_EVENT, LONGEST_LINE, ServerSentEvent, SseParser

STREAM = (
    "\ufeff: welcome\r\n\r\n"
    'id: evt_1\r\nevent: user.added\r\ndata: {"name": "Zoë"}\r\n\r\n'
    "id: evt_2\ndata: one\ndata:two\ndata\n\n"
    "retry: 5\rdata:  three\r\r"
    "id: bad\0id\nevent: x\ndata: four\n\n"
    "event: nothing\n\n"
    "unknown: field\ndata: five\n\n"
    "data: never finished\n"
).encode()
EVENTS = [
    ServerSentEvent("evt_1", "user.added", '{"name": "Zoë"}'),
    ServerSentEvent("evt_2", "message", "one\ntwo\n"),
    ServerSentEvent("evt_2", "message", " three"),
    ServerSentEvent("evt_2", "x", "four"),
    ServerSentEvent("evt_2", "message", "five"),
]


def test_the_fields_of_the_standard() -> None:
    """All line ends, comments, joined data lines, sticky ids, and a byte order mark are read as the standard says."""
    assert SseParser().feed(STREAM) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_any_chunking_gives_the_same_events(cuts: list[int]) -> None:
    """Where the network cuts the stream makes no difference."""
    edges = [0, *sorted(cuts), len(STREAM)]
    parser = SseParser()
    found = [event for begin, end in pairwise(edges) for event in parser.feed(STREAM[begin:end])]
    assert found == EVENTS


def test_byte_by_byte() -> None:
    """Even one byte at a time."""
    parser = SseParser()
    assert [event for byte in STREAM for event in parser.feed(bytes([byte]))] == EVENTS


@given(st.lists(st.binary(max_size=30), max_size=30))
def test_no_bytes_break_it(chunks: list[bytes]) -> None:
    """Any bytes are events or nothing, the same in one piece and in many."""
    parser = SseParser()
    apart = [event for chunk in chunks for event in parser.feed(chunk)]
    assert apart == SseParser().feed(b"".join(chunks))


def test_a_line_that_never_ends() -> None:
    """A line has a limit."""
    parser = SseParser()
    parts = (parser.feed(b"x" * 1000) for _ in range(LONGEST_LINE // 1000 + 2))
    with pytest.raises(BadAnswer):
        deque(parts)


def test_an_event_that_never_ends() -> None:
    """An event made of many lines has one too."""
    parser = SseParser()
    parts = (parser.feed(b"data: " + b"x" * 1000 + b"\n") for _ in range(LARGEST_EVENT // 1000 + 2))
    with pytest.raises(BadAnswer):
        deque(parts)
