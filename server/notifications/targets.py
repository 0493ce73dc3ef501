"""Where webhooks may go: https to the public internet, and to networks the server was told of. Nowhere else.

An address is checked at the moment of connecting, and the connection goes to the very address that was checked: what a
name means may change in between (DNS rebinding).
"""

import asyncio
import re
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, TypeAlias

from server.platform.text import is_unsafe
from server.settings import ServerSettings

if TYPE_CHECKING:
    import httpx

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_LAST_PORT = 65535
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

_CARRIERS = tuple(ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "::/96"))
"""IPv6 addresses with an IPv4 address inside, which may be any."""

_THREADS = ThreadPoolExecutor(8, thread_name_prefix="names")
"""Threads of their own: names whose name service never answers must not stop imports, which share the usual ones."""

_SITES = (ip_network("fec0::/10"),)
"""What networks called their own before fc00::/7; Python takes it for public."""


class TargetError(ValueError):
    """A webhook may not go there; the message says why."""


def networks_of(settings: ServerSettings) -> Sequence[Network]:
    """Those that webhooks may lead into beside the public internet; a sandbox may also tell this machine."""
    return (*settings.webhook_networks, *LOOPBACK) if settings.sandbox else settings.webhook_networks


def checked(url: str, extra: Sequence[Network]) -> "httpx.URL":
    """A webhook's address, read as it will be used.

    Raises:
        TargetError: it is none, or one that is never allowed. What a name means is looked up later (`resolved`).
    """
    import httpx

    if is_unsafe(url) or url != url.strip() or "\\" in url:
        message = "this is not an address"
        raise TargetError(message)
    try:
        found = httpx.URL(url)
        host = found.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        message = "this is not an address"
        raise TargetError(message) from error
    literal = _literal(host)
    if not (literal or _NAME.fullmatch(host)) or not (found.port is None or 0 < found.port <= _LAST_PORT):
        message = "this is not an address"
        raise TargetError(message)
    if found.scheme not in {"https", "http"}:
        message = "give an address that begins with https://"
        raise TargetError(message)
    if found.userinfo or found.fragment:
        message = "give an address without a user name, a password or a #"
        raise TargetError(message)
    if literal is not None and not allowed(literal, extra):
        message = "this is an address inside a network, which the server does not connect to"
        raise TargetError(message)
    if found.scheme == "http" and not _on_this_machine(host, literal, extra):
        message = "give an address that begins with https://"
        raise TargetError(message)
    return found


async def resolved(url: "httpx.URL", extra: Sequence[Network]) -> Address:
    """The address to connect to: the first that the name has, if every one of them is allowed.

    Raises:
        TargetError: the name is not known, or one of its addresses is not allowed.
    """
    host = url.raw_host.decode("ascii")
    literal = _literal(host)
    found = [literal] if literal is not None else await _looked_up(host, url.port or 443)
    if not all(allowed(each, extra) for each in found):
        message = "its name leads to an address inside a network, which the server does not connect to"
        raise TargetError(message)
    if url.scheme == "http" and not all(_within(each, LOOPBACK) for each in found):
        message = "without https only this machine may be told"
        raise TargetError(message)
    return found[0]


def allowed(address: Address, extra: Sequence[Network]) -> bool:
    """Whether the public can reach an address, or it is in one of these networks."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return allowed(mapped, extra)
    if getattr(address, "scope_id", None):
        return False
    if _within(address, extra):
        return True
    odd = address.is_multicast or address.is_reserved or _within(address, _CARRIERS + _SITES)
    return address.is_global and not odd


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _on_this_machine(host: str, literal: Address | None, extra: Sequence[Network]) -> bool:
    """Whether plain http may be for this machine; of a name that is known once it is looked up."""
    if literal is not None:
        return _within(literal, LOOPBACK)
    return host == "localhost" and any(network.is_loopback for network in extra)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def look_up(host: str, port: int) -> Sequence[Any]:
    """What the name service says, however long that takes."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _looked_up(host: str, port: int) -> list[Address]:
    try:
        rows = await asyncio.get_running_loop().run_in_executor(_THREADS, look_up, host, port)
    except (OSError, UnicodeError) as error:
        message = "its name is not known"
        raise TargetError(message) from error
    found = [ip_address(str(row[4][0])) for row in rows]
    if not found:
        message = "its name is not known"
        raise TargetError(message)
    return found
