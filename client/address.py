"""Where a server may be: https anywhere, plain http on this machine alone, or a Unix socket. Pure."""

import ipaddress
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

from client.errors import UnsafeAddress

LONGEST_SOCKET_PATH = 107
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """A server: its origin as `scheme://host:port`, a path prefix without a trailing slash, and a socket or none."""

    origin: str
    prefix: str = ""
    socket: str | None = None

    @property
    def secure(self) -> bool:
        """Whether TLS protects the way there."""
        return self.origin.startswith("https:")


def parse_address(text: str) -> Address:
    """Read `https://host[:port][/prefix]`, `http://localhost[:port]`, `unix:///path` or `unix:/path`.

    Everything that could lead elsewhere or be read on the way is `UnsafeAddress`: plain http to another machine,
    user names, queries, fragments, dots in the path, characters beyond ASCII.
    """
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        _refuse("holds characters that no address has")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        _refuse("can't be read", error)
    if parts.query or parts.fragment or "?" in text or "#" in text:
        _refuse("has a query or a fragment")
    if "@" in parts.netloc:
        _refuse("has a user name in it")
    if any(each in {".", ".."} for each in parts.path.split("/")) or "%" in parts.path:
        _refuse("has dots or escapes in its path")
    if parts.scheme == "unix":
        return _socket(parts)
    return _network(parts, port)


def _socket(parts: SplitResult) -> Address:
    if parts.netloc or not parts.path.startswith("/"):
        _refuse("is not an absolute path of a socket")
    if len(parts.path) > LONGEST_SOCKET_PATH:
        _refuse("is longer than a socket's path may be")
    return Address("http://localhost:80", socket=parts.path)


def _network(parts: SplitResult, port: int | None) -> Address:
    if parts.scheme not in _PORTS:
        _refuse("starts with neither https:// nor http:// nor unix://")
    host = parts.hostname or ""
    if not host or "%" in host or "*" in host:
        _refuse("has no host")
    if "//" in parts.path:
        _refuse("has an empty step in its path")
    if parts.scheme == "http" and not is_loopback(host):
        _refuse("is plain http to another machine, where anybody on the way could read the token")
    bracketed = f"[{host}]" if ":" in host else host
    return Address(f"{parts.scheme}://{bracketed}:{port or _PORTS[parts.scheme]}", parts.path.rstrip("/"))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse(what: str, cause: Exception | None = None) -> NoReturn:
    message = f"The server's address {what}."
    raise UnsafeAddress(message) from cause
