"""The wire: the only module that imports httpx.

Nothing leaves but to the origin of the profile's address; redirects are not followed; which proxy leads there was
decided before (`client.proxies`), and the environment's netrc is not looked at; answers are bounded in size; no log
line holds a query or a header.
"""

import logging
import ssl
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any, BinaryIO

import httpx
from pydantic import SecretStr

from client.address import Address
from client.content_encoding import unpacked, unpacker_for
from client.errors import (
    BadAnswer,
    HeadcountError,
    NotThisApi,
    ReadOnly,
    UnreadableUpload,
    UnsafeAddress,
    Untrusted,
)
from client.protocol import Call, Reply, failure, request_id_of
from client.proxies import Proxy
from client.reach import Destination

LARGEST_ANSWER = 32 << 20
LARGEST_PROBLEM = 1 << 20
LARGEST_FILE = 1 << 30
"""A list of a million users is a fifth of that."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
STREAM_READ_SECONDS = 45.0
"""Three times the server's pause between comments: after that the link is dead."""
_EVENTS = "text/event-stream"
_PROXY_CREDENTIALS = 407
_TLS_ALERT = "\\x15\\x03"
"""How h11 quotes the answer of a server that wanted TLS."""
_BROKEN_OFF = ("disconnected", "peer closed", "closed connection")
_log = logging.getLogger("headcount.client")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How to reach a server. Times in seconds, sizes in bytes; files are in PEM; `profile` is its name."""

    token: SecretStr | None = None
    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    stream_read: float = STREAM_READ_SECONDS
    proxy: Proxy | None = None
    ca_bundle: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    profile: str = ""
    read_only: bool = False
    largest_file: int = LARGEST_FILE


class OriginToken(httpx.Auth):
    """Attaches the token to requests for one origin and refuses to let any other leave."""

    def __init__(self, origin: str, token: SecretStr | None) -> None:
        self._origin = _origin(httpx.URL(origin))
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Called by httpx for each request, redirected ones included."""
        if _origin(request.url) != self._origin:
            message = "The request would have gone to another server than the profile's."
            raise UnsafeAddress(message)
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        yield request


