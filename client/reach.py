"""Why a server can't be reached: its address, the cause, and what to try, from what the network said.

No sentence of a library is passed on: causes are told apart by numbers and types.
"""

import asyncio
import contextlib
import errno
import socket
import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from client.address import Address, is_loopback
from client.certificate import Certificate, read_certificate
from client.errors import Broken, CannotConnect, HeadcountError, NotThisApi, ProxyRefused, TimedOut, Untrusted
from client.proxies import PROFILE, Proxy

__all__ = ["Destination"]

_LOOK = 3.0
"""Seconds for a second look at a server that did not do what was expected."""

_EXPIRED, _NOT_YET = 10, 9
_SELF_SIGNED = frozenset({18})
_UNKNOWN_AUTHORITY = frozenset({2, 19, 20, 21})
_OTHER_NAME = frozenset({62, 64})
_NO_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"})
_TOO_OLD = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "VERSION_TOO_LOW"})
_ASKS_FOR_OURS = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_HANDSHAKE_FAILURE")
_NEEDS_CREDENTIALS = 407
_TRUST = "name its file as ca_bundle in the profile (headcount login --ca FILE)"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where calls go and how; times in seconds. `profile` is its name, or empty."""

    address: Address
    profile: str = ""
    proxy: Proxy | None = None
    connect: float = 5.0
    read: float = 30.0
    shows_certificate: bool = False
    """Whether a client certificate is shown to the server."""

    @property
    def label(self) -> str:
        """The address as people write it, and the profile that has it."""
        address = self.address
        where = f"unix://{address.socket}" if address.socket else f"{_short(address.origin)}{address.prefix}"
        return f"{where} (profile {self.profile})" if self.profile else where

    @property
    def _host(self) -> str:
        return urlsplit(self.address.origin).hostname or ""

    @property
    def _port(self) -> int:
        return urlsplit(self.address.origin).port or 0

    async def unconnected(self, error: BaseException, request_id: str) -> HeadcountError:
        """No connection came about, so nothing was sent."""
        found = list(_causes(error))
        if refusal := next((each for each in found if isinstance(each, ssl.SSLError)), None):
            return await self._untrusted(refusal, request_id)
        if self.address.socket:
            return self._no_socket(Path(self.address.socket), found, request_id)
        cause, advice = self._network(found)
        if self.proxy is not None:
            label = f"The proxy {self.proxy.shown} ({self.proxy.source})"
            return CannotConnect(
                f"{label} can't be reached: {cause}.", advice=_proxy_advice(self.proxy), request_id=request_id
            )
        return CannotConnect(f"{self.label} can't be reached: {cause}.", advice=advice, request_id=request_id)

    def _network(self, found: list[BaseException]) -> tuple[str, str]:
        host = self._host if self.proxy is None else (urlsplit(self.proxy.shown).hostname or "")
        for each in found:
            if isinstance(each, socket.gaierror):
                if each.errno in _NO_HOST:
                    return f"there is no host {host}", "Check how the host in the profile's url is spelled."
                return f"the name {host} can't be looked up now", "Check the network and its name server."
            if isinstance(each, ConnectionRefusedError):
                return (
                    "nothing answers on that port (connection refused)",
                    "Check that the server runs, and the host and port in the profile's url.",
                )
            if isinstance(each, OSError) and each.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}:
                return "there is no network that leads there", "Check the network of this machine."
            if isinstance(each, ConnectionResetError | BrokenPipeError):
                return "the connection was closed at once", "Check what listens on that port."
        return "no connection came about", "Check the network and the profile's url."

    def _no_socket(self, path: Path, found: list[BaseException], request_id: str) -> HeadcountError:
        advice = "Check the path in the profile's url, and that the server runs."
        if any(isinstance(each, PermissionError) for each in found):
            cause = "you have no right to use this socket"
            advice = "Ask the person who runs the server for the right to its folder and socket."
        elif any(isinstance(each, FileNotFoundError) for each in found):
            cause = "this socket does not exist"
        elif _is_no_socket(path):
            cause = "this file is not a socket"
        elif any(isinstance(each, ConnectionRefusedError) for each in found):
            cause, advice = "nothing answers on this socket (connection refused)", "Start the server again."
        else:
            cause = "no connection came about"
        return CannotConnect(f"{self.label} can't be reached: {cause}.", advice=advice, request_id=request_id)

    def late(self, request_id: str, *, connecting: bool) -> HeadcountError:
        """No connection, or no answer, within the time for it."""
        if not connecting:
            said = f"{self.label} did not answer in time: nothing came for {self.read:g} s."
            advice = (
                "The server is slow or the network loses packets: try again, or raise timeouts.read in the profile."
            )
            return TimedOut(said, advice=advice, request_id=request_id)
        label = self.label if self.proxy is None else f"The proxy {self.proxy.shown} ({self.proxy.source})"
        said = f"{label} can't be reached: no connection within {self.connect:g} s (timed out)."
        advice = "Check host and port: a firewall may be in between. Or raise timeouts.connect in the profile."
        return CannotConnect(said, advice=advice, request_id=request_id)

    def refused_by_proxy(self, status: int, request_id: str) -> HeadcountError:
        """The proxy answered with a status of its own; 0 when it said nothing that can be read."""
        assert self.proxy is not None
        label = f"The proxy {self.proxy.shown} ({self.proxy.source})"
        if status == _NEEDS_CREDENTIALS:
            advice = "Write them into its address as http://NAME:PASSWORD@host:port, in the profile or the environment."
            return ProxyRefused(f"{label} asks for a name and password.", advice=advice, request_id=request_id)
        why = f" (it answered {status})" if status else ""
        said = f"{label} does not connect to {self.label}{why}."
        return ProxyRefused(said, advice=_proxy_advice(self.proxy), request_id=request_id)

    async def broken(self, request_id: str) -> HeadcountError:
        """The connection broke off: perhaps as https is spoken there, or a certificate missed, which one look tells."""
        if not self.address.secure and not self.address.socket and self.proxy is None and await self._presented():
            said = f"{self.label}: this port speaks https, not http."
            return NotThisApi(said, advice="Write https:// in the profile's url.", request_id=request_id)
        if self.address.secure and self.proxy is None and not self.shows_certificate and await self._asks_for_ours():
            return self.without_certificate(request_id)
        said = f"The connection to {self.label} broke off."
        return Broken(said, advice="Check the network, then try again.", request_id=request_id)

    def wants_certificate(self, error: BaseException) -> bool:
        """Whether the server ended the connection as it wants a certificate from us, or another one."""
        reasons = [each.reason or "" for each in _causes(error) if isinstance(each, ssl.SSLError)]
        return any(each in reason for reason in reasons for each in _ASKS_FOR_OURS)

    def without_certificate(self, request_id: str) -> HeadcountError:
        """The server wants to know by a certificate who calls."""
        said = f"{self.label} does not accept this profile's client certificate."
        if not self.shows_certificate:
            said = f"{self.label} asks for a client certificate."
        advice = (
            "Name it as client_cert, and its key as client_key, in the profile (headcount login --client-cert FILE)."
        )
        return Untrusted(said, advice=advice, request_id=request_id)

    async def _untrusted(self, error: ssl.SSLError, request_id: str) -> HeadcountError:
        """What is wrong with the server's certificate, or with its TLS."""
        if isinstance(error, ssl.SSLCertVerificationError):
            der = await self._presented() if self.proxy is None else b""
            cause, advice = self._certificate(error.verify_code, read_certificate(der))
            return Untrusted(f"{self.label} can't prove who it is: {cause}.", advice=advice, request_id=request_id)
        if self.wants_certificate(error):
            return self.without_certificate(request_id)
        reason = error.reason or ""
        if reason in _NOT_TLS and await self._speaks_http():
            said = f"{self.label}: this port speaks http, not https."
            advice = "Ask for its https address: plain http is for a server on this machine alone."
            if is_loopback(self._host):
                advice = "Write http:// in the profile's url."
            return Untrusted(said, advice=advice, request_id=request_id)
        cause = "it offers no TLS 1.2 or newer" if reason in _TOO_OLD else "what answers does not speak https"
        advice = "Check host and port in the profile's url."
        return Untrusted(f"{self.label}: {cause}.", advice=advice, request_id=request_id)

    def _certificate(self, code: int, found: Certificate) -> tuple[str, str]:
        names = ", ".join(found.names[:3])
        of = f" for {names}" if names else ""
        if code == _EXPIRED:
            when = f" on {found.ends:%Y-%m-%d}" if found.ends else ""
            return f"its certificate{of} expired{when}", (
                "Ask the person who runs the server to renew it, and check the clock of this machine."
            )
        if code == _NOT_YET:
            when = f"until {found.begins:%Y-%m-%d}" if found.begins else "yet"
            return f"its certificate{of} is not valid {when}", "Check the clock of this machine."
        if code in _OTHER_NAME:
            whose = f"is for {names}, not for {self._host}" if names else f"is not for {self._host}"
            return f"its certificate {whose}", "Use a name that the certificate has in the profile's url."
        if code in _SELF_SIGNED:
            return f"its certificate{of} is self-signed", f"If it is the right one, {_TRUST}."
        if code in _UNKNOWN_AUTHORITY:
            by = f" by {found.issuer}" if found.issuer else ""
            return (
                f"its certificate{of} was issued{by}, an authority that is not trusted here",
                f"If that authority is your own, {_TRUST}.",
            )
        return f"its certificate{of} is not accepted (OpenSSL code {code})", (
            "Ask the person who runs the server for a good one."
        )

    async def _asks_for_ours(self) -> bool:
        """Whether the server ends a connection on which nothing is sent, as it misses a certificate from us."""
        try:
            async with asyncio.timeout(_LOOK / 3):
                reader, writer = await asyncio.open_connection(self._host, self._port, ssl=_unchecked())
                try:
                    await reader.read(1)
                finally:
                    writer.transport.abort()
        except ssl.SSLError as error:
            return self.wants_certificate(error)
        except (OSError, ValueError, TimeoutError):
            return False
        return False

    async def _presented(self) -> bytes:
        """The certificate that the server shows, unchecked; empty when it shows none. Nothing of ours is sent."""
        with contextlib.suppress(OSError, ValueError, TimeoutError):
            async with asyncio.timeout(_LOOK):
                _, writer = await asyncio.open_connection(self._host, self._port, ssl=_unchecked())
                try:
                    return writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b""
                finally:
                    writer.transport.abort()
        return b""

    async def _speaks_http(self) -> bool:
        """Whether plain http is answered there. Nothing is sent that tells who asks."""
        if self.proxy is not None:
            return False
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(_LOOK):
                reader, writer = await asyncio.open_connection(self._host, self._port)
                try:
                    writer.write(f"HEAD / HTTP/1.1\r\nHost: {self._host}\r\nConnection: close\r\n\r\n".encode())
                    return await reader.readexactly(5) == b"HTTP/"
                finally:
                    writer.transport.abort()
        return False


def _unchecked() -> ssl.SSLContext:
    """For a look at what a server shows; what is sent on such a connection could be read by anybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _short(origin: str) -> str:
    """An origin without the port that goes without saying."""
    return origin.removesuffix(":443" if origin.startswith("https:") else ":80")


def _proxy_advice(proxy: Proxy) -> str:
    if proxy.source == PROFILE:
        return 'Check proxy in the profile; "none" there uses no proxy.'
    return f'Check {proxy.source} in the environment, name the host in NO_PROXY, or set proxy = "none" in the profile.'


def _is_no_socket(path: Path) -> bool:
    try:
        return not stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and everything that led to it, groups included."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or any(each is one for one in seen):
            continue
        seen.append(each)
        yield each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
