"""What arrives in one packet is taken apart in pieces, between which others are answered.

A packet is up to 256 KiB: tens of thousands of header lines, or of chunks of one byte, each of which costs h11 ten
microseconds. Head and chunks are handed to it in pieces of 4 KiB; a body of announced length, which costs nothing to
take apart, is handed on as it is. A head of more lines or bytes than any request has is refused unread.
"""

import re
from typing import Any

import h11

from contract.operation import MOST_HEADER_LINES, MOST_HEADERS, MOST_TARGET
from contract.problems import ProblemCode

PIECE = 4096
"""Bytes that are taken apart at once, but for a body of announced length."""

MOST_HEAD = MOST_TARGET + MOST_HEADERS + PIECE
"""Bytes of a head: those of its lines' ends and of the method come on top of what is counted later."""

_END = re.compile(rb"\n\r?\n")


class HeadTooLargeError(h11.RemoteProtocolError):
    """A head of too many lines or bytes."""


class BoundedConnection(h11.Connection):
    """h11's, but a head that is too large is not parsed."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, MOST_HEAD)
        self.refused: ProblemCode | None = None

    def next_event(self) -> Any:
        """What comes next.

        Raises:
            HeadTooLargeError: the request that begins is larger than any may be.
        """
        if self.their_state is h11.IDLE:
            self._look_at_head()
        return super().next_event()

    def _look_at_head(self) -> None:
        waiting = self.trailing_data[0]
        found = _END.search(waiting)
        end = found.start() + 1 if found else len(waiting)
        if end > MOST_HEAD or waiting.count(b"\n", 0, end) > 1 + MOST_HEADER_LINES:
            address = waiting.find(b"\n", 0, end) % (end + 1)
            self.refused = ProblemCode.ADDRESS_TOO_LONG if address > MOST_TARGET else ProblemCode.HEADERS_TOO_LARGE
            message = "the head is too large"
            raise HeadTooLargeError(message)