class HttpChannel:
    """Calls over HTTP/1.1. `transport` replaces the network, for tests in one process."""

    def __init__(self, address: Address, wire: Wire, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        _quieten_libraries()
        self._address = address
        self._wire = wire
        tls = _tls(address, wire)
        if transport is None and address.socket:
            transport = httpx.AsyncHTTPTransport(uds=address.socket, verify=tls)
        proxy = wire.proxy.url.get_secret_value() if wire.proxy and not address.socket else None
        self._destination = Destination(
            address,
            wire.profile,
            wire.proxy if proxy else None,
            wire.connect,
            wire.read,
            shows_certificate=wire.client_cert is not None,
        )
        self._http = httpx.AsyncClient(
            auth=OriginToken(address.origin, wire.token),
            headers={"User-Agent": "headcount", "Accept-Encoding": "identity"},
            verify=tls,
            proxy=proxy,
            transport=transport,
            timeout=httpx.Timeout(wire.read, connect=wire.connect, pool=wire.connect),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=30),
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def where(self) -> str:
        """The address, and the name of the profile that has it."""
        return self._destination.label

    async def send(self, call: Call) -> Reply:
        """Send one call and read its whole answer, whatever its status."""
        request_id = _new_request_id()
        began = time.monotonic()
        async with self._opened(call, request_id, self._wire.read) as response:
            body = await _whole(response)
        reply = self._reply(response, body, request_id)
        milliseconds = (time.monotonic() - began) * 1000
        _log.debug("%s %s %d %.0f ms %s", call.operation.method, call.path, reply.status, milliseconds, request_id)
        return reply

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncGenerator[AsyncIterator[bytes], None]:
        """Send one call and hand out the bytes of its answer as they come; a failure status raises."""
        request_id = _new_request_id()
        async with self._opened(call, request_id, self._wire.stream_read) as response:
            if not response.is_success:
                body = await _whole(response, LARGEST_PROBLEM)
                raise failure(self._reply(response, body, request_id))
            media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if media not in (call.operation.download or (_EVENTS,)):
                wanted = "the file" if call.operation.download else "a stream of events"
                message = f"{self.where} answered something else than {wanted}."
                raise NotThisApi(message, request_id=request_id)
            yield self._file(response) if call.operation.download else _pieces(response)

    def _file(self, response: httpx.Response) -> AsyncIterator[bytes]:
        """The bytes of a file, which end in an error where they are more than this profile takes."""
        most = self._wire.largest_file
        message = (
            f"The server's file is larger than {most >> 20:,} MiB, the most this profile takes: nothing was saved. "
            "If it may be so large, set largest_file (in bytes) in the profile."
        )
        return _bounded(response, most, message)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @asynccontextmanager
    async def _opened(self, call: Call, request_id: str, read: float) -> AsyncGenerator[httpx.Response, None]:
        if self._wire.read_only and call.is_command:
            message = "This profile is read-only."
            raise ReadOnly(message)
        if not call.path.startswith("/") or call.path.startswith("//"):
            message = "Only paths of the profile's own server can be called."
            raise UnsafeAddress(message)
        url = f"{self._address.origin}{self._address.prefix}{call.target}"
        headers = {**call.headers, "X-Request-Id": request_id}
        times = httpx.Timeout(read, connect=self._wire.connect, pool=self._wire.connect)
        async with _translated(self._destination, request_id):
            with _body(call) as body:
                stream = self._http.stream(call.operation.method, url, headers=headers, timeout=times, **body)
                async with stream as response:
                    unpacker_for(response.headers.get("content-encoding", ""))
                    yield response

    def _reply(self, response: httpx.Response, body: bytes, request_id: str) -> Reply:
        """The reply without a trace of the token, should the server have echoed it."""
        if self._wire.token is not None:
            body = body.replace(self._wire.token.get_secret_value().encode(), b"[token]")
        headers = _headers(response)
        if response.status_code == _PROXY_CREDENTIALS and self._destination.proxy is not None:
            raise self._destination.refused_by_proxy(response.status_code, request_id)
        return Reply(response.status_code, headers, body, request_id_of(headers, request_id), self.where)


@contextmanager
def _body(call: Call) -> Iterator[dict[str, Any]]:
    """What httpx sends: bytes, or a form whose file is read from disk piece by piece while it goes out."""
    if call.upload is None:
        yield {"content": call.body}
        return
    try:
        file = call.upload.path.open("rb")
    except OSError as error:
        message = f"The file can't be read: {error.strerror}."
        raise UnreadableUpload(message) from error
    with file:
        sent = _Counted(file, call.upload.told) if call.upload.told else file
        form = {"file": (call.upload.name, sent, "application/octet-stream")}
        yield {"files": form, "data": dict(call.upload.fields)}


class _Counted:
    """A file that tells how much of it was read, as far as httpx reads files."""

    def __init__(self, file: BinaryIO, told: Callable[[int], None]) -> None:
        self._file, self._told = file, told

    def fileno(self) -> int:
        """Where its size is looked up."""
        return self._file.fileno()

    def seek(self, place: int) -> int:
        """From there again."""
        return self._file.seek(place)

    def read(self, size: int = -1) -> bytes:
        """The next piece."""
        piece = self._file.read(size)
        self._told(self._file.tell())
        return piece


def _new_request_id() -> str:
    return f"req_{uuid.uuid4().hex}"


def _headers(response: httpx.Response) -> Mapping[str, str]:
    """What came with the answer; one without a `Date` is of now (RFC 9110)."""
    return {"date": formatdate(usegmt=True), **response.headers}


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"https": 443, "http": 80}.get(url.scheme)


async def _whole(response: httpx.Response, largest: int = LARGEST_ANSWER) -> bytes:
    body = bytearray()
    async for chunk in _bounded(response, largest, "The server's answer is larger than any answer of this API."):
        body += chunk
    return bytes(body)


