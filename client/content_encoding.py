"""Answers that something on the way packed although nobody asked for it (`Content-Encoding`): gzip and deflate.

They come out in pieces of a bounded size, so that a small answer which unpacks to a huge one is noticed in time.
"""

import zlib
from collections.abc import AsyncIterator, Callable, Iterator

from client.errors import BadAnswer, Broken

PIECE = 64 << 10
"""Bytes that are unpacked at a time."""

_GZIP, _ZLIB, _RAW = 31, 15, -15


def unpacker_for(encoding: str) -> "Unpacker | None":
    """What unpacks answers with this `Content-Encoding`; None when there is nothing to unpack.

    Raises:
        BadAnswer: it is packed in another way, or more than once.
    """
    coding = encoding.strip().lower()
    if coding in {"", "identity"}:
        return None
    if coding in {"gzip", "x-gzip"}:
        return Unpacker(lambda _: _GZIP, many=True)
    if coding == "deflate":
        return Unpacker(_deflated, many=False)
    named = coding if coding.isascii() and coding.isalnum() else "an unknown way"
    message = f"The answer came packed ({named}) although the server was asked not to, and can't be unpacked here."
    raise BadAnswer(message)


def _deflated(start: bytes) -> int:
    """With zlib's frame, as it should be, or without, as some send it: the frame's two bytes are a multiple of 31."""
    return _ZLIB if start[0] & 15 == 8 and int.from_bytes(start[:2], "big") % 31 == 0 else _RAW  # noqa: PLR2004


class Unpacker:
    """Takes what comes off the wire, hands out what it stands for. `many`: another one may follow the first's end."""

    def __init__(self, frame: Callable[[bytes], int], *, many: bool) -> None:
        self._frame = frame
        self._many = many
        self._waiting = b""
        self._working: zlib._Decompress | None = None
        self._ended = False

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """The pieces that can be unpacked by now, each of at most `PIECE` bytes.

        Raises:
            BadAnswer: this is not what the answer said it was.
        """
        rest = self._waiting + packed
        self._waiting = b""
        full = False
        while (rest and not (self._ended and not self._many)) or full:
            if self._working is None and not self._begin(rest):
                return
            assert self._working is not None
            piece, rest = self._step(self._working, rest)
            full = len(piece) == PIECE and self._working is not None
            if piece:
                yield piece

    def _begin(self, rest: bytes) -> bool:
        """Find out by its first two bytes how it is packed; they may come one by one."""
        if len(rest) < 2:  # noqa: PLR2004 - so many
            self._waiting = rest
            return False
        self._working, self._ended = zlib.decompressobj(self._frame(rest)), False
        return True

    def _step(self, working: "zlib._Decompress", rest: bytes) -> tuple[bytes, bytes]:
        try:
            piece = working.decompress(rest, PIECE)
        except zlib.error as error:
            message = "The answer came packed, and can't be unpacked: it was damaged on the way."
            raise BadAnswer(message) from error
        if working.eof:
            self._working, self._ended = None, True
            return piece, working.unused_data
        return piece, working.unconsumed_tail

    def finish(self) -> None:
        """Nothing more comes.

        Raises:
            Broken: the end is missing.
        """
        if self._working is not None or self._waiting:
            message = "The connection to the server broke off."
            raise Broken(message)


async def unpacked(chunks: AsyncIterator[bytes], unpacker: Unpacker) -> AsyncIterator[bytes]:
    """The bytes of an answer as the server meant them, as they come.

    Raises:
        BadAnswer: they are damaged.
        Broken: their end is missing.
    """
    async for chunk in chunks:
        for piece in unpacker.feed(chunk):
            yield piece
    unpacker.finish()
