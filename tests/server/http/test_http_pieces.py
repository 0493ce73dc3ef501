"""What comes in one packet is taken apart in pieces: counted are the lines, chunks and requests between two turns."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from live import LiveServer, live_server
from test_http_bad_clients import HEAD, connected, rest_of

from contract.operation import MOST_HEADER_LINES, MOST_TARGET
from server.serving.client_timeouts import PatientProtocol
from server.serving.pieces import PIECE, BoundedConnection

PACKET = 256 * 1024


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveServer]:
    """A server with usual patience."""
    with live_server(tmp_path) as server:
        yield server


class Counts:
    """What the protocol did: events of h11 by kind, the most of them in one turn of the loop, and header lines."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[str] = []
        self.most = 0
        self.lines = 0
        self._turn = 0
        next_event, take_apart = BoundedConnection.next_event, PatientProtocol._take_apart

        def counted(connection: BoundedConnection) -> Any:
            event = next_event(connection)
            self.events.append(type(event).__name__)
            self._turn += 1
            self.most = max(self.most, self._turn)
            self.lines += len(getattr(event, "headers", ()))
            return event

        def turn(protocol: PatientProtocol) -> None:
            self._turn = 0
            take_apart(protocol)

        monkeypatch.setattr(BoundedConnection, "next_event", counted)
        monkeypatch.setattr(PatientProtocol, "_take_apart", turn)


HEADS = {
    "many lines": (HEAD + b"a:\r\n" * 60_000 + b"\r\n", b"431", False),
    "many lines without an end": (HEAD + b"a:\r\n" * 60_000, b"431", False),
    "lines of a new line alone": (HEAD + b"a:\n" * 80_000 + b"\n", b"431", False),
    "one long line": (HEAD + b"a: " + b"b" * 200_000 + b"\r\n\r\n", b"431", False),
    "a long address": (b"GET /?" + b"a&" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414", False),
    "one line too many": (HEAD + b"a: b\r\n" * MOST_HEADER_LINES + b"\r\n", b"431", False),
    "as many as may be": (HEAD + b"a: b\r\n" * (MOST_HEADER_LINES - 2) + b"Connection: close\r\n\r\n", b"200", True),
    "an address a little too long": (b"GET /?" + b"a" * MOST_TARGET + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414", True),
}


@pytest.mark.parametrize(("sent", "status", "parsed"), HEADS.values(), ids=HEADS.keys())
def test_a_head_beyond_the_limits_is_not_parsed(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch, sent: bytes, *, status: bytes, parsed: bool
) -> None:
    """A packet of sixty thousand header lines is refused unread: counted are the lines that were parsed."""
    counts = Counts(monkeypatch)
    with connected(live) as connection:
        connection.sendall(sent)
        answer = rest_of(connection)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) in ([status], [])  # what is sent on may reset the connection
    assert counts.lines <= MOST_HEADER_LINES
    assert ("Request" in counts.events) == parsed


BODIES = {
    "chunks of one byte": b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 40_000 + b"0\r\n\r\n",
    "both ways of saying its length": b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"1\r\n \r\n" * 40_000,
}


@pytest.mark.parametrize("sent", BODIES.values(), ids=BODIES.keys())
def test_chunks_of_one_byte_are_taken_in_turns(live: LiveServer, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """Forty thousand chunks in one packet are no more than a piece's worth between two turns."""
    counts = Counts(monkeypatch)
    with connected(live) as connection:
        connection.sendall(b"POST /v1/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + sent)
        rest_of(connection)
    assert counts.most <= PIECE // len(b"1\r\n \r\n") + 5


def test_requests_that_follow_each_other_are_answered_in_turns(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two thousand requests in one packet are all answered, in order, a few at a time."""
    counts = Counts(monkeypatch)
    many, last = HEAD + b"\r\n", HEAD + b"Connection: close\r\n\r\n"
    with connected(live) as connection:
        connection.sendall(many * 1999 + last)
        answer = rest_of(connection)
    assert answer.count(b"HTTP/1.1 200") == 2000
    assert counts.events.count("Request") == 2000


def test_a_long_body_of_announced_length_is_handed_on_whole(live: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What costs nothing to take apart is not cut: a megabyte is a few packets, not hundreds of pieces."""
    counts = Counts(monkeypatch)
    body = b" " * (1 << 20)
    with connected(live) as connection:
        head = b"POST /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        rest_of(connection)
    assert 0 < counts.events.count("Data") < len(body) // PIECE


def test_no_more_is_read_than_is_taken_apart(live: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a packet is being taken apart the next one is not read: what waits is never more than two packets."""
    most = 0
    take_apart = PatientProtocol._take_apart

    def watched(protocol: PatientProtocol) -> None:
        nonlocal most
        most = max(most, len(protocol._left))
        take_apart(protocol)

    monkeypatch.setattr(PatientProtocol, "_take_apart", watched)
    head = b"POST /v1/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with connected(live) as connection, suppress(ConnectionResetError, BrokenPipeError):
        connection.sendall(head + b"1\r\n \r\n" * 300_000)
        rest_of(connection)
    assert 0 < most <= 2 * PACKET