async def _bounded(response: httpx.Response, largest: int, message: str) -> AsyncIterator[bytes]:
    """An answer's bytes as they come, no more than so many; `BadAnswer` with this message for one that has more."""
    announced = response.headers.get("content-length", "0")
    if not announced.isdigit() or len(announced) > 18 or int(announced) > largest:  # noqa: PLR2004 - 64 bits
        raise BadAnswer(message)
    size = 0
    async for chunk in _pieces(response):
        size += len(chunk)
        if size > largest:
            raise BadAnswer(message)
        yield chunk


def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """An answer's bytes as they come: httpx would unpack as much at once as there is."""
    unpacker = unpacker_for(response.headers.get("content-encoding", ""))
    return response.aiter_bytes() if unpacker is None else unpacked(response.aiter_raw(), unpacker)


def _tls(address: Address, wire: Wire) -> ssl.SSLContext:
    """What certificates to trust: the profile's bundle, or else the system's. Without TLS, none at all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not address.secure:
        return context
    if wire.ca_bundle:
        with _readable("ca_bundle", wire.ca_bundle):
            context.load_verify_locations(wire.ca_bundle)
    else:
        context.load_default_certs()
    if wire.client_cert:
        for setting, path in (("client_cert", wire.client_cert), ("client_key", wire.client_key)):
            with _readable(setting, path):
                if path:
                    path.open("rb").close()
        with _readable("client_cert", wire.client_cert):
            context.load_cert_chain(wire.client_cert, wire.client_key, _no_passphrase)
    return context


@contextmanager
def _readable(setting: str, path: Path | None) -> Iterator[None]:
    """Say which file of the profile can't be used, and why."""
    try:
        yield
    except ssl.SSLError as error:
        message = f"The file {path} ({setting} of the profile) holds no certificate or key in PEM that can be used."
        raise Untrusted(message, advice="Give the file in PEM; a key without a passphrase, that fits.") from error
    except OSError as error:
        why = error.strerror or "it can't be opened"
        message = f"The file {path} ({setting} of the profile) can't be read: {why}."
        raise Untrusted(message, advice="Check its path, and that you may read it.") from error


def _no_passphrase() -> str:
    """What OpenSSL is answered when it asks: it must not ask on the terminal."""
    return ""


def _quieten_libraries() -> None:
    """Keep httpx and httpcore from logging addresses with their queries, and headers."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


@asynccontextmanager
async def _translated(destination: Destination, request_id: str) -> AsyncGenerator[None, None]:
    """Let only our own errors out, without the frames of httpx: those hold the token in their variables."""
    try:
        yield
    except httpx.HTTPError as error:
        raise (await _meaning(error, destination, request_id)) from _bare(error)
    except ssl.SSLError as error:  # an alert after the handshake, which httpx lets through as it is
        broken = httpx.ReadError(str(error))
        broken.__cause__ = error
        raise (await _meaning(broken, destination, request_id)) from _bare(broken)
    except httpx.InvalidURL as error:
        message = "This address can't be called."
        raise UnsafeAddress(message) from _bare(error)
    except HeadcountError as error:
        error.request_id = error.request_id or request_id
        raise


async def _meaning(error: httpx.HTTPError, destination: Destination, request_id: str) -> HeadcountError:
    if isinstance(error, httpx.ProxyError) and destination.proxy is not None:
        status = str(error).partition(" ")[0]
        return destination.refused_by_proxy(int(status) if status.isdecimal() else 0, request_id)
    if isinstance(error, httpx.ConnectError):
        return await destination.unconnected(error, request_id)
    if isinstance(error, httpx.TimeoutException):
        connecting = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
        return destination.late(request_id, connecting=connecting)
    if destination.wants_certificate(error):
        return destination.without_certificate(request_id)
    broken_off = isinstance(error, httpx.NetworkError) or any(each in str(error) for each in _BROKEN_OFF)
    if broken_off or _TLS_ALERT in str(error):
        return await destination.broken(request_id)
    return NotThisApi(f"{destination.label}: what answers does not speak HTTP as it should.", request_id=request_id)


def _bare(error: Exception) -> Exception:
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
