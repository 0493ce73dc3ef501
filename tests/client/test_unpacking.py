"""A proxy that packs answers although nobody asked for it: they are read all the same, never without a bound."""

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from client_desk import client_of, me, problem

from client.content_encoding import PIECE, Unpacker, unpacker_for
from client.errors import BadAnswer, Broken, NotAllowed
from client.transport import LARGEST_ANSWER
from contract.problems import ProblemCode

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZip": lambda body: gzip.compress(body[:50]) + gzip.compress(body[50:]),
    "deflate": zlib.compress,
    "Deflate": lambda body: zlib.compress(body, wbits=-15),
    "identity": lambda body: body,
}


class OnTheWire(httpx.AsyncByteStream):
    """A body that comes in two pieces."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The first bytes, then the others."""
        yield self._body[:9]
        yield self._body[9:]


class Line(httpx.AsyncBaseTransport):
    """A network that hands out these answers, one after the other, as they come off the wire."""

    def __init__(self, *answers: httpx.Response) -> None:
        self._answers = list(answers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The next one."""
        del request
        return self._answers.pop(0)


def _packed(encoding: str, body: bytes, status: int = 200, media: str = "application/json") -> httpx.Response:
    headers = {"content-type": media, "content-encoding": encoding, "etag": 'W/"3"', "content-length": str(len(body))}
    return httpx.Response(status, stream=OnTheWire(body), headers=headers)


def _unpacker(encoding: str) -> Unpacker:
    found = unpacker_for(encoding)
    assert found is not None
    return found


@pytest.mark.parametrize("encoding", PACKED)
async def test_a_packed_answer_is_read_like_any_other(encoding: str) -> None:
    """Both ways of packing, in all their spellings, of answers and of refusals; a weak ETag changes nothing."""
    refusal = problem(ProblemCode.NOT_ALLOWED).model_dump_json().encode()
    body = PACKED[encoding](me().model_dump_json().encode())
    answers = [_packed(encoding, body), _packed(encoding, PACKED[encoding](refusal), 403, "application/problem+json")]
    async with client_of(Line(*answers)) as client:
        assert await client.me() == me()
        with pytest.raises(NotAllowed):
            await client.me()


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "gzip, gzip", "x;q=1"])
async def test_another_way_is_named(encoding: str) -> None:
    """What can't be unpacked here is said in words, whatever the body is."""
    async with client_of(Line(_packed(encoding, b"x"))) as client:
        with pytest.raises(BadAnswer, match="came packed") as caught:
            await client.me()
    assert ("(br)" in str(caught.value)) == (encoding == "br")


async def test_a_bomb_is_noticed_in_time() -> None:
    """A small answer that unpacks to hundreds of megabytes is refused at the bound of any answer."""
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    assert len(bomb) < 1 << 20
    async with client_of(Line(_packed("deflate", bomb))) as client:
        tracemalloc.start()
        try:
            with pytest.raises(BadAnswer, match="larger than any answer"):
                await client.me()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 3 * LARGEST_ANSWER


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_pieces_are_bounded_and_complete(encoding: str) -> None:
    """However it is cut on its way, everything comes out, in pieces of a bounded size."""
    body = bytes(range(256)) * 20 + bytes(3 * PIECE + 7) + b"end"
    packed = PACKED[encoding](body)
    for cut in (1, 2, 7, len(packed)):
        unpacker = _unpacker(encoding)
        pieces = [piece for at in range(0, len(packed), cut) for piece in unpacker.feed(packed[at : at + cut])]
        unpacker.finish()
        assert b"".join(pieces) == body
        assert max(map(len, pieces)) <= PIECE


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_is_flushed_comes_at_once(encoding: str) -> None:
    """An event stream that is packed is not held back until it ends."""
    packer = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    unpacker = _unpacker(encoding)
    for number in range(5):
        event = f"id: evt_{number}\n\n".encode()
        sent = packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH)
        assert b"".join(unpacker.feed(sent)) == event


async def test_a_cut_or_damaged_answer_is_no_answer() -> None:
    """A missing end is a connection that broke, other bytes are no answer of this API."""
    whole = gzip.compress(me().model_dump_json().encode())
    unpacker = _unpacker("gzip")
    list(unpacker.feed(whole[:-3]))
    with pytest.raises(Broken):
        unpacker.finish()
    async with client_of(Line(_packed("gzip", b"<html>not packed"))) as client:
        with pytest.raises(BadAnswer, match="damaged on the way"):
            await client.me()
